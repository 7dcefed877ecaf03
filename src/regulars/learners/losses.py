"""Losses of predicted probabilities and means, with their gradients."""

from __future__ import annotations

import numpy as np

from regulars.arrays import Floats

FLOOR = 1e-4  # the smallest mean that a deviance is taken of


def tweedie_deviance(actual: Floats, predicted: Floats, power: float) -> float:
    """Mean unit deviance, up to terms without the prediction; Poisson at `power` 1.

    Parameters
    ----------
    actual : ndarray of shape (rows,)
        Outcomes of at least 0.
    predicted : ndarray of shape (rows,)
        Predicted means, in the same unit.
    power : float
        Of the variance, in [1, 2).

    Returns
    -------
    float
        Lower is better.

    Notes
    -----
    Jørgensen (1987), "Exponential Dispersion Models", Section 4: for 1 ≤ p < 2,
    d(y, μ) = 2 (μ^(2−p)/(2−p) − y μ^(1−p)/(1−p)) + c(y), and 2 (μ − y ln μ) + c(y) at p = 1.
    """
    mean = np.maximum(predicted, FLOOR)
    if power == 1.0:
        return float(2 * np.mean(mean - actual * np.log(mean)))
    return float(2 * np.mean(mean ** (2 - power) / (2 - power) - actual * mean ** (1 - power) / (1 - power)))
