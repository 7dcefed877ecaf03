"""How far two distributions are apart, and how far chance alone takes two samples of one population."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import chdtri, kolmogi

from regulars.arrays import Floats
from regulars.monitoring.distribution import Distribution

BINS = 10
LEAST_IN_BIN = 10  # customers of the smaller sample whom a bin holds on average, for the chi-square to be a good guide


class Distances(NamedTuple):
    """Population stability index, Kolmogorov-Smirnov distance, and Wasserstein distance in spreads of the reference."""

    psi: float
    ks: float
    wasserstein: float


@dataclass(frozen=True)
class Compared:
    """Two distributions over the same edges: how far apart, and what chance gives at most.

    Parameters
    ----------
    distances : Distances
    noise : Distances
        Chance alone stays below each of them with the probability asked for.
    """

    distances: Distances
    noise: Distances


def compare(reference: Distribution, now: Distribution, *, alpha: float) -> Compared:
    """Compare two distributions over the edges of the reference.

    Parameters
    ----------
    reference, now : Distribution
        `now` counted between the edges of `reference`.
    alpha : float
        Probability with which chance alone may exceed each noise bound.

    Notes
    -----
    PSI = Σ (q − p) ln(q / p) over up to ten bins of equal mass and one for missing values, half a customer added to
    each. Where both are samples of one population of sizes m and n, it is (1/m + 1/n) times a chi-square with
    bins − 1 degrees of freedom (Yurdakul & Naranjo 2020, J. Risk Model Validation 14). KS, the largest difference of
    the cumulative distributions, exceeds √(1/m + 1/n) K(alpha) at most that often, K being Kolmogorov's quantile; on
    values with ties more seldom. Wasserstein's distance is ∫ |F − G|; its differences are a Gaussian process of
    standard deviation s(x) = √(F(1 − F)(1/m + 1/n)), of whose integral of sizes the mean is √(2/π) ∫ s, and
    which exceeds it by more than √(2 ln(1/alpha)) ∫ s with a probability below alpha (Borell-TIS inequality).

    Two cutoffs of one shop share customers, whose values resemble each other, so chance gives less than that.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(2, 1000))
    >>> reference = Distribution.of(draws[0])
    >>> found = compare(reference, Distribution.of(draws[1], reference.edges), alpha=0.01)
    >>> [d < n for d, n in zip(found.distances, found.noise)]
    [True, True, True]
    """
    p, q = _bins(reference, now)
    by_size = 1 / max(reference.size, 1) + 1 / max(now.size, 1)
    before, after = (p + 0.5) / (p + 0.5).sum(), (q + 0.5) / (q + 0.5).sum()
    psi = float(((after - before) * np.log(after / before)).sum())
    psi_noise = by_size * float(chdtri(max(len(p) - 1, 1), alpha))
    if not reference.count or not now.count or not reference.edges:
        return Compared(Distances(psi, 0.0, 0.0), Distances(psi_noise, 1.0, math.inf))
    known = 1 / reference.count + 1 / now.count
    differences = np.abs(now.shares_below - reference.shares_below)
    ks_noise = math.sqrt(known) * float(kolmogi(alpha))
    moved, moved_noise = _wasserstein(reference, now, differences, known, alpha)
    return Compared(Distances(psi, float(differences.max()), moved), Distances(psi_noise, ks_noise, moved_noise))


def _wasserstein(
    reference: Distribution, now: Distribution, differences: Floats, known: float, alpha: float
) -> tuple[float, float]:
    if not reference.spread:
        return 0.0, math.inf
    widths = np.diff(np.asarray(reference.edges)) / reference.spread
    pooled = (np.asarray(reference.below) + np.asarray(now.below)) / (reference.count + now.count)
    reach = float((widths * np.sqrt(pooled * (1 - pooled) * known)[:-1]).sum())
    noise = reach * (math.sqrt(2 / math.pi) + math.sqrt(2 * math.log(1 / alpha)))
    return float((widths * differences[:-1]).sum()), noise


def _bins(reference: Distribution, now: Distribution) -> tuple[Floats, Floats]:
    """Counts of both in bins of about equal mass of the reference, and of missing values where there are any."""
    bins = max(2, min(BINS, min(reference.count, now.count) // LEAST_IN_BIN))
    inner, taken = [], 0.0
    for place, share in enumerate(reference.shares_below.tolist()):
        if share - taken >= 1 / bins - 1e-9 and 1 - share >= 0.5 / bins:
            inner.append(place)
            taken = share
    inner = inner or list(range(len(reference.edges)))  # nearly all values are equal: below it, itself, and above
    counts = [
        np.diff(np.array([0, *(each.below[place] for place in inner), each.count]), append=each.count + each.missing)
        for each in (reference, now)
    ]
    p, q = (np.asarray(each, dtype=np.float64) for each in counts)
    if reference.missing or now.missing:
        return p, q
    return p[:-1], q[:-1]
