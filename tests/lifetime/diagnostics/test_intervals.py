from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from regulars.errors import InputError, ModelError
from regulars.lifetime import BGNBD, MBGCNBD, MBGNBD, GammaGamma
from regulars.lifetime.diagnostics.intervals import (
    drawn_models,
    parameter_intervals,
    purchase_intervals,
    total_interval,
)
from regulars.lifetime.diagnostics.simulate import simulate, simulate_future, simulate_spend

TRUTH = {"r": 1.2, "alpha": 7.0, "a": 0.9, "b": 1.6}
WINDOW = 26.0


def cohort(seed, size=600):
    T = np.random.default_rng(seed).integers(40, 60, size).astype(float)
    return simulate(MBGNBD.from_params(TRUTH), pd.DataFrame({"T": T}), WINDOW, seed=seed)


@pytest.fixture(scope="module")
def customers():
    return cohort(0, 1500)


@pytest.fixture(scope="module")
def fitted(customers):
    return MBGNBD().fit(customers)


def test_parameters_are_held_around_the_estimate(fitted):
    found = parameter_intervals(fitted, 0.9)
    estimate = pd.Series(fitted.params_)
    np.testing.assert_allclose(np.sqrt(found["low"] * found["high"]), estimate)
    reach = np.log(found["high"] / estimate) / 1.6448536
    expected = [fitted.certificate_.standard_errors[name] / fitted.params_[name] for name in found.index]
    np.testing.assert_allclose(reach, expected, rtol=1e-6)
    wider = parameter_intervals(fitted, 0.99)
    assert ((wider["low"] < found["low"]) & (wider["high"] > found["high"])).all()


def test_coefficients_are_held_on_their_own_scale(customers):
    kind = np.random.default_rng(0).integers(0, 2, len(customers)).astype(float)
    fitted = BGNBD(purchase_covariates=("kind",)).fit(customers.assign(kind=kind))
    low, high = parameter_intervals(fitted).loc["purchase:kind"]
    assert low < 0 < high
    assert (low + high) / 2 == pytest.approx(fitted.params_["purchase:kind"])
    assert all("purchase:kind" in one.params_ for one in drawn_models(fitted, 3, 0))


def test_what_is_not_identified_has_no_interval_and_is_not_drawn(stayers):
    fitted = BGNBD().fit(stayers)
    found = parameter_intervals(fitted)
    at_bound = [name for name, edge in zip(fitted.parameter_names, fitted.optimum_.at_bound, strict=True) if edge]
    assert at_bound
    assert found.loc[at_bound].isna().all(axis=None)
    for one in drawn_models(fitted, 5, 0):
        assert [one.params_[name] for name in at_bound] == [fitted.params_[name] for name in at_bound]
    low, high = total_interval(fitted, stayers, 30.0, draws=30)
    assert low < fitted.expected_purchases(stayers, 30.0).sum() < high < 1.5 * low


def test_drawn_models_spread_like_the_curvature_says(fitted):
    logs = np.log([list(one.params_.values()) for one in drawn_models(fitted, 4000, 1)])
    covariance = np.linalg.inv(-fitted.optimum_.hessian)
    np.testing.assert_allclose(np.cov(logs.T), covariance, rtol=0.12, atol=0.05 * np.abs(covariance).max())


def test_regularity_stays_with_the_drawn_models():
    T = pd.DataFrame({"T": np.full(400, 50.0)})
    fitted = MBGCNBD(k=2).fit(simulate(MBGCNBD.from_params({"k": 2, **TRUTH}), T, seed=0))
    assert {one.params_["k"] for one in drawn_models(fitted, 3, 0)} == {2}


def test_intervals_of_customers_are_quantiles_of_the_counts(fitted, customers):
    some = customers.iloc[:40]
    told = purchase_intervals(fitted, some, WINDOW, 0.8, draws=30, seed=3)
    pmf = np.mean([one.purchase_pmf(some, WINDOW, 300) for one in drawn_models(fitted, 30, 3)], axis=0)
    cdf, row = pmf.cumsum(axis=1), np.arange(40)
    for bound, q in (("low", 0.1), ("high", 0.9)):
        count = told[bound].to_numpy().astype(int)
        assert (cdf[row, count] >= q).all()
        assert (cdf[row, count - 1] < q)[count > 0].all()
    assert told.index.equals(some.index)


