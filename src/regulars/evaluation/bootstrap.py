"""Intervals from a paired bootstrap by customer.

The customer is what is drawn: all rows of a customer, at every origin and for every contender,
enter a replicate the same number of times. So what a customer's rows have in common, over
origins and over contenders, cancels in the difference, and does not pass for evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import numpy as np

from regulars.evaluation.metrics import auc_ranked, gini_ranked, weighted_mean
from regulars.evaluation.ranking import FloatArray, IntArray, Ranking

REPLICATES = 400
LEVEL = 0.95

Statistic: TypeAlias = Callable[[FloatArray], float]
"""A metric at one origin, as a function of the weights of its rows."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class OriginStatistics(Generic[Key]):
    """What is to be measured at one origin.

    Parameters
    ----------
    customers : int array of shape (rows,)
        Number of each row's customer, `0..n_customers - 1`, the same at every origin.
    statistics : mapping
        A key (contender and metric, say) to its statistic.
    """

    customers: IntArray
    statistics: Mapping[Key, Statistic]


def mean_statistic(losses: FloatArray) -> Statistic:
    """Weighted mean of a loss that each row has by itself."""
    return lambda weights: weighted_mean(losses, weights)


def auc_statistic(churned: FloatArray, p_churn: FloatArray) -> Statistic:
    """Weighted AUC; the rows are sorted once."""
    ranking = Ranking(p_churn)
    return lambda weights: auc_ranked(ranking, churned, weights)


def gini_statistic(actual: FloatArray, predicted: FloatArray) -> Statistic:
    """Weighted normalised Gini; the rows are sorted once."""
    ranking, own = Ranking(predicted), Ranking(actual)
    return lambda weights: gini_ranked(ranking, own, actual, weights)


def resample(
    origins: Sequence[OriginStatistics[Key]], n_customers: int, *, replicates: int = REPLICATES, seed: int = 0
) -> dict[Key, FloatArray]:
    """Value of each statistic in every replicate, as the mean over the origins that have it.

    Parameters
    ----------
    origins : sequence of OriginStatistics
        At least one.
    n_customers : int
        How many customers there are over all origins; as many are drawn with replacement.
    replicates : int
    seed : int

    Returns
    -------
    dict of key to float array of shape (replicates,)
        Replicate `i` of one key and of another are of the same draw, so their difference is
        paired. nan where a draw leaves the statistic undefined at an origin.

    Notes
    -----
    Cluster bootstrap (Efron & Tibshirani 1993, "An Introduction to the Bootstrap"; Field & Welsh
    2007, J. R. Stat. Soc. B 69). The models stay as fitted: noise of training is not in it.

    Examples
    --------
    >>> origin = OriginStatistics(np.arange(4), {"loss": mean_statistic(np.array([0.0, 1.0, 1.0, 2.0]))})
    >>> resample([origin], 4, replicates=3, seed=1)["loss"]
    array([1.5, 1. , 1. ])
    """
    rng = np.random.default_rng(seed)
    values: dict[Key, FloatArray] = {}
    for replicate in range(replicates):
        drawn = np.bincount(rng.integers(n_customers, size=n_customers), minlength=n_customers).astype(np.float64)
        for key, value in mean_over_origins(origins, drawn).items():
            values.setdefault(key, np.empty(replicates))[replicate] = value
    return values


def mean_over_origins(origins: Sequence[OriginStatistics[Key]], customer_weights: FloatArray) -> dict[Key, float]:
    """Mean of each statistic over the origins that have it, under one weight a customer.

    Examples
    --------
    >>> origin = OriginStatistics(np.array([0, 1]), {"loss": mean_statistic(np.array([1.0, 4.0]))})
    >>> mean_over_origins([origin], np.array([2.0, 1.0]))
    {'loss': 2.0}
    """
    values: dict[Key, list[float]] = {}
    for origin in origins:
        weights = customer_weights[origin.customers]
        for key, statistic in origin.statistics.items():
            values.setdefault(key, []).append(statistic(weights))
    return {key: math.fsum(found) / len(found) for key, found in values.items()}


def interval(values: FloatArray, *, level: float = LEVEL) -> tuple[float, float]:
    """Percentile interval of replicates; undefined ones are left out, and nan comes where most are.

    Examples
    --------
    >>> interval(np.arange(101.0), level=0.5)
    (25.0, 75.0)
    """
    defined = values[~np.isnan(values)]
    if 2 * len(defined) < len(values):
        return math.nan, math.nan
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
