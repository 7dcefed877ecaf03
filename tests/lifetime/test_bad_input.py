"""What no model should swallow, and what each must survive: a clear error, or a certified fit or fallback."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.lifetime import GammaGamma, LifetimeValue, PooledRate, fit_certified, model_class
from regulars.lifetime.diagnostics import certify
from regulars.lifetime.models.by_name import TRANSACTION_MODELS

NAMES = [*TRANSACTION_MODELS, PooledRate.name]
GOOD = pd.DataFrame({"frequency": [0, 2, 5, 1], "recency": [0.0, 20, 30, 4], "T": [40.0, 30, 35, 38]}, dtype=float)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the comparison: on such customers the search of lifetimes takes minutes."""
    monkeypatch.setattr(certify, "compare_with_lifetimes", lambda *_: None)


def spoilt(**values: float) -> pd.DataFrame:
    """Good customers, of whom the second is not."""
    bad = GOOD.copy()
    for column, value in values.items():
        bad.loc[1, column] = value
    return bad


REFUSED = {
    "negative frequency": (spoilt(frequency=-1), "1 of 4 rows have negative frequency"),
    "frequency missing": (spoilt(frequency=np.nan), "1 of 4 rows have frequency missing or infinite"),
    "frequency infinite": (spoilt(frequency=np.inf), "1 of 4 rows have frequency missing or infinite"),
    "half a purchase": (spoilt(frequency=1.5), "1 of 4 rows have a fractional frequency"),
    "recency beyond T": (spoilt(recency=31), "1 of 4 rows have recency > T"),
    "recency infinite": (spoilt(recency=np.inf), "1 of 4 rows have recency missing or infinite"),
    "recency missing": (spoilt(recency=np.nan), "1 of 4 rows have recency missing or infinite"),
    "recency without frequency": (spoilt(frequency=0), "1 of 4 rows have frequency 0 with recency > 0"),
    "T of 0": (spoilt(T=0, recency=0), "1 of 4 rows have T <= 0"),
    "T infinite": (spoilt(T=np.inf), "1 of 4 rows have T missing or infinite"),
    "nobody": (GOOD.iloc[:0], "it has no rows; expected at least one customer"),
    "no columns": (GOOD[["frequency"]], "column 'recency' is missing"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_a_customer_is_refused(name: str, case: str) -> None:
    summary, words = REFUSED[case]
    with pytest.raises(InputError, match=words):
        model_class(name)().fit(summary)


@pytest.mark.parametrize("name", [*NAMES, GammaGamma.name])
@pytest.mark.parametrize("given", [GOOD.to_dict("list"), GOOD.to_dict("records"), None])
def test_what_is_no_frame_is_refused_with_what_is_expected(name: str, given: Any) -> None:
    with pytest.raises(InputError, match=f"The summary is a {type(given).__name__}; expected a pandas DataFrame"):
        model_class(name)().fit(given)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("column", ["frequency", "recency", "T"])
@pytest.mark.parametrize("value", [True, "3", pd.Timedelta(days=3)])
def test_only_numbers_are_times_and_counts(name: str, column: str, value: Any) -> None:
    """A summary in Timedelta was read as nanoseconds, True as a day."""
    with pytest.raises(InputError, match=f"column '{column}' holds .*; expected numbers"):
        model_class(name)().fit(GOOD.assign(**{column: value}))


def test_money_and_log_gaps_are_numbers_of_those_who_came_back() -> None:
    with pytest.raises(InputError, match=r"column 'monetary_value' holds '20' .*; expected numbers"):
        GammaGamma().fit(GOOD.assign(monetary_value="20"))
    with pytest.raises(InputError, match=r"column 'log_gaps' holds True .*|column 'log_gaps' holds booleans .*"):
        model_class("mbg_cnbd_k")().fit(GOOD.assign(log_gaps=True))
    never_read = GOOD.assign(monetary_value=[np.nan, 20.0, 30.0, 40.0])
    assert np.isfinite(GammaGamma().fit(never_read).log_likelihood_)


@pytest.mark.parametrize("weights", [["1"] * 4, [True] * 4, [[1.0]] * 4, "1111", 1.0])
def test_weights_that_are_no_numbers_are_refused(weights: Any) -> None:
    with pytest.raises(InputError, match="The weights cannot be used"):
        model_class("bg_nbd")().fit(GOOD, weights=weights)


@pytest.mark.parametrize("name", [*NAMES, GammaGamma.name])
def test_weights_with_another_index_are_refused_as_they_could_mean_other_customers(name: str) -> None:
    customers = GOOD.assign(monetary_value=[0.0, 20, 30, 40]).set_axis(["ann", "bob", "cat", "dan"])
    weights = pd.Series([1.0, 2.0, 3.0, 4.0], index=["ann", "cat", "bob", "dan"])
    with pytest.raises(InputError, match=r"another index than the summary: row 1 is 'cat', and 'bob' in the summary\."):
        model_class(name)().fit(customers, weights)
    with pytest.raises(InputError, match=r"row 0 is 0, and 'ann' in the summary"):
        model_class(name)().fit(customers, weights.reset_index(drop=True))


def test_weights_are_taken_as_they_stand_where_one_of_both_has_no_index() -> None:
    customers, k = crowd(), 1 + np.arange(300) % 3
    expected = model_class("mbg_cnbd_k")().fit(customers, k).params_
    labelled = customers.set_axis([f"c{row}" for row in range(300)])
    for given, weights in (
        (labelled, k.tolist()),
        (labelled, pd.Series(k, index=labelled.index)),
        (customers[["frequency", "recency", "T"]].to_numpy(), pd.Series(k, index=labelled.index)),
    ):
        assert model_class("mbg_cnbd_k")().fit(given, weights).params_ == expected


@pytest.mark.parametrize("t", [[30, 60], True, "30", pd.Timedelta(days=30), None])
def test_one_length_of_time_is_asked_at_a_time(t: Any) -> None:
    model = model_class("bg_nbd").from_params({"r": 0.24, "alpha": 4.4, "a": 0.8, "b": 2.4})
    asked = [model.expected_purchases, model.probability_alive, model.probability_of_purchase, model.purchase_variance]
    for ask in asked:
        with pytest.raises(InputError, match=r"t is .*; expected a finite number of time units, 0 or more"):
            ask(GOOD, t)


@pytest.mark.parametrize("name", [*NAMES, GammaGamma.name])
@pytest.mark.parametrize("weight", [0.0, -2.0, np.nan, np.inf])
def test_a_weight_is_a_number_of_customers(name: str, weight: float) -> None:
    customers = GOOD.assign(monetary_value=[0.0, 20, 30, 40])
    with pytest.raises(InputError, match="1 of 4 weights are not positive numbers"):
        model_class(name)().fit(customers, weights=[1.0, weight, 1.0, 1.0])


def crowd(size: int = 300, unit: float = 1.0) -> pd.DataFrame:
    """Ordinary customers, in days or another unit of time."""
    rng = np.random.default_rng(7)
    T = rng.integers(100, 400, size).astype(float)
    x = np.minimum(rng.negative_binomial(0.6, 0.15, size), 60).astype(float)
    tx = np.where(x > 0, np.ceil(T * rng.beta(np.maximum(x, 1), 1.5)), 0.0)
    return pd.DataFrame({"frequency": x, "recency": tx, "T": T}).mul([1.0, unit, unit])


SURVIVED = {
    "one customer": GOOD.iloc[[2]],
    "one who bought once": GOOD.iloc[[0]],
    "all bought once": GOOD.iloc[[0] * 50].assign(T=np.arange(1.0, 51.0)),
    "all alike": GOOD.iloc[[1] * 80],
    "a shop among customers": pd.concat([crowd(), pd.DataFrame({"frequency": [138_085.0], "recency": 372, "T": 373})]),
    "T in seconds": crowd(unit=86_400.0),
    "T in years": crowd(unit=1 / 365),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRANSACTION_MODELS)
@pytest.mark.parametrize("case", SURVIVED)
def test_what_is_hard_is_fitted_or_a_named_model_stands_in(name: str, case: str) -> None:
    summary = SURVIVED[case].reset_index(drop=True)
    fitted = fit_certified(name, summary)
    assert fitted.certificate.verdict != "failure"
    assert (fitted.model.name == name) == (fitted.fallback == "")
    if fitted.fallback:
        assert fitted.fallback.startswith(f"{fitted.model.name} stands in for {name}")
    t = float(summary["T"].mean()) / 2
    expected, bought = fitted.model.expected_purchases(summary, t), summary["frequency"].sum()
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    assert expected.sum() < 2 * bought + len(summary)
    for chance in (fitted.model.probability_alive(summary), fitted.model.probability_of_purchase(summary, t)):
        assert ((chance >= 0) & (chance <= 1)).all()


def spenders(money: np.ndarray) -> pd.DataFrame:
    return crowd(len(money)).assign(monetary_value=money)


ORDINARY = np.random.default_rng(3).gamma(6.0, 5.0, 300)


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (np.where(np.arange(300) == 1, np.inf, ORDINARY), "monetary_value missing or infinite"),
        (np.where(np.arange(300) == 1, np.nan, ORDINARY), "monetary_value missing or infinite"),
    ],
)
def test_money_is_a_number(money: np.ndarray, words: str) -> None:
    customers = spenders(money).assign(frequency=2.0)
    with pytest.raises(InputError, match=f"1 of 300 rows have {words}"):
        GammaGamma().fit(customers)


