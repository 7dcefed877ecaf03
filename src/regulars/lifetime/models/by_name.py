"""The models by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.errors import ModelError, nearest
from regulars.lifetime.fit.season import Season
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.bgcnbd import BGCNBD
from regulars.lifetime.models.bgnbd import BGNBD
from regulars.lifetime.models.fitted import LifetimeModel
from regulars.lifetime.models.gammagamma import GammaGamma
from regulars.lifetime.models.maximum_likelihood import MaximumLikelihoodModel
from regulars.lifetime.models.mbgcnbd import MBGCNBD
from regulars.lifetime.models.mbgnbd import MBGNBD
from regulars.lifetime.models.nbd import NBD
from regulars.lifetime.models.paretonbd import ParetoNBD
from regulars.lifetime.models.pooled import PooledRate

MODELS: dict[str, type[LifetimeModel]] = {
    model.name: model for model in (BGNBD, MBGNBD, ParetoNBD, BGCNBD, MBGCNBD, NBD, GammaGamma, PooledRate)
}
TRANSACTION_MODELS = [name for name, model in MODELS.items() if issubclass(model, MaximumLikelihoodModel)]


def model_class(name: str) -> type[LifetimeModel]:
    """Return the class of a model.

    Raises
    ------
    ModelError
        Naming the known models and the nearest one.

    Examples
    --------
    >>> model_class("bg_nbd").__name__
    'BGNBD'
    >>> model_class("bgnbd")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    regulars.errors.ModelError: There is no lifetime model 'bgnbd' (did you mean 'bg_nbd'?); known: bg_nbd, ...
    """
    if name not in MODELS:
        raise ModelError(f"There is no lifetime model {name!r}{nearest(str(name), MODELS)}; known: {', '.join(MODELS)}")
    return MODELS[name]


def transaction_model(name: str) -> TransactionModel:
    """Return an unfitted model of when customers buy: a parametric one, or the pooled rate that stands in for them.

    Raises
    ------
    ModelError
        If there is none of that name.

    Examples
    --------
    >>> transaction_model("mbg_nbd")
    MBGNBD()
    """
    model = model_class(name)()
    if not isinstance(model, TransactionModel):
        known = ", ".join([*TRANSACTION_MODELS, PooledRate.name])
        raise ModelError(f"{name} is not a model of when customers buy. Give one of {known}.")
    return model


def model_from_dict(stored: Mapping[str, Any]) -> LifetimeModel:
    """Make a model again from what its `to_dict` gave.

    Raises
    ------
    ModelError
        If the model is unknown or its parameters are not complete.

    Examples
    --------
    >>> model = model_from_dict({"model": "bg_nbd", "params": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}})
    >>> model.to_dict()["params"]["alpha"]
    4.414
    """
    if not isinstance(stored, Mapping):
        raise ModelError(f"A stored model is what to_dict gave; found a {type(stored).__name__}.")
    if not {"model", "params"} <= stored.keys():
        raise ModelError(f"A stored model has the keys 'model' and 'params'; found: {', '.join(stored) or 'none'}.")
    model = model_class(stored["model"]).from_params(stored["params"])
    if isinstance(model, TransactionModel) and "seasonality" in stored:
        model.seasonality = Season.from_dict(stored["seasonality"])
    return model
