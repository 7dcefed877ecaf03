from __future__ import annotations

from typing import Any

import pytest

from regulars.errors import ModelError
from regulars.lifetime.models.by_name import (
    MODELS,
    TRANSACTION_MODELS,
    model_class,
    model_from_dict,
    transaction_model,
)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_goes_by_its_own_name(name: str) -> None:
    assert model_class(name).name == name


@pytest.mark.parametrize("name", [*TRANSACTION_MODELS, "pooled_rate"])
def test_models_of_when_customers_buy_can_be_asked_for(name: str) -> None:
    assert type(transaction_model(name)) is MODELS[name]


def test_a_model_of_spend_is_none_of_when_customers_buy() -> None:
    with pytest.raises(ModelError, match=r"gamma_gamma is not a model of when customers buy\. Give one of bg_nbd"):
        transaction_model("gamma_gamma")


def test_a_mistyped_name_is_answered_by_the_nearest() -> None:
    with pytest.raises(ModelError, match=r"did you mean 'pareto_nbd'\?"):
        transaction_model("pareto-nbd")


def test_a_stored_model_comes_back() -> None:
    stored = {"model": "mbg_nbd", "params": {"r": 0.5, "alpha": 6.0, "a": 0.9, "b": 1.6}}
    assert model_from_dict(stored).to_dict() | stored == model_from_dict(stored).to_dict()


def test_half_a_stored_model_is_refused() -> None:
    with pytest.raises(ModelError, match="has the keys 'model' and 'params'; found: model"):
        model_from_dict({"model": "mbg_nbd"})
    with pytest.raises(ModelError):
        model_from_dict({"model": "mbg_nbd", "params": {"r": 0.5}})


@pytest.mark.parametrize("given", [None, "bg_nbd", [1]])
def test_what_is_no_stored_model_is_refused(given: Any) -> None:
    with pytest.raises(ModelError, match="A stored model is what to_dict gave; found a "):
        model_from_dict(given)


def test_what_is_no_name_is_refused() -> None:
    with pytest.raises(ModelError, match="There is no lifetime model None; known: bg_nbd"):
        model_class(None)  # type: ignore[arg-type]
