"""A blend: base models by name, the weight of each, and the calibration of their average."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, Self

import pandas as pd

from regulars.arrays import Floats
from regulars.learners.calibration import Calibration

Predictions = Mapping[str, Floats]


class BaseModel(Protocol):
    """What a blend asks of a base model."""

    def predict(self, table: pd.DataFrame) -> Floats:
        """One prediction a row, from the columns that the model was fitted on."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""


class Method(NamedTuple):
    """How base predictions are weighed, and how their average is calibrated."""

    weigh: Callable[[Predictions, Floats], dict[str, float]]
    calibrate: Callable[[Predictions, Mapping[str, float], str, float], Calibration]


@dataclass(frozen=True)
class Blend:
    """A calibrated average of base models.

    Parameters
    ----------
    base_models : mapping of str to BaseModel
        By name; a base model with a weight of 0 has no influence on `predict`.
    weights : mapping of str to float
        None negative, 1 in all.
    calibration : LogOddsShift or Scales
        How base predictions are averaged, and what makes the average have the right mean.
    """

    base_models: Mapping[str, BaseModel]
    weights: Mapping[str, float]
    calibration: Calibration

    @classmethod
    def fit(
        cls,
        base_models: Mapping[str, BaseModel],
        method: Method,
        *,
        unseen: Predictions,
        actual: Floats,
        now: Predictions,
        reference: str,
        moved_by: float,
    ) -> Self:
        """Weigh base models by predictions of rows that they have not seen, and calibrate their average.

        Parameters
        ----------
        base_models : mapping of str to BaseModel
            Fitted on all rows.
        method : Method
        unseen : mapping of str to array, shape (n,)
            Predictions of base models of the same names, fitted without these n rows.
        actual : array, shape (n,)
            Their outcomes.
        now : mapping of str to array
            Their predictions of the rows whose average is calibrated.
        reference : str
            The base model whose mean or total the average is calibrated to.
        moved_by : float
            By how much that mean is moved first, in log-odds or logarithms.
        """
        weights = method.weigh(unseen, actual)
        return cls(base_models, weights, method.calibrate(now, weights, reference, moved_by))

    def base_predictions(self, table: pd.DataFrame) -> dict[str, Floats]:
        """Predictions of every base model by its name, before weights and calibration."""
        return {name: model.predict(table) for name, model in self.base_models.items()}

    def predict(self, table: pd.DataFrame) -> Floats:
        """The calibrated average, one prediction a row."""
        used = {name: self.base_models[name].predict(table) for name, weight in self.weights.items() if weight}
        return self.combine(used)

    def combine(self, predictions: Predictions) -> Floats:
        """The calibrated average of base predictions that are at hand."""
        return self.calibration.combine(predictions, self.weights)

    def calibrated(self, calibration: Calibration) -> Self:
        """The same base models and weights, calibrated otherwise."""
        return replace(self, calibration=calibration)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the trees; a list, since the order of a sum decides its last bits."""
        models = [
            {"name": name, "weight": self.weights.get(name, 0.0), **model.to_dict()}
            for name, model in self.base_models.items()
        ]
        return {"base_models": models, "calibration": self.calibration.to_dict()}
