from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.lifetime import BGCNBD, BGNBD, MBGCNBD, MBGNBD
from regulars.lifetime.diagnostics.simulate import simulate

PARAMS = {"r": 1.2, "alpha": 4.0, "a": 0.6, "b": 2.1}
PAIRS = [(BGCNBD, BGNBD), (MBGCNBD, MBGNBD)]
CUSTOMERS = pd.DataFrame(
    {"frequency": [0, 2, 8, 40, 300], "recency": [0.0, 20.0, 30.0, 5.0, 35.0], "T": [40.0, 30.0, 35.0, 36.0, 35.0]}
)


@pytest.fixture(scope="module")
def regulars():
    """Customers whose gaps are Erlang-3."""
    T = pd.DataFrame({"T": np.random.default_rng(0).integers(30, 60, 1500).astype(float)})
    return simulate(MBGCNBD.from_params({"k": 3, **PARAMS}), T, 20.0, seed=1)


@pytest.mark.parametrize(("regular", "plain"), PAIRS)
def test_with_one_stage_it_is_the_plain_model(regular, plain):
    one, other = regular.from_params({"k": 1, **PARAMS}), plain.from_params(PARAMS)
    tight = {"rtol": 1e-10, "atol": 1e-15}
    for ask in (
        lambda m: m.expected_purchases(CUSTOMERS, 12),
        lambda m: m.probability_alive(CUSTOMERS),
        lambda m: m.probability_alive(CUSTOMERS, 12),
        lambda m: m.probability_of_purchase(CUSTOMERS, 12),
        lambda m: m.purchase_pmf(CUSTOMERS, 12, 9),
        lambda m: m.purchase_variance(CUSTOMERS, 12),
        lambda m: m.next_purchase_quantile(CUSTOMERS, 0.3),
        lambda m: m.discounted_purchases(CUSTOMERS, 12, 0.01),
        lambda m: m.expected_purchases_new([5.0, 20.0]),
        lambda m: m.purchase_pmf_new(20.0, 9),
        lambda m: m.log_likelihood_of(CUSTOMERS),
    ):
        np.testing.assert_allclose(ask(one), ask(other), **tight)


@pytest.mark.parametrize(("regular", "plain"), PAIRS)
def test_the_fit_with_one_stage_is_the_plain_fit(regular, plain, regulars):
    one, other = regular(k=1).fit(regulars.drop(columns="log_gaps")), plain().fit(regulars)
    assert one.params_ == pytest.approx({"k": 1, **other.params_}, rel=1e-9)
    assert one.log_likelihood_ == pytest.approx(other.log_likelihood_, rel=1e-13)


def test_regularity_is_found_and_likelihoods_rise_to_it(regulars):
    model = MBGCNBD().fit(regulars)
    assert model.params_["k"] == 3
    assert list(model.likelihoods_) == [1, 2, 3, 4]
    assert model.likelihoods_[1] < model.likelihoods_[2] < model.likelihoods_[3] > model.likelihoods_[4]
    assert model.log_likelihood_ == model.likelihoods_[3]
    assert model.log_likelihood_of(regulars).sum() == pytest.approx(model.log_likelihood_, rel=1e-12)
    fixed = MBGCNBD(k=3).fit(regulars)
    assert (fixed.params_, fixed.log_likelihood_) == (model.params_, model.log_likelihood_)


def test_purely_random_customers_are_not_regular():
    drawn = simulate(BGNBD.from_params(PARAMS), arrivals(1500), seed=2)
    assert BGCNBD().fit(drawn).params_["k"] == 1


def arrivals(size):
    return pd.DataFrame({"T": np.random.default_rng(5).integers(30, 60, size).astype(float)})


@pytest.mark.slow
def test_the_fit_can_be_repeated_from_what_it_was_fitted_on(regulars):
    model = MBGCNBD().fit(regulars)
    again = MBGCNBD().fit(*model.training_data())
    assert again.params_ == pytest.approx(model.params_, rel=1e-9)
    assert again.log_likelihood_ == pytest.approx(model.log_likelihood_, rel=1e-12)


@pytest.mark.slow
def test_the_order_of_customers_does_not_matter(regulars):
    one, other = MBGCNBD().fit(regulars), MBGCNBD().fit(regulars.sample(frac=1, random_state=0))
    assert one.params_ == other.params_
    assert one.likelihoods_ == other.likelihoods_


