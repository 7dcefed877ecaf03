"""The base models of every outcome, fitted together, and what they predict of rows that they have not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.churn import base_models as churn_base_models
from regulars.churn import fit_trees
from regulars.errors import ModelError
from regulars.learners import Blend, Booster, Column, Regression
from regulars.learners.base_models import BoostedMean, BoostedProbability, LogisticModel, RegressedMean
from regulars.learners.blend import BaseModel
from regulars.notes import Note
from regulars.scorer.settings import ScorerSettings
from regulars.scorer.slices import FOLDS, TrainingRows
from regulars.value import OrderDaysTimesValue, SpendSoFar, money, order_days, with_order_days

CHURNED, PURCHASES, SPEND = "churned", "purchases", "spend"
LIFETIME, LIGHTGBM, REGRESSION = "lifetime", "lightgbm", "regression"  # base models by name

BaseModels = Mapping[str, Mapping[str, BaseModel]]  # by outcome, then by name
BasePredictions = dict[str, dict[str, Floats]]


def fit_base_models(rows: TrainingRows, settings: ScorerSettings) -> BaseModels:
    """Fit the base models of churn and order days, and of spend where anybody spent, on the same rows.

    Of more rows than a fit needs, the same are drawn for all.
    """
    rows, seed = rows.thinned(settings.seed), settings.seed
    table, weight = rows.table, rows.weights()
    fitted = {
        CHURNED: churn_base_models(
            table, rows.outcome(CHURNED), params=settings.churn, seed=seed, weight=weight, also=rows.attributes
        ),
        PURCHASES: order_days.base_models(table, rows.outcome(PURCHASES), seed=seed, weight=weight),
    }
    if rows.has_money:
        fitted[SPEND] = money.base_models(table, rows.outcome(SPEND), seed=seed, weight=weight)
    return fitted


def fit_churn_trees(rows: TrainingRows, settings: ScorerSettings) -> BoostedProbability:
    """The boosted trees of churn alone, as `fit_base_models` fits them."""
    rows = rows.thinned(settings.seed)
    return fit_trees(
        rows.table, rows.outcome(CHURNED), params=settings.churn, seed=settings.seed, weight=rows.weights()
    )


def base_predictions(models: BaseModels, rows: TrainingRows) -> BasePredictions:
    """Predictions by outcome and base model; those that build on the ensemble's order days come later."""
    return {
        outcome: {
            name: model.predict(rows.table)
            for name, model in by_name.items()
            if not isinstance(model, OrderDaysTimesValue)
        }
        for outcome, by_name in models.items()
    }


def from_order_days(models: Mapping[str, BaseModel], table: pd.DataFrame, order_days: Floats) -> dict[str, Floats]:
    """Predictions of the base models that build on the order days which the ensemble expects."""
    table = with_order_days(table, order_days)
    return {name: model.predict(table) for name, model in models.items() if isinstance(model, OrderDaysTimesValue)}


def unseen_predictions(rows: TrainingRows, settings: ScorerSettings) -> tuple[BasePredictions, Note]:
    """Base predictions of the latest slice by models that have not seen its outcomes, and how they were made.

    Out of time where earlier slices had closed when the latest one began and hold enough to learn from; else
    cross-fitted by customer, and the note says so.
    """
    latest, began = rows.latest, rows.slices[0].cutoff
    earlier = rows.closed_before_latest
    if len(earlier.place) and earlier.suffices:
        predictions = base_predictions(fit_base_models(earlier, settings), latest)
        how = f"blend weights are estimated out of time, on the slice at {began}"
        return _with_spend(predictions, latest), Note("blend_weights", how)
    fold = rows.folds()
    latest_fold = fold[rows.slice_of == 0]
    parts = [
        base_predictions(fit_base_models(rows.where(fold != k), settings), latest.where(latest_fold == k))
        for k in range(FOLDS)
    ]
    how = f"blend weights are cross-fitted by customer: no slice had closed by {began}"
    outcomes = [outcome for outcome in parts[0] if all(outcome in part for part in parts)]
    predictions = {outcome: _put_together(parts, outcome, latest_fold) for outcome in outcomes}
    return _with_spend(predictions, latest), Note("blend_weights", how)


def _with_spend(predictions: BasePredictions, latest: TrainingRows) -> BasePredictions:
    """The lifetime model's money where those who were learned from had spent nothing yet."""
    return {SPEND: {LIFETIME: latest.lifetime("expected_spend")}, **predictions}


def _put_together(parts: list[BasePredictions], outcome: str, fold: NDArray[np.intp]) -> dict[str, Floats]:
    whole = {name: np.empty(len(fold)) for name in parts[0][outcome]}
    for k, part in enumerate(parts):
        for name, values in whole.items():
            values[fold == k] = part[outcome][name]
    return whole


def trees_of(blend: Blend) -> Booster:
    """The boosted trees among the base models of a blend."""
    model = blend.base_models[LIGHTGBM]
    if not isinstance(model, BoostedProbability | BoostedMean):
        raise ModelError(f"The base model {LIGHTGBM} holds no trees; it is a {type(model).__name__}.")
    return model.booster


def base_model_from_dict(values: Mapping[str, Any], booster: Callable[[], Booster]) -> BaseModel:
    """Read what a base model's `to_dict` wrote; `booster` gives its trees, where it has any."""
    match values["kind"]:
        case Column.kind:
            return Column(values["column"], values["complement"])
        case BoostedProbability.kind:
            return BoostedProbability(booster())
        case LogisticModel.kind:
            return LogisticModel(Regression.from_dict(values["regression"]))
        case BoostedMean.kind:
            return BoostedMean(values["mean"], booster())
        case RegressedMean.kind:
            return RegressedMean(values["mean"], Regression.from_dict(values["regression"]))
        case SpendSoFar.kind:
            return SpendSoFar()
        case OrderDaysTimesValue.kind:
            return OrderDaysTimesValue()
        case unknown:
            raise ModelError(f"The model holds a base model of kind {unknown!r}, which this version does not know.")
