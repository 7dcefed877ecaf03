"""Counts and spend over the horizon: the booster's mean blended with the lifetime model's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from regulars.churn import Booster

Floats = NDArray[np.float64]

COUNTS: dict[str, bool | int | float | str] = {"objective": "poisson"}
SPEND: dict[str, bool | int | float | str] = {"objective": "tweedie", "tweedie_variance_power": 1.5}
POWER = {"poisson": 1.0, "tweedie": 1.5}

# Small steps and few leaves: the trees correct the lifetime model's level, they do not learn a level of their own.
CORRECTING: dict[str, bool | int | float | str] = {"learning_rate": 0.03, "num_leaves": 8}
_FLOOR = 1e-4


@dataclass(frozen=True)
class MeanModel:
    """Expected value of something that is never negative: a count, or money.

    The booster multiplies the lifetime model's mean by a factor that it has learned on closed
    slices (the mean is its offset), so levels follow the lifetime model where trees cannot
    extrapolate; then both are averaged.

    Parameters
    ----------
    booster : Booster
        Fitted with the log of the lifetime model's mean as offset.
    weight : float
        Share of the corrected mean in the blend, in [0, 1]; the rest is the lifetime model's.
    """

    booster: Booster
    weight: float

    def predict(self, table: pd.DataFrame, lifetime: Floats) -> Floats:
        """Blend `weight` × corrected mean with (1 − `weight`) × the lifetime model's mean."""
        return self.blend(corrected(self.booster, table, lifetime), lifetime)

    def blend(self, corrected: Floats, lifetime: Floats) -> Floats:
        """Average of two opinions of the mean."""
        return self.weight * corrected + (1.0 - self.weight) * lifetime


def fit_correction(
    table: pd.DataFrame,
    actual: Floats,
    lifetime: Floats,
    *,
    objective: Mapping[str, bool | int | float | str],
    seed: int,
    weight: Floats,
) -> Booster:
    """Fit a booster that corrects the lifetime model's mean."""
    return Booster.fit(
        table, actual, objective=objective, params=CORRECTING, seed=seed, weight=weight, offset=_offset(lifetime)
    )


def corrected(booster: Booster, table: pd.DataFrame, lifetime: Floats) -> Floats:
    """The lifetime model's mean times the booster's factor."""
    return np.exp(booster.correct(table, _offset(lifetime)))


def _offset(lifetime: Floats) -> Floats:
    return np.log(np.maximum(lifetime, _FLOOR))


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


def deviance_weight(corrected: Floats, lifetime: Floats, actual: Floats, power: float) -> float:
    """Weight in [0, 1] of the corrected means that minimises the deviance."""

    def loss(weight: float) -> float:
        return tweedie_deviance(actual, weight * corrected + (1 - weight) * lifetime, power)

    found = minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-4})
    best = min((loss(0.0), 0.0), (loss(1.0), 1.0), (float(found.fun), float(found.x)))
    return round(best[1], 4)