def test_the_fit_is_certified(regulars):
    certificate = MBGCNBD().fit(regulars).certificate_
    assert certificate.verdict == "pass", certificate.frame
    assert set(certificate.standard_errors) == {"r", "alpha", "a", "b"}


@pytest.mark.slow
def test_without_gaps_only_k_may_differ(regulars):
    known, unknown = MBGCNBD().fit(regulars), MBGCNBD().fit(regulars.drop(columns="log_gaps"))
    assert unknown.params_["k"] in (2, 3, 4)
    assert unknown.likelihoods_[unknown.params_["k"]] - unknown.likelihoods_[1] > 10
    fixed = MBGCNBD(k=3).fit(regulars.drop(columns="log_gaps"))
    assert fixed.params_ == pytest.approx(known.params_, rel=1e-9)
    assert fixed.log_likelihood_of(regulars).sum() == pytest.approx(known.log_likelihood_, rel=1e-12)
    alone = fixed.log_likelihood_of(regulars.drop(columns="log_gaps")).sum()
    assert alone == pytest.approx(fixed.log_likelihood_, rel=1e-12)
    assert MBGCNBD().fit(*unknown.training_data()).likelihoods_ == pytest.approx(unknown.likelihoods_, rel=1e-9)


def test_the_likelihood_without_gaps_is_the_mean_over_all_gaps():
    model = BGCNBD.from_params({"k": 3, **PARAMS})
    gaps = 12 * np.random.default_rng(0).dirichlet(np.ones(4), 200_000)
    customer = pd.DataFrame({"frequency": [4], "recency": [12.0], "T": [20.0]})
    drawn = customer.loc[[0] * len(gaps)].assign(log_gaps=np.log(gaps).sum(axis=1))
    mean = np.exp(model.log_likelihood_of(drawn)).mean()
    assert np.exp(model.log_likelihood_of(customer)[0]) == pytest.approx(mean, rel=0.02)


def test_one_gap_is_known_from_recency():
    model = BGCNBD.from_params({"k": 3, **PARAMS})
    customer = pd.DataFrame({"frequency": [1, 0], "recency": [12.0, 0.0], "T": [20.0, 20.0]})
    known = model.log_likelihood_of(customer.assign(log_gaps=[np.log(12.0), np.nan]))
    np.testing.assert_allclose(model.log_likelihood_of(customer), known, rtol=1e-14)


def test_purchases_at_one_time_are_not_regular():
    same = pd.DataFrame({"frequency": [2, 1, 1], "recency": [5.0, 0.0, 3.0], "T": [9.0, 9.0, 8.0]})
    assert BGCNBD().fit(same).params_["k"] == 1
    with pytest.raises(ModelError, match="did not converge: log-likelihood -inf"):
        BGCNBD(k=2).fit(same)


@pytest.mark.parametrize(
    ("gap", "fault"),
    [
        (np.nan, "log_gaps missing or infinite"),
        (-np.inf, "log_gaps missing or infinite"),
        (1e3, "log_gaps that are too large; gaps that sum to recency have at most"),
    ],
)
def test_impossible_gaps_are_refused(regulars, gap, fault):
    bought = (regulars["frequency"] > 0).idxmax()
    broken = regulars.assign(log_gaps=regulars["log_gaps"].where(regulars.index != bought, gap))
    with pytest.raises(InputError, match=rf"1 of 1500 rows have {fault}"):
        BGCNBD().fit(broken)


def test_gaps_in_another_unit_are_noticed(regulars):
    weeks = regulars.assign(recency=regulars["recency"] / 7, T=regulars["T"] / 7)
    with pytest.raises(InputError, match="use one time unit"):
        BGCNBD().fit(weeks)


def test_two_purchases_at_one_time_have_no_gap():
    same = pd.DataFrame({"frequency": [1, 2], "recency": [0.0, 5.0], "T": [9.0, 9.0], "log_gaps": [-5.0, 1.5]})
    with pytest.raises(InputError, match="1 of 2 rows have log_gaps that are too large"):
        BGCNBD().fit(same)


