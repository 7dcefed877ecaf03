from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from sklearn.base import clone

from experiments.worlds import PURCHASE_WORLDS
from regulars.errors import InputError, ModelError
from regulars.lifetime import (
    BGCNBD,
    BGNBD,
    MBGNBD,
    GammaGamma,
    PooledRate,
    model_class,
    model_from_dict,
    transaction_model,
)
from regulars.lifetime.models.by_name import MODELS, TRANSACTION_MODELS

PARAMS = {"r": 0.5, "alpha": 6.0, "a": 0.8, "b": 1.6}
CUSTOMERS = pd.DataFrame({"frequency": [0, 2, 8], "recency": [0.0, 20.0, 30.0], "T": [40.0, 30.0, 35.0]})


@pytest.mark.parametrize("model", MODELS.values())
@pytest.mark.parametrize("params", [[1.0, 2.0], None, "r=1", {1: 2.0}])
def test_what_holds_no_named_parameters_is_refused_with_what_is_expected(model, params):
    with pytest.raises(ModelError, match="expected a mapping of the parameters' names to numbers"):
        model.from_params(params)


def test_parameters_may_be_a_series():
    assert BGNBD.from_params(pd.Series(PARAMS)).params_ == PARAMS


@pytest.mark.parametrize("model", [MODELS[name] for name in (*TRANSACTION_MODELS, "gamma_gamma")])
def test_a_stored_model_comes_back_as_it_was(model):
    regularity = {"k": 3} if "k" in model().get_params() else {}
    made = model.from_params(regularity | {name: 1.5 + i for i, name in enumerate(model.parameter_names)})
    back = model_from_dict(json.loads(json.dumps(made.to_dict())))
    assert type(back) is model
    assert back.params_ == made.params_


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({"r": 1, "alpha": 1, "a": 1}, "missing: b"),
        ({**PARAMS, "beta": 1}, "unknown: beta"),
        ({**PARAMS, "a": -1}, r"not a positive number: a = -1"),
        ({**PARAMS, "a": float("nan")}, "not a positive number: a = nan"),
        ({**PARAMS, "a": "1"}, "not a positive number: a = '1'"),
    ],
)
def test_parameters_that_cannot_be_used(params, fault):
    with pytest.raises(ModelError, match=fault):
        BGNBD.from_params(params)


def test_an_unfitted_model_says_so():
    with pytest.raises(ModelError, match="Call fit, or make it by from_params"):
        MBGNBD().expected_purchases(CUSTOMERS, 10)


def test_unknown_models_are_named():
    with pytest.raises(ModelError, match=r"no lifetime model 'mbgnbd' \(did you mean 'mbg_nbd'\?\)"):
        transaction_model("mbgnbd")
    with pytest.raises(ModelError, match="not a model of when customers buy"):
        transaction_model("gamma_gamma")
    with pytest.raises(ModelError, match="the keys 'model' and 'params'"):
        model_from_dict({"params": PARAMS})


def test_scikit_learn_can_clone():
    fitted = BGNBD.from_params(PARAMS)
    assert not hasattr(clone(fitted), "params_")
    assert repr(GammaGamma()) == "GammaGamma()"


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        (BGNBD(), "BGNBD()"),
        (BGCNBD(k=2), "BGCNBD(k=2)"),
        (BGNBD.from_params({**PARAMS, "alpha": 61.23456, "a": 1e-9}), "<BGNBD: r=0.5, alpha=61.23, a=1e-09, b=1.6>"),
        (BGCNBD.from_params({"k": 2, **PARAMS}), "<BGCNBD: k=2, r=0.5, alpha=6, a=0.8, b=1.6>"),
        (
            MBGNBD.from_params({**PARAMS, "purchase:age": -0.123456}),
            "<MBGNBD: r=0.5, alpha=6, a=0.8, b=1.6, purchase:age=-0.1235>",
        ),
        (
            GammaGamma.from_params({"p": 6.25, "q": 3.744444, "gamma": 15.44}),
            "<GammaGamma: p=6.25, q=3.744, gamma=15.44>",
        ),
    ],
)
def test_a_fitted_model_shows_its_parameters(model, shown):
    assert repr(model) == shown


def test_rates_by_cell_are_shown_from_the_least_to_the_most(leavers):
    assert re.fullmatch(
        r"<PooledRate: rates=0\.\d+…0\.\d+, alive=0\.\d+…1, shares=0…0\.\d+>", repr(PooledRate().fit(leavers))
    )


def test_a_notebook_shows_the_parameters_too():
    shown = DisplayFormatter().format(BGNBD.from_params(PARAMS))[0]
    assert shown == {"text/plain": "<BGNBD: r=0.5, alpha=6, a=0.8, b=1.6>"}


def test_names_are_listed_without_computing_a_certificate():
    assert "certificate_" in dir(BGNBD.from_params(PARAMS)), "it would raise: there is nothing to certify"


@pytest.mark.parametrize("model", [BGNBD, MBGNBD])
def test_answers_are_one_a_customer_whatever_their_order(model):
    fitted = model.from_params(PARAMS)
    order = [2, 0, 1, 0]
    for answer in (
        lambda s: fitted.expected_purchases(s, 12),
        lambda s: fitted.probability_alive(s),
        lambda s: fitted.probability_of_purchase(s, 12),
        lambda s: fitted.purchase_pmf(s, 12, 3),
        lambda s: fitted.next_purchase_quantile(s, 0.5),
        lambda s: fitted.discounted_purchases(s, 12, 0.01),
        lambda s: fitted.time_profile(s, 12, 52, 0.01),
    ):
        np.testing.assert_array_equal(answer(CUSTOMERS.iloc[order]), answer(CUSTOMERS).iloc[order])


