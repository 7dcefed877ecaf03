"""Concentration: laws of the Lorenz curve and the Gini coefficient."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.concentration import TOPS, Concentration, lorenz
from tests.loyalty.dynamics_oracle import gini

AMOUNTS = st.lists(st.floats(-50, 1e6), min_size=1, max_size=80)


@pytest.mark.slow
@given(AMOUNTS)
def test_the_curve_is_convex_and_the_coefficient_is_that_of_all_pairs(values: list[float]) -> None:
    customers, held = lorenz(values)
    assert (np.diff(held, 2) >= -1e-12).all()
    assert (np.diff(customers) > 0).all()
    found = Concentration.of(values)
    if not max(values) > 0:
        assert np.isnan(found.gini)
        return
    assert (held <= customers + 1e-12).all()
    assert found.gini == pytest.approx(gini(pd.Series(values)), abs=1e-9)
    shares = [found.tops[top] for top in TOPS]
    assert shares == sorted(shares)
    assert all(share >= top - 1e-9 for top, share in found.tops.items())


@pytest.mark.medium
@given(AMOUNTS)
def test_no_fewer_customers_bring_four_fifths(values: list[float]) -> None:
    found, ranked = Concentration.of(values), np.sort(np.maximum(values, 0.0))[::-1]
    if not ranked[0] > 0:
        return
    count = round(found.share_for_most * len(values))
    assert ranked[:count].sum() >= 0.8 * ranked.sum() * (1 - 1e-9)
    assert ranked[: count - 1].sum() < 0.8 * ranked.sum()


def test_all_alike_and_one_for_all() -> None:
    assert Concentration.of([3.0] * 10).gini == 0.0
    assert Concentration.of([0.0] * 99 + [1.0]).gini == pytest.approx(0.99)
    assert Concentration.of([]).customers == 0
