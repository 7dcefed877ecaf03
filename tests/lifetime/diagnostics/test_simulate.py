from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.worlds import PURCHASE_WORLDS, SPEND_WORLDS
from regulars.errors import InputError, ModelError
from regulars.lifetime import PooledRate, model_class
from regulars.lifetime.diagnostics.simulate import simulate, simulate_future, simulate_spend
from regulars.lifetime.models.by_name import TRANSACTION_MODELS

SIZE, SPAN = 60_000, 26.0


def world(name):
    return model_class(name).from_params(PURCHASE_WORLDS[name])


def cohort(name, size=SIZE, seed=0):
    T = np.random.default_rng(seed).integers(40, 60, size).astype(float)
    return simulate(world(name), pd.DataFrame({"T": T}), SPAN, seed=seed)


@pytest.fixture(scope="module", params=list(PURCHASE_WORLDS))
def drawn(request):
    return world(request.param), cohort(request.param)


def near(sample, expected, sigmas=4.5):
    sample = np.asarray(sample, dtype=float)
    assert abs(np.mean(sample - expected)) <= sigmas * np.std(sample - expected) / np.sqrt(len(sample))


def test_every_model_can_be_simulated():
    assert set(PURCHASE_WORLDS) == set(TRANSACTION_MODELS)


def test_a_simulated_past_is_a_summary(drawn):
    _, customers = drawn
    once = customers["frequency"] == 0
    assert (customers.loc[once, ["recency", "log_gaps"]] == 0).all(axis=None)
    assert (customers.loc[~once, "recency"] > 0).all()
    assert (customers["recency"] < customers["T"]).all()
    assert (customers.loc[~customers["there"], "purchases"] == 0).all()


@pytest.mark.slow
def test_counts_of_new_customers_are_as_the_model_says(drawn):
    model, customers = drawn
    near(customers["frequency"], model.expected_purchases_new(customers["T"]))
    T = 50.0
    same = customers[customers["T"] == T]["frequency"]
    for count, chance in enumerate(model.purchase_pmf_new(T, 4)):
        near(same == count, chance)


@pytest.mark.slow
def test_the_future_is_as_the_model_says_given_the_past(drawn):
    model, customers = drawn
    later = customers["purchases"]
    for x in (0, 1, 2, 5):
        past = customers[customers["frequency"] == x]
        came = later[past.index]
        near(past["there"], model.probability_alive(past))
        near(came, model.expected_purchases(past, SPAN))
        near(came > 0, model.probability_of_purchase(past, SPAN))
        near(came == 2, model.purchase_pmf(past, SPAN, 2)[2])
        near((came - model.expected_purchases(past, SPAN)) ** 2, model.purchase_variance(past, SPAN))


@pytest.mark.slow
def test_the_future_of_the_living_can_be_drawn_from_their_past(drawn):
    model, customers = drawn
    counts = simulate_future(model, customers, SPAN, seed=1)
    near(counts, model.expected_purchases(customers, SPAN))
    near((counts - model.expected_purchases(customers, SPAN)) ** 2, model.purchase_variance(customers, SPAN))
    for count in (0, 1, 3):
        near(counts == count, model.purchase_pmf(customers, SPAN, 3)[count])


@pytest.mark.slow
def test_being_there_later_is_as_the_model_says(drawn):
    model, customers = drawn
    there = simulate(model, customers[["T"]] + SPAN, seed=0)["there"]
    new = pd.DataFrame({"frequency": [0.0], "recency": [0.0], "T": [1e-12]})
    near(there[customers["T"] == 50], model.probability_alive(new, 50 + SPAN)[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", TRANSACTION_MODELS)
def test_the_truth_is_recovered(name):
    fitted = model_class(name)().fit(cohort(name, 8000, seed=3))
    assert fitted.params_.get("k") == PURCHASE_WORLDS[name].get("k")
    errors = fitted.certificate_.standard_errors
    for key in fitted.parameter_names:
        assert (
            abs(np.log(fitted.params_[key] / PURCHASE_WORLDS[name][key])) < 3.5 * errors[key] / fitted.params_[key]
        ), key


def test_spend_is_recovered():
    truth = SPEND_WORLDS["gamma_gamma"]
    x = np.random.default_rng(0).integers(0, 9, 8000)
    drawn = simulate_spend(model_class("gamma_gamma").from_params(truth), pd.DataFrame({"frequency": x}), seed=2)
    assert (drawn.loc[x == 0, "monetary_value"] == 0).all()
    fitted = model_class("gamma_gamma")().fit(drawn)
    for key, error in fitted.certificate_.standard_errors.items():
        assert abs(np.log(fitted.params_[key] / truth[key])) < 3.5 * error / fitted.params_[key]


def test_a_seed_decides_everything():
    model, T = world("mbg_cnbd_k"), pd.DataFrame({"T": np.full(50, 40.0)})
    one, same, other = (simulate(model, T, SPAN, seed=seed) for seed in (4, 4, 5))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)
    np.testing.assert_array_equal(*(simulate_future(model, one, SPAN, seed=6) for _ in range(2)))


def test_the_pooled_rate_has_no_customers_to_draw(drawn):
    _, customers = drawn
    with pytest.raises(ModelError, match="pooled_rate tells no story"):
        simulate(PooledRate().fit(customers), customers, seed=0)


@pytest.mark.parametrize("seed", [None, "x", -1, 1.5, True])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(InputError, match="expected a whole number, 0 or more"):
        simulate(world("bg_nbd"), pd.DataFrame({"T": [40.0]}), seed=seed)