HARD_MONEY = {
    "constant": np.full(300, 20.0),
    "nothing": np.zeros(300),
    "returns": -ORDINARY,
    "some returns": np.where(ORDINARY > 30, -5, ORDINARY),
    "millions": ORDINARY * 1e6,
    "millionths": ORDINARY * 1e-6,
}


@pytest.mark.slow
@pytest.mark.parametrize("money", HARD_MONEY.values(), ids=HARD_MONEY)
def test_hard_money_is_fitted_or_a_mean_stands_in(money: np.ndarray) -> None:
    customers = spenders(money)
    value = LifetimeValue.fit("mbg_nbd", customers, money=float(np.abs(money).sum()), certified=True)
    assert value.certificate is not None
    assert value.certificate["verdict"] != "failure"
    replaced = any(note.code == "spend_stand_in" for note in value.notes)
    assert replaced != any(check["model"] == "gamma_gamma" for check in value.certificate["checks"])
    said = value.quantities(customers, 90)
    assert np.isfinite(said).all(axis=None)
    assert (said["order_value"] >= 0).all()
    assert said["order_value"].median() <= np.abs(money).max() + 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["constant", "some returns"])
@pytest.mark.parametrize("seed", range(8))
def test_a_ridge_is_climbed_to_its_top_whatever_the_rounding(name: str, seed: int) -> None:
    """Spend that hardly differs drives p to its edge, where Gamma functions round to 1e-9 a customer."""
    rounded = HARD_MONEY[name] * (1 + 1e-9 * np.random.default_rng(seed).random(300))
    fitted = GammaGamma().fit(spenders(rounded))
    assert fitted.certificate_.verdict == "warning"
    assert fitted.optimum_.gradient_norm < 1e-7


def test_spend_of_nobody_is_refused() -> None:
    with pytest.raises(ModelError, match="none of 4 rows has frequency > 0 and monetary_value > 0"):
        GammaGamma().fit(GOOD.assign(monetary_value=0.0))