def test_heavy_buyers_have_intervals_too(fitted):
    heavy = pd.DataFrame({"frequency": [400.0], "recency": [99.9], "T": [100.0]})
    low, high = purchase_intervals(fitted, heavy, 100.0, draws=20).iloc[0]
    drawn = simulate_future(fitted, heavy.loc[[0] * 4000], 100.0, seed=0)
    assert 0.88 < np.mean((drawn >= low) & (drawn <= high)) < 0.93
    assert high > 300


@pytest.mark.medium
def test_without_uncertain_parameters_intervals_are_narrower(fitted, customers):
    low, high = total_interval(fitted, customers, WINDOW, draws=60)
    noise = np.sqrt(fitted.purchase_variance(customers, WINDOW).sum())
    assert high - low > 1.05 * 2 * 1.645 * noise


def test_weights_stand_for_customers(fitted, customers):
    few, weights = customers.iloc[:30], np.arange(1, 31)
    expanded = few.loc[few.index.repeat(weights)]
    weighted = total_interval(fitted, few, WINDOW, weights=weights, draws=20)
    assert weighted == pytest.approx(total_interval(fitted, expanded, WINDOW, draws=20), rel=1e-9)


def test_a_seed_decides_and_no_time_means_nothing(fitted, customers):
    assert total_interval(fitted, customers, WINDOW, draws=9, seed=1) == total_interval(
        fitted, customers, WINDOW, draws=9, seed=1
    )
    assert total_interval(fitted, customers, 0.0) == (0.0, 0.0)
    assert (purchase_intervals(fitted, customers, 0.0, draws=3) == 0).all(axis=None)


@pytest.mark.slow
def test_the_truth_is_held_as_often_as_promised():
    held = {}
    for seed in range(24):
        customers = cohort(seed, 400)
        fitted = MBGNBD().fit(customers)
        for name, (low, high) in parameter_intervals(fitted, 0.9).iterrows():
            held.setdefault(name, []).append(low < TRUTH[name] < high)
        low, high = total_interval(fitted, customers, WINDOW, draws=15, seed=seed)
        held.setdefault("total", []).append(low <= customers["purchases"].sum() <= high)
    low, high = binom.interval(0.999, 24, 0.9)
    assert all(low <= np.sum(flags) <= high for flags in held.values()), {k: np.sum(v) for k, v in held.items()}


def test_customers_are_held_at_least_as_often_as_promised(fitted, customers):
    told = purchase_intervals(fitted, customers, WINDOW, 0.9, draws=30)
    active = (customers["frequency"] >= 3) & (fitted.probability_alive(customers) > 0.5)
    inside = customers["purchases"].between(told["low"], told["high"])
    assert inside.mean() > 0.9
    assert inside[active].mean() > 0.88


def test_spend_has_intervals():
    drawn = simulate_spend(
        GammaGamma.from_params({"p": 6.0, "q": 4.0, "gamma": 15.0}), pd.DataFrame({"frequency": [3] * 900}), seed=0
    )
    found = parameter_intervals(GammaGamma().fit(drawn))
    assert list(found.index) == ["p", "q", "gamma"]
    assert found.loc["q", "low"] < 4 < found.loc["q", "high"]


def test_faults(fitted, customers):
    for level in (0, 1, 90, np.nan):
        with pytest.raises(InputError, match=r"expected a probability between 0 and 1"):
            parameter_intervals(fitted, level)
    stored = MBGNBD.from_params(fitted.params_)
    for ask in (
        lambda: parameter_intervals(stored),
        lambda: purchase_intervals(stored, customers, 1.0),
        lambda: total_interval(stored, customers, 1.0),
    ):
        with pytest.raises(ModelError, match="was not fitted here, so nothing tells how sure"):
            ask()
