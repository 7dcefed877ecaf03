"""What a customer who comes back is worth: never more for a longer silence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.lifetime import (
    BGCNBD,
    BGNBD,
    MBGCNBD,
    MBGNBD,
    NBD,
    GammaGamma,
    LifetimeValue,
    ParetoNBD,
    transaction_model,
)

POSITIVE = st.floats(-2.0, 2.0).map(lambda power: 10.0**power)
DAYS = st.floats(0.0, 4.0).map(lambda power: 10.0**power)
TIMES = ("alpha", "beta")
SPEND = GammaGamma.from_params({"p": 6.25, "q": 3.74, "gamma": 15.44})


@st.composite
def lifetimes(draw: st.DrawFn) -> LifetimeValue:
    kind = draw(st.sampled_from([NBD, BGNBD, MBGNBD, ParetoNBD, BGCNBD, MBGCNBD]))
    values = {name: draw(DAYS if name in TIMES else POSITIVE) for name in ("r", "a", "b", "s", *TIMES)}
    values["k"] = draw(st.integers(1, 4))
    names = (*transaction_model(kind.name).parameter_names, *(("k",) if "cnbd" in kind.name else ()))
    return LifetimeValue(kind.from_params({name: values[name] for name in names}), SPEND, 35.0)


@st.composite
def silences(draw: st.DrawFn) -> pd.DataFrame:
    """One history, after shorter and longer silences."""
    frequency = draw(st.integers(0, 40))
    recency = draw(st.integers(frequency, 900)) if frequency else 0
    T = recency + np.cumsum(draw(st.lists(st.integers(1, 400), min_size=2, max_size=6)))
    return pd.DataFrame(
        {
            "frequency": float(frequency),
            "recency": float(recency),
            "T": T.astype(float),
            "monetary_value": 30.0 * (frequency > 0),
        }
    )


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True)
@given(lifetimes(), silences(), st.integers(7, 720))
def test_further_order_days_never_rise_with_silence(
    lifetime: LifetimeValue, customers: pd.DataFrame, horizon_days: int
) -> None:
    further = lifetime.further_order_days_if_back(customers, horizon_days)
    assert (further >= 0).all()
    assert (np.diff(further) <= 1e-9 * further[:-1] + 1e-12).all()


@pytest.mark.slow
@settings(max_examples=50, deadline=None, derandomize=True)
@given(lifetimes(), silences())
def test_the_order_value_knows_no_silence(lifetime: LifetimeValue, customers: pd.DataFrame) -> None:
    value = lifetime.quantities(customers, 180)["order_value"]
    assert value.nunique() == 1


def test_who_comes_back_is_never_worth_the_old_pace() -> None:
    model = MBGNBD.from_params({"r": 0.52, "alpha": 56.0, "a": 0.89, "b": 1.59})
    customers = pd.DataFrame(
        {"frequency": [9.0, 9.0], "recency": [90.0, 90.0], "T": [95.0, 600.0], "monetary_value": 30.0}
    )
    recent, silent = LifetimeValue(model, SPEND, 35.0).further_order_days_if_back(customers, 180)
    assert recent == pytest.approx(8.36, abs=0.01)
    assert silent < recent / 3
