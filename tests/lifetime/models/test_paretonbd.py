from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.lifetime import NBD, ParetoNBD
from regulars.lifetime.diagnostics.oracle import compare_with_lifetimes
from regulars.lifetime.diagnostics.simulate import simulate

TRUTH = {"r": 0.9, "alpha": 30.0, "s": 0.8, "beta": 60.0}
MODEL = ParetoNBD.from_params(TRUTH)
CUSTOMERS = pd.DataFrame(
    {"frequency": [0, 2, 8, 26], "recency": [0.0, 20.0, 30.0, 10.0], "T": [40.0, 30.0, 35.0, 60.0]}
)


@pytest.fixture(scope="module")
def cohort():
    T = np.random.default_rng(3).integers(100, 300, 4000).astype(float)
    drawn = simulate(MODEL, pd.DataFrame({"T": T}), seed=3)
    return drawn.assign(recency=np.floor(drawn["recency"]))


@pytest.mark.slow
def test_the_truth_comes_back(cohort):
    fitted = ParetoNBD().fit(cohort)
    assert fitted.certificate_.verdict == "pass", fitted.certificate_.frame
    for name, value in TRUTH.items():
        assert abs(np.log(fitted.params_[name] / value)) < 3 * fitted.certificate_.standard_errors[name] / value


@pytest.mark.slow
def test_lifetimes_agrees_on_likelihood_and_optimum(cohort):
    some = cohort.iloc[:800]
    other = compare_with_lifetimes(ParetoNBD().fit(some), some)
    assert other.theirs_at_ours == pytest.approx(other.ours, abs=1e-5)
    assert other.their_best == pytest.approx(other.ours, abs=1e-2)
    assert other.their_best <= other.ours + 1e-6


@pytest.mark.slow
def test_nobody_leaving_is_a_fit_too(stayers):
    fitted, baseline = ParetoNBD().fit(stayers), NBD().fit(stayers)
    assert fitted.log_likelihood_ == pytest.approx(baseline.log_likelihood_, abs=0.01)
    np.testing.assert_allclose(
        fitted.expected_purchases(stayers, 30), baseline.expected_purchases(stayers, 30), rtol=5e-3
    )
    assert fitted.certificate_.verdict == "warning"
    assert "boundary" in fitted.certificate_.frame.query("verdict == 'warning'").index


def test_one_time_buyers_alone_are_refused():
    once = pd.DataFrame({"frequency": [0, 0], "recency": [0, 0], "T": [10, 20]})
    with pytest.raises(ModelError, match="pareto_nbd cannot be fitted: none of 2 customers bought a second time"):
        ParetoNBD().fit(once)


def test_new_customers_are_known_customers_at_time_zero():
    newborn = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [1e-12]})
    assert MODEL.expected_purchases_new(30) == pytest.approx(MODEL.expected_purchases(newborn, 30)[0])
    np.testing.assert_allclose(MODEL.purchase_pmf_new(30, 5), MODEL.purchase_pmf(newborn, 30, 5).iloc[0], rtol=1e-9)
    assert MODEL.expected_purchases_new([10.0, 20.0]).shape == (2,)


def test_who_is_alive_may_yet_never_buy_again():
    ever = MODEL.probability_of_return(CUSTOMERS)
    assert (ever < MODEL.probability_alive(CUSTOMERS)).all()
    np.testing.assert_allclose(MODEL.probability_of_purchase(CUSTOMERS, 1e9), ever, rtol=1e-5)
    waits = MODEL.next_purchase_quantile(CUSTOMERS, 0.5)
    bought = [MODEL.probability_of_purchase(CUSTOMERS.iloc[[i]], wait).item() for i, wait in enumerate(waits)]
    np.testing.assert_allclose(bought / ever, 0.5, rtol=1e-10)


def test_variance_and_counts_agree():
    pmf = MODEL.purchase_pmf(CUSTOMERS, 30, 300)
    k = np.arange(301)
    np.testing.assert_allclose(pmf.sum(axis=1), 1)
    np.testing.assert_allclose(MODEL.purchase_variance(CUSTOMERS, 30), pmf @ k**2 - (pmf @ k) ** 2, rtol=1e-8)


def test_staying_compounds():
    later = MODEL.probability_alive(CUSTOMERS, 20) / MODEL.probability_alive(CUSTOMERS)
    np.testing.assert_allclose(later, ((60 + CUSTOMERS["T"]) / (60 + CUSTOMERS["T"] + 20)) ** 0.8)
    np.testing.assert_array_equal(MODEL.probability_alive(CUSTOMERS, 0), MODEL.probability_alive(CUSTOMERS))


@pytest.mark.parametrize("t", [0.0, 1e-6, 300.0])
def test_any_window_has_an_answer(t):
    pmf = MODEL.purchase_pmf(CUSTOMERS, t, 3)
    assert np.isfinite(pmf).all(axis=None)
    np.testing.assert_allclose(1 - pmf[0], MODEL.probability_of_purchase(CUSTOMERS, t), atol=1e-12)
    assert (MODEL.discounted_purchases(CUSTOMERS, t, 0.01) <= MODEL.expected_purchases(CUSTOMERS, t)).all()


def test_residual_purchases_are_those_of_a_very_long_window():
    residual = MODEL.residual_purchases(CUSTOMERS, 0.01)
    np.testing.assert_allclose(residual, MODEL.discounted_purchases(CUSTOMERS, 2500, 0.01), rtol=1e-9)
    with pytest.raises(InputError, match=r"rate is 0; expected more than 0"):
        MODEL.residual_purchases(CUSTOMERS, 0)


def test_customers_of_extremes_have_answers():
    extreme = pd.DataFrame({"frequency": [138_085, 2000, 1], "recency": [300.0, 1e-3, 0.0], "T": [300.0, 400.0, 1e7]})
    for answer in (
        MODEL.log_likelihood_of(extreme),
        MODEL.probability_alive(extreme),
        MODEL.expected_purchases(extreme, 30),
        MODEL.probability_of_purchase(extreme, 30),
        MODEL.next_purchase_quantile(extreme, 0.5),
        MODEL.purchase_pmf(extreme, 30, 2),
    ):
        assert np.isfinite(answer).all(axis=None)