@pytest.mark.slow
@pytest.mark.parametrize("model", [BGCNBD, MBGCNBD])
@pytest.mark.parametrize("size", [1, 50])
def test_identical_customers_are_fitted_with_a_warning(model, size):
    alike = pd.DataFrame({"frequency": [3.0], "recency": [20.0], "T": [30.0], "log_gaps": [5.0]}).loc[[0] * size]
    fitted = model().fit(alike)
    assert fitted.certificate_.verdict == "warning"
    assert 0.9 < fitted.expected_purchases(alike, 10.0).iloc[0] < 1.4


@pytest.mark.slow
def test_clockwork_is_as_regular_as_can_be_told():
    x = np.tile(np.arange(2.0, 9.0), 20)
    clockwork = pd.DataFrame({"frequency": x, "recency": 10 * x, "T": 10 * x + 4, "log_gaps": x * np.log(10)})
    fitted = BGCNBD().fit(clockwork)
    assert fitted.params_["k"] == 12
    np.testing.assert_allclose(fitted.next_purchase_quantile(clockwork, 0.5), 6, atol=0.5)


def test_the_gaps_of_one_time_buyers_are_not_read(regulars):
    once = regulars["frequency"] == 0
    holes = regulars.assign(log_gaps=regulars["log_gaps"].mask(once))
    assert BGCNBD().fit(holes).params_ == BGCNBD().fit(regulars).params_


@pytest.mark.parametrize("k", [0, -1, 1.5, "2", np.nan, True])
def test_regularity_is_a_whole_number(k, regulars):
    with pytest.raises(ModelError, match=r"cannot have k = .* Give a whole number of 1 or more"):
        BGCNBD.from_params({"k": k, **PARAMS})
    with pytest.raises(ModelError, match="cannot have k"):
        BGCNBD(k=k).fit(regulars)


def test_regularity_must_be_given_with_the_parameters():
    with pytest.raises(ModelError, match="cannot have k = None"):
        BGCNBD.from_params(PARAMS)


@pytest.mark.parametrize("model", [BGCNBD, MBGCNBD])
def test_silence_tells_more_of_a_regular_customer(model):
    recent, silent = (pd.DataFrame({"frequency": [6], "recency": [tx], "T": [40.0]}) for tx in (39.9, 20.0))
    scaled = [model.from_params({"k": k, "r": 2.0, "alpha": 8.0 / k, "a": 0.5, "b": 3.0}) for k in (1, 4)]
    plain, regular = scaled
    assert regular.probability_alive(silent)[0] < plain.probability_alive(silent)[0]
    assert regular.next_purchase_quantile(recent, 0.1)[0] > plain.next_purchase_quantile(recent, 0.1)[0]


def test_the_wait_is_the_quantile_of_the_chance_to_buy():
    fitted = MBGCNBD.from_params({"k": 4, **PARAMS})
    alive = fitted.probability_alive(CUSTOMERS)
    for q in (0.01, 0.5, 0.9):
        wait = fitted.next_purchase_quantile(CUSTOMERS, q)
        bought = [fitted.probability_of_purchase(CUSTOMERS.iloc[[i]], t).item() / alive[i] for i, t in enumerate(wait)]
        np.testing.assert_allclose(bought, q, rtol=1e-10)
    np.testing.assert_array_equal(fitted.next_purchase_quantile(CUSTOMERS, 0), 0)


def test_counts_of_new_customers_agree_with_their_mean():
    fitted = BGCNBD.from_params({"k": 3, **PARAMS})
    pmf = fitted.purchase_pmf_new(20, 400)
    assert pmf.sum() == pytest.approx(1)
    assert pmf @ np.arange(401) == pytest.approx(float(fitted.expected_purchases_new(20)))


@pytest.mark.slow
def test_what_a_customer_is_worth_does_not_depend_on_the_others():
    fitted = MBGCNBD.from_params({"k": 4, **PARAMS})
    together = fitted.discounted_purchases(CUSTOMERS, 40, 0.01)
    alone = [fitted.discounted_purchases(CUSTOMERS.iloc[[i]], 40, 0.01).item() for i in range(len(CUSTOMERS))]
    np.testing.assert_array_equal(together, alone)
    many = pd.concat([CUSTOMERS] + [CUSTOMERS.assign(T=CUSTOMERS["T"] + days) for days in range(1, 30)])
    np.testing.assert_array_equal(fitted.discounted_purchases(many, 40, 0.01)[: len(CUSTOMERS)], together)
