"""Base models for the order days in the window: the lifetime model's expectation, and the same corrected by trees."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.learners import Column, Scales, deviance_weights
from regulars.learners.base_models import BoostedMean
from regulars.learners.blend import BaseModel, Method

POWER = 1.0  # Poisson
MEAN = "lifetime_expected_purchases"
COUNT = Method(partial(deviance_weights, power=POWER), Scales.fit)

# Small steps: the trees correct the lifetime model's mean, they do not learn a mean of their own.
CORRECTING: dict[str, bool | int | float | str] = {"learning_rate": 0.03, "num_iterations": 120}
OBJECTIVE: dict[str, bool | int | float | str] = {"objective": "poisson"}


def base_models(table: pd.DataFrame, order_days: Floats, *, seed: int, weight: Floats) -> dict[str, BaseModel]:
    """Fit all base models on the same rows."""
    return {
        "lifetime": Column(MEAN),
        "lightgbm": BoostedMean.fit(
            table, order_days, mean=MEAN, objective=OBJECTIVE, params=CORRECTING, seed=seed, weight=weight
        ),
    }


def at_least_once(order_days: Floats, p_churn: Floats) -> Floats:
    """Expected order days, never fewer than the probability of at least one (Markov's inequality).

    Parameters
    ----------
    order_days : ndarray of shape (rows,)
        Expected in the window.
    p_churn : ndarray of shape (rows,)
        Probability of no purchase in the same window.

    Returns
    -------
    ndarray of shape (rows,)
    """
    return np.maximum(order_days, 1.0 - p_churn)
