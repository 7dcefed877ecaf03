"""Churn: the booster's opinion blended with the lifetime model's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from regulars.churn.booster import Booster

Floats = NDArray[np.float64]

OBJECTIVE = {"objective": "binary"}
_EDGE = 1e-6


@dataclass(frozen=True)
class ChurnModel:
    """Probability of no purchase in the label window.

    Parameters
    ----------
    booster : Booster
        Fitted on several closed slices.
    weight : float
        Share of the booster in the blend, in [0, 1]; the rest is 1 − R of the lifetime model.
    """

    booster: Booster
    weight: float

    def p_churn(self, table: pd.DataFrame, p_purchase: Floats) -> Floats:
        """Blend `weight` × booster with (1 − `weight`) × (1 − R)."""
        return blend(self.booster.predict(table), 1.0 - p_purchase, self.weight)


def blend(first: Floats, second: Floats, weight: float) -> Floats:
    """Average of two opinions, `weight` on the first."""
    return weight * first + (1.0 - weight) * second


def log_loss_weight(booster: Floats, lifetime: Floats, churned: Floats) -> float:
    """Weight in [0, 1] of the booster's probabilities that minimises log-loss.

    The loss is convex in the weight, so the bounded search finds the optimum. The ends are
    allowed: a booster that adds nothing gets 0.

    Examples
    --------
    >>> truth = np.array([1.0, 0.0, 1.0, 0.0])
    >>> log_loss_weight(np.array([0.9, 0.1, 0.9, 0.1]), np.full(4, 0.5), truth)
    1.0
    >>> log_loss_weight(np.full(4, 0.5), np.array([0.9, 0.1, 0.9, 0.1]), truth)
    0.0
    """

    def loss(weight: float) -> float:
        p = np.clip(blend(booster, lifetime, weight), _EDGE, 1 - _EDGE)
        return float(-np.mean(churned * np.log(p) + (1 - churned) * np.log1p(-p)))

    found = minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-4})
    best = min((loss(0.0), 0.0), (loss(1.0), 1.0), (float(found.fun), float(found.x)))
    return round(best[1], 4)
