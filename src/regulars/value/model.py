"""Expected counts over the horizon, and what counts and money share: corrections of a mean, blends and levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.churn import Booster, Weights, best_weights

Floats = NDArray[np.float64]

COUNTS: dict[str, bool | int | float | str] = {"objective": "poisson"}
SPEND: dict[str, bool | int | float | str] = {"objective": "tweedie", "tweedie_variance_power": 1.5}
POWER = {"poisson": 1.0, "tweedie": 1.5}

# Small steps: the trees correct the lifetime model's mean, they do not learn a mean of their own.
CORRECTING: dict[str, bool | int | float | str] = {"learning_rate": 0.03, "num_iterations": 120}
FLOOR = 1e-4


@dataclass(frozen=True)
class CountModel:
    """Expected order days: the lifetime model's, and those times a factor that a booster learned on closed slices.

    Parameters
    ----------
    booster : Booster
        Fitted with the log of the lifetime model's mean as offset.
    weights : tuple of float
        Shares of the opinions, in the order of `opinions_of_counts`; they sum to 1.
    scales : tuple of float
        What brings each opinion to the level.
    """

    booster: Booster
    weights: Weights
    scales: tuple[float, ...]

    def predict(self, table: pd.DataFrame, lifetime: Floats) -> Floats:
        """Blend the opinions on rows of the design and the lifetime model's mean."""
        return average(opinions_of_counts(self.booster, table, lifetime), self.weights, self.scales)


def opinions_of_counts(booster: Booster, table: pd.DataFrame, lifetime: Floats) -> tuple[Floats, ...]:
    """The lifetime model's mean, and the booster's."""
    return lifetime, corrected(booster, table, lifetime)


def at_least_once(order_days: Floats, p_churn: Floats) -> Floats:
    """Order days that are expected; never fewer than one purchase at least is likely (Markov's inequality)."""
    return np.maximum(order_days, 1.0 - p_churn)


def scales_to(total: float, opinions: tuple[Floats, ...]) -> tuple[float, ...]:
    """What makes each opinion add up to a total; an opinion of nothing stays as it is."""
    sums = [float(mean.sum()) for mean in opinions]
    return tuple(round(total / of_all, 9) if of_all > 0 else 1.0 for of_all in sums)


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
        table, actual, objective=objective, params=CORRECTING, seed=seed, weight=weight, offset=log_mean(lifetime)
    )


def corrected(booster: Booster, table: pd.DataFrame, lifetime: Floats) -> Floats:
    """The lifetime model's mean times the booster's factor."""
    return np.exp(booster.correct(table, log_mean(lifetime)))


def average(opinions: tuple[Floats, ...], weights: Weights, scales: tuple[float, ...]) -> Floats:
    """Weighted mean of opinions of a mean, each brought to its level."""
    parts = zip(opinions, weights, scales, strict=True)
    return np.asarray(sum(weight * scale * mean for mean, weight, scale in parts))


def log_mean(lifetime: Floats) -> Floats:
    """The logarithm of a lifetime model's mean, which trees start from and correct."""
    return np.log(np.maximum(lifetime, FLOOR))


def tweedie_deviance(actual: Floats, predicted: Floats, power: float) -> float:
    """Mean unit deviance, up to terms without the prediction; Poisson at `power` 1.

    Notes
    -----
    Jørgensen (1987), "Exponential Dispersion Models", Section 4: for 1 ≤ p < 2,
    d(y, μ) = 2 (μ^(2−p)/(2−p) − y μ^(1−p)/(1−p)) + c(y), and 2 (μ − y ln μ) + c(y) at p = 1.
    """
    mean = np.maximum(predicted, FLOOR)
    if power == 1.0:
        return float(2 * np.mean(mean - actual * np.log(mean)))
    return float(2 * np.mean(mean ** (2 - power) / (2 - power) - actual * mean ** (1 - power) / (1 - power)))


def deviance_weights(opinions: tuple[Floats, ...], actual: Floats, power: float) -> Weights:
    """Weights, none negative and 1 in all, of the average with the lowest deviance.

    Each opinion is first brought to the level of what came: a weight is earned by telling
    customers apart, since the level is set elsewhere.
    """
    came = actual / actual.mean()  # in units of the average customer: the optimum knows no currency
    scales = scales_to(float(len(actual)), opinions)
    levelled = np.column_stack([scale * mean for mean, scale in zip(opinions, scales, strict=True)])

    def loss(weights: Floats) -> tuple[float, Floats]:
        mean = np.maximum(levelled @ weights, FLOOR)
        slope = 2.0 * (mean ** (1.0 - power) - came * mean**-power)
        return tweedie_deviance(came, mean, power), levelled.T @ slope / len(came)

    return best_weights(loss, levelled.shape[1])
