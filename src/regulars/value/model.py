"""Counts and spend over the horizon: the booster's mean blended with the lifetime model's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from regulars.churn import Booster

Floats = NDArray[np.float64]

COUNTS: dict[str, bool | int | float | str] = {"objective": "poisson"}
SPEND: dict[str, bool | int | float | str] = {"objective": "tweedie", "tweedie_variance_power": 1.5}
_POWER = {"poisson": 1.0, "tweedie": 1.5}
_FLOOR = 1e-9


@dataclass(frozen=True)
class MeanModel:
    """Expected value of something that is never negative: a count, or money.

    Parameters
    ----------
    booster : Booster
        Fitted on several closed slices.
    weight : float
        Share of the booster in the blend, in [0, 1]; the rest is the lifetime model's mean.
    """

    booster: Booster
    weight: float

    def predict(self, table: pd.DataFrame, lifetime: Floats) -> Floats:
        """Blend `weight` × booster with (1 − `weight`) × the lifetime model's mean."""
        return self.blend(self.booster.predict(table), lifetime)

    def blend(self, booster: Floats, lifetime: Floats) -> Floats:
        """Average of two opinions of the mean."""
        return self.weight * booster + (1.0 - self.weight) * lifetime


def tweedie_deviance(actual: Floats, predicted: Floats, power: float) -> float:
    """Mean unit deviance, up to terms without the prediction; Poisson at `power` 1.

    Notes
    -----
    Jørgensen (1987), "Exponential Dispersion Models", Section 4: for 1 ≤ p < 2,
    d(y, μ) = 2 (μ^(2−p)/(2−p) − y μ^(1−p)/(1−p)) + c(y), and 2 (μ − y ln μ) + c(y) at p = 1.
    """
    mean = np.maximum(predicted, _FLOOR)
    if power == 1.0:
        return float(2 * np.mean(mean - actual * np.log(mean)))
    return float(2 * np.mean(mean ** (2 - power) / (2 - power) - actual * mean ** (1 - power) / (1 - power)))


def deviance_weight(booster: Floats, lifetime: Floats, actual: Floats, objective: str) -> float:
    """Weight in [0, 1] of the booster's means that minimises the objective's deviance."""

    def loss(weight: float) -> float:
        return tweedie_deviance(actual, weight * booster + (1 - weight) * lifetime, _POWER[objective])

    found = minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-4})
    best = min((loss(0.0), 0.0), (loss(1.0), 1.0), (float(found.fun), float(found.x)))
    return round(best[1], 4)
