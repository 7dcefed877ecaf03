"""Weights of a blend: none negative, 1 in all, estimated on rows whose outcomes the base models have not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, minimize
from scipy.special import expit

from regulars.arrays import Floats
from regulars.learners.calibration import log_odds, scale_to, shift_to_mean
from regulars.learners.losses import FLOOR, tweedie_deviance

EXACT = 1e-12  # change of the loss at which the search ends: two good base models differ by very little


def log_loss_weights(predictions: Mapping[str, Floats], outcome: Floats) -> dict[str, float]:
    """Weights of the average of log-odds with the lowest log-loss.

    Each base prediction is first calibrated to the actual rate, so a weight is earned by ranking rows, not by the mean,
    which is calibrated separately. The loss is convex in the weights, so the optimum is found, corners included: a base
    model that adds nothing gets 0.

    Parameters
    ----------
    predictions : mapping of str to ndarray of shape (rows,)
        Probabilities, by name of the base model.
    outcome : ndarray of shape (rows,)
        1 where it happened, else 0.

    Returns
    -------
    dict of str to float
        By name of the base model; they add up to 1.

    Examples
    --------
    >>> actual = np.array([1.0, 0.0, 1.0, 0.0])
    >>> log_loss_weights({"sharp": np.array([0.7, 0.2, 0.9, 0.4]), "blind": np.full(4, 0.5)}, actual)
    {'sharp': 1.0, 'blind': 0.0}
    """
    rate = float(outcome.mean())
    odds = [log_odds(p) for p in predictions.values()]
    calibrated = np.column_stack([z + shift_to_mean(z, rate) for z in odds])

    def loss(weights: Floats) -> tuple[float, Floats]:
        average = calibrated @ weights
        gradient = calibrated.T @ (expit(average) - outcome) / len(outcome)
        return float(np.mean(np.logaddexp(0.0, average) - outcome * average)), gradient

    return dict(zip(predictions, best_weights(loss, calibrated.shape[1]), strict=True))


def deviance_weights(predictions: Mapping[str, Floats], actual: Floats, power: float) -> dict[str, float]:
    """Weights of the average of means with the lowest Tweedie deviance (Poisson at `power` 1).

    Each base prediction is first calibrated to the actual total. Where nothing happened the first base model has all
    of the weight.

    Parameters
    ----------
    predictions : mapping of str to ndarray of shape (rows,)
        Means, by name of the base model.
    actual : ndarray of shape (rows,)
        Outcomes, in the same unit.
    power : float
        Of the variance, in [1, 2).

    Returns
    -------
    dict of str to float
        By name of the base model; they add up to 1.
    """
    if not actual.sum() > 0:
        return {name: float(place == 0) for place, name in enumerate(predictions)}
    relative = actual / actual.mean()  # in units of the average row: the optimum knows no currency
    scaled = [scale_to(float(len(actual)), mean) * mean for mean in predictions.values()]
    calibrated = np.column_stack(scaled)

    def loss(weights: Floats) -> tuple[float, Floats]:
        mean = np.maximum(calibrated @ weights, FLOOR)
        slope = 2.0 * (mean ** (1.0 - power) - relative * mean**-power)
        return tweedie_deviance(relative, mean, power), calibrated.T @ slope / len(relative)

    return dict(zip(predictions, best_weights(loss, calibrated.shape[1]), strict=True))


def best_weights(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> tuple[float, ...]:
    """Weights that minimise a convex loss, given with its gradient.

    Examples
    --------
    >>> target = np.array([0.7, 0.5, -0.2])
    >>> best_weights(lambda w: (float((w - target) @ (w - target)), 2 * (w - target)), 3)
    (0.6, 0.4, 0.0)
    """
    start, whole = np.full(size, 1.0 / size), LinearConstraint(np.ones((1, size)), 1.0, 1.0)
    found = minimize(
        loss, start, jac=True, method="SLSQP", bounds=Bounds(0.0, 1.0), constraints=whole, options={"ftol": EXACT}
    )
    inner = np.clip(found.x, 0.0, 1.0)
    candidates = [inner / inner.sum(), *np.eye(size)]  # the search may stop short of a corner
    best = np.round(min(candidates, key=lambda weights: loss(weights)[0]), 4)
    best[np.argmax(best)] += 1.0 - best.sum()
    return tuple(round(float(weight), 4) for weight in best)
