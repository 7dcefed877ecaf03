"""What is given as a DataFrame is answered with its index; what is given as an array, by an array."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.lifetime import BGCNBD, MBGNBD, GammaGamma, PooledRate, fit_certified, purchase_intervals
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.by_name import TRANSACTION_MODELS, transaction_model

CUSTOMERS = pd.DataFrame(
    {"frequency": [0, 2, 8, 2], "recency": [0.0, 20.0, 30.0, 20.0], "T": [40.0, 30.0, 35.0, 30.0]},
    index=pd.Index(["dan", "ann", "bob", "ann"], name="customer_id"),
)
SPENDERS = pd.DataFrame({"frequency": [0, 2, 8], "monetary_value": [0.0, 20.0, 35.5]}, index=["dan", "ann", "bob"])
SPEND = GammaGamma.from_params({"p": 6.25, "q": 3.74, "gamma": 15.44})
ARGUMENTS: dict[str, tuple[float, ...]] = {
    "expected_purchases": (12.0,),
    "purchase_variance": (12.0,),
    "probability_alive": (),
    "probability_of_purchase": (12.0,),
    "probability_of_return": (),
    "next_purchase_quantile": (0.5,),
    "discounted_purchases": (12.0, 0.01),
    "residual_purchases": (0.01,),
    "time_profile": (12.0, 52.0, 0.01),
    "log_likelihood_of": (),
}


def made(name: str) -> TransactionModel:
    if name == PooledRate.name:
        return PooledRate().fit(CUSTOMERS)
    model = transaction_model(name)
    regularity = {"k": 2} if "k" in model.get_params() else {}
    return model.from_params(regularity | {name: 1.5 + i for i, name in enumerate(model.parameter_names)})


def test_every_answer_of_a_customer_is_listed_here() -> None:
    asked = [
        name
        for name, method in inspect.getmembers(TransactionModel, callable)
        if not name.startswith(("_", "set_")) and "summary" in inspect.signature(method).parameters
    ]
    assert set(asked) == {*ARGUMENTS, "purchase_pmf", "fit", "rows"}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*TRANSACTION_MODELS, PooledRate.name])
@pytest.mark.parametrize("question", ARGUMENTS)
def test_customers_in_a_frame_are_answered_by_a_series_with_their_index(name: str, question: str) -> None:
    if (name, question) == (PooledRate.name, "log_likelihood_of"):
        pytest.skip("it has no likelihood")
    ask: Callable[..., Any] = getattr(made(name), question)
    answered, plain = ask(CUSTOMERS, *ARGUMENTS[question]), ask(CUSTOMERS.to_numpy(), *ARGUMENTS[question])
    assert isinstance(answered, pd.Series)
    pd.testing.assert_index_equal(answered.index, CUSTOMERS.index, exact=True)
    assert answered.name == question
    assert type(plain) is np.ndarray
    np.testing.assert_array_equal(answered.to_numpy(), plain, strict=True)


@pytest.mark.parametrize("name", [*TRANSACTION_MODELS, PooledRate.name])
def test_probabilities_of_counts_are_a_frame_with_a_column_a_count(name: str) -> None:
    model = made(name)
    answered = model.purchase_pmf(CUSTOMERS, 12.0, 3)
    assert isinstance(answered, pd.DataFrame)
    assert answered.columns.tolist() == [0, 1, 2, 3]
    pd.testing.assert_index_equal(answered.index, CUSTOMERS.index)
    np.testing.assert_array_equal(answered.to_numpy(), model.purchase_pmf(CUSTOMERS.to_numpy(), 12.0, 3), strict=True)


@pytest.mark.parametrize("ask", [SPEND.expected_spend, lambda who: SPEND.spend_quantile(who, 0.9)])
def test_spend_of_customers_in_a_frame_has_their_index(ask: Callable[..., Any]) -> None:
    answered, plain = ask(SPENDERS), ask(SPENDERS.to_numpy())
    assert answered.index.tolist() == ["dan", "ann", "bob"]
    assert type(plain) is np.ndarray
    np.testing.assert_array_equal(answered.to_numpy(), plain, strict=True)


def test_compressed_rows_are_answered_by_arrays() -> None:
    model = made("mbg_nbd")
    assert type(model.expected_purchases(model.rows(CUSTOMERS), 12.0)) is np.ndarray


def test_arguments_may_be_named() -> None:
    model = made("mbg_nbd")
    pd.testing.assert_series_equal(
        model.expected_purchases(summary=CUSTOMERS, t=12.0), model.expected_purchases(CUSTOMERS, 12.0)
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mbg_nbd", "mbg_cnbd_k", "pareto_nbd", PooledRate.name])
def test_a_fit_takes_an_array_as_it_takes_a_frame(name: str, leavers: pd.DataFrame) -> None:
    some = leavers.iloc[:200][["frequency", "recency", "T"]]
    fitted = [transaction_model(name).fit(given).params_ for given in (some, some.to_numpy(), some.astype(float))]
    assert fitted[0] == fitted[1] == fitted[2]


def test_a_spend_model_is_fitted_on_an_array_too() -> None:
    spenders = np.column_stack([np.arange(1.0, 41), 10 + np.arange(40.0) ** 1.2])
    frame = pd.DataFrame(spenders, columns=["frequency", "monetary_value"])
    assert GammaGamma().fit(spenders).params_ == GammaGamma().fit(frame).params_


@pytest.mark.parametrize("given", [np.ones((4, 2)), np.ones((2, 4)), np.ones(3), np.ones((1, 3, 1))])
def test_an_array_of_another_shape_is_refused_with_the_columns_that_are_expected(given: Any) -> None:
    shape = "".join(f"\\{sign}" if sign in "()" else sign for sign in str(given.shape))
    expected = rf"array of shape {shape}; expected one of shape \(rows, 3\) with the columns frequency, recency, T"
    for ask in (MBGNBD().fit, made("mbg_nbd").probability_alive, made("bg_cnbd_k").log_likelihood_of):
        with pytest.raises(InputError, match=expected):
            ask(given)
    if given.shape != (4, 2):
        with pytest.raises(InputError, match=r"expected one of shape \(rows, 2\) with the columns frequency, monetary"):
            SPEND.expected_spend(given)


def test_an_impossible_customer_of_an_array_is_refused_as_one_of_a_frame_is() -> None:
    with pytest.raises(InputError, match="1 of 2 rows have recency > T"):
        made("mbg_nbd").expected_purchases(np.array([[1, 5.0, 9.0], [1, 9.5, 9.0]]), 3.0)


def test_an_array_has_no_covariates() -> None:
    params = {"r": 1.0, "alpha": 5.0, "a": 0.5, "b": 2.0, "purchase:age": 0.1}
    with pytest.raises(InputError, match="column 'age' is missing"):
        MBGNBD.from_params(params).expected_purchases(CUSTOMERS.to_numpy(), 3.0)


def test_intervals_of_customers_in_an_array_are_in_their_order(leavers: pd.DataFrame) -> None:
    some = leavers[["frequency", "recency", "T"]]
    fitted = MBGNBD().fit(some)
    framed = purchase_intervals(fitted, some, 30.0, draws=3)
    np.testing.assert_array_equal(purchase_intervals(fitted, some.to_numpy(), 30.0, draws=3), framed)


def test_counts_alone_have_no_likelihood() -> None:
    with pytest.raises(ModelError, match="pooled_rate has no likelihood"):
        made(PooledRate.name).log_likelihood_of(CUSTOMERS)


def test_answers_fit_into_the_table_that_was_asked_about() -> None:
    model = BGCNBD.from_params({"k": 2, "r": 0.4, "alpha": 1.1, "a": 0.5, "b": 2.8})
    customers = CUSTOMERS[~CUSTOMERS.index.duplicated()]
    table = customers.assign(orders=model.expected_purchases(customers.sort_index(), 12.0))
    np.testing.assert_array_equal(table["orders"], model.expected_purchases(customers, 12.0))


@pytest.mark.slow
def test_a_certified_fit_takes_an_array(leavers: pd.DataFrame) -> None:
    some = leavers[["frequency", "recency", "T"]]
    assert fit_certified("mbg_nbd", some.to_numpy()).model.params_ == fit_certified("mbg_nbd", some).model.params_