def test_the_wait_is_the_quantile_of_the_chance_to_buy():
    fitted = BGNBD.from_params(PARAMS)
    alive = fitted.probability_alive(CUSTOMERS)
    for q in (0.1, 0.5, 0.9):
        wait = fitted.next_purchase_quantile(CUSTOMERS, q)
        bought = [fitted.probability_of_purchase(CUSTOMERS.iloc[[i]], t).item() / alive[i] for i, t in enumerate(wait)]
        np.testing.assert_allclose(bought, q, rtol=1e-10)
    with pytest.raises(ModelError, match="expected a number in"):
        fitted.next_purchase_quantile(CUSTOMERS, 1.0)


@pytest.mark.parametrize("model", [BGNBD, MBGNBD])
def test_counts_of_new_customers_agree_with_their_mean(model):
    fitted = model.from_params(PARAMS)
    pmf = fitted.purchase_pmf_new(20, 400)
    assert pmf.sum() == pytest.approx(1)
    assert pmf @ np.arange(401) == pytest.approx(float(fitted.expected_purchases_new(20)))


MODEL_PARAMS = {"r": 0.9, "alpha": 6.0, "a": 0.8, "b": 1.6, "s": 0.7, "beta": 9.0}


@pytest.mark.parametrize("name", TRANSACTION_MODELS)
def test_variance_is_that_of_the_counts(name):
    kind = MODELS[name]
    regularity = {"k": 3} if "k" in kind().get_params() else {}
    model = kind.from_params(regularity | {key: MODEL_PARAMS[key] for key in kind.parameter_names})
    counts, pmf = np.arange(800), model.purchase_pmf(CUSTOMERS, 12, 799)
    mean = pmf @ counts
    np.testing.assert_allclose(model.purchase_variance(CUSTOMERS, 12), pmf @ counts**2 - mean**2, rtol=1e-7)
    np.testing.assert_array_equal(model.purchase_variance(CUSTOMERS, 0), 0)


@pytest.mark.parametrize("name", TRANSACTION_MODELS)
def test_who_is_there_now_may_not_be_later(name):
    kind = MODELS[name]
    regularity = {"k": 3} if "k" in kind().get_params() else {}
    model = kind.from_params(regularity | {key: MODEL_PARAMS[key] for key in kind.parameter_names})
    chances = [model.probability_alive(CUSTOMERS, t) for t in (0, 1e-9, 10, 100)]
    np.testing.assert_array_equal(chances[0], model.probability_alive(CUSTOMERS))
    np.testing.assert_allclose(chances[1], chances[0], rtol=1e-6)
    assert name == "nbd" or ((chances[0] > chances[2]).all() and (chances[2] > chances[3]).all())


@pytest.mark.slow
@pytest.mark.parametrize("name", TRANSACTION_MODELS)
def test_rows_in_place_of_a_summary_give_the_same_bytes(name):
    model = transaction_model(name)
    regularity = {"k": 3} if "k" in model.get_params() else {}
    model = model.from_params(regularity | {name: 1.5 + i for i, name in enumerate(model.parameter_names)})
    customers = pd.concat([CUSTOMERS, CUSTOMERS[::-1]], ignore_index=True)
    rows = model.rows(customers)
    assert model.rows(rows) is rows
    for ask in (
        lambda who: model.probability_alive(who, 30.0),
        lambda who: model.expected_purchases(who, 30.0),
        lambda who: model.probability_of_purchase(who, 30.0),
        lambda who: model.probability_of_return(who),
        lambda who: model.next_purchase_quantile(who, 0.5),
        lambda who: model.time_profile(who, 30.0, 365.0, 1e-4),
        lambda who: model.purchase_pmf(who, 30.0, 3),
    ):
        np.testing.assert_array_equal(ask(rows), ask(customers), strict=True)


def test_parameters_may_be_numbers_of_numpy():
    model = BGNBD.from_params({name: np.float32(value) for name, value in PARAMS.items()})
    assert model.params_ == {name: float(np.float32(value)) for name, value in PARAMS.items()}


def test_nothing_is_expected_within_no_time():
    with pytest.raises(InputError, match="t is 0; expected more than 0"):
        BGNBD.from_params(PARAMS).time_profile(CUSTOMERS, 0, 30, 0.001)


@pytest.mark.parametrize("name", ["nbd", "bg_nbd", "mbg_nbd", "bg_cnbd_k", "mbg_cnbd_k"])
def test_a_span_too_long_to_count_in_is_refused(name):
    model = model_class(name).from_params(PURCHASE_WORLDS[name])
    with pytest.raises(InputError, match="cannot be counted so far ahead"):
        model.purchase_pmf(CUSTOMERS, 1e20, 3)


def test_too_large_a_number_of_any_kind_is_refused_in_words():
    model = BGNBD.from_params(PARAMS)
    with pytest.raises(InputError, match=r"t is 10{37,}….*; expected a finite number of time units"):
        model.expected_purchases(CUSTOMERS, 10**400)
    with pytest.raises(InputError, match="t is a list of lists of several lengths"):
        model.expected_purchases_new([[1], [2, 3]])
