"""Intervals from a paired bootstrap by customer.

The customer is what is drawn: all rows of a customer, at every origin and for every contender,
enter a replicate the same number of times. So what a customer's rows have in common, over
origins and over contenders, cancels in the difference, and does not pass for evidence.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from regulars.arrays import Floats
from regulars.evaluation.ranking import IntArray, Statistic, Weights, ratios

REPLICATES = 400
LEVEL = 0.95
WEIGHTS_AT_ONCE = 2**18  # replicates are computed together as long as their weights fit a processor's cache

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class OriginStatistics(Generic[Key]):
    """What is to be measured at one origin; a key is a contender and a metric, say.

    Parameters
    ----------
    customers : int array of shape (rows,)
        Number of each row's customer, `0..n_customers - 1`, the same at every origin.
    losses : mapping
        A key to the losses of the rows, whose weighted mean is the metric.
    statistics : mapping
        A key to a metric of all rows together.
    """

    customers: IntArray
    losses: Mapping[Key, Floats] = field(default_factory=dict)
    statistics: Mapping[Key, Statistic] = field(default_factory=dict)

    def values(self, weights: Weights) -> dict[Key, Floats]:
        """Each metric under weights of shape (replicates, rows)."""
        floats, rows = weights.astype(np.float64), weights.sum(axis=1)
        means = {key: ratios(floats @ losses, rows) for key, losses in self.losses.items()}
        return means | {key: statistic(weights) for key, statistic in self.statistics.items()}


def resample(
    origins: Sequence[OriginStatistics[Key]], n_customers: int, *, replicates: int = REPLICATES, seed: int = 0
) -> dict[Key, Floats]:
    """Value of each metric in every replicate, as the mean over the origins that have it.

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
        paired. nan where a draw leaves the metric undefined at an origin.

    Notes
    -----
    Cluster bootstrap (Efron & Tibshirani 1993, "An Introduction to the Bootstrap"; Field & Welsh
    2007, J. R. Stat. Soc. B 69). The models stay as fitted: noise of training is not in it.

    Examples
    --------
    >>> origin = OriginStatistics(np.arange(4), {"loss": np.array([0.0, 1.0, 1.0, 2.0])})
    >>> resample([origin], 4, replicates=3, seed=1)["loss"]
    array([1.5, 1. , 1. ])
    """
    rng = np.random.default_rng(seed)
    at_once = max(1, WEIGHTS_AT_ONCE // n_customers)
    parts = []
    for first in range(0, replicates, at_once):
        drawn = [
            np.bincount(rng.integers(n_customers, size=n_customers), minlength=n_customers)
            for _ in range(first, min(first + at_once, replicates))
        ]
        parts.append(mean_over_origins(origins, np.array(drawn, dtype=np.int32)))
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def mean_over_origins(origins: Sequence[OriginStatistics[Key]], customer_weights: Weights) -> dict[Key, Floats]:
    """Mean of each metric over the origins that have it, under weights of shape (replicates, customers).

    Examples
    --------
    >>> origin = OriginStatistics(np.array([0, 1]), {"loss": np.array([1.0, 4.0])})
    >>> mean_over_origins([origin], np.array([[2, 1], [1, 1]]))
    {'loss': array([2. , 2.5])}
    """
    found: dict[Key, list[Floats]] = {}
    for origin in origins:
        for key, values in origin.values(customer_weights.take(origin.customers, axis=1)).items():
            found.setdefault(key, []).append(values)
    return {key: np.mean(values, axis=0) for key, values in found.items()}


def interval(values: Floats, *, level: float = LEVEL) -> tuple[float, float]:
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
