"""Intervals for realised money and order days, calibrated by activity group on the latest training slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats

COVERAGE = 0.90
GROUPS = 6
SMALLEST_GROUP = 50
_ROUNDING = 1e-6  # a count over an expectation, times that expectation, is the count again


@dataclass(frozen=True)
class RatioIntervals:
    """How far actual money or order days stray from the expected, for customers alike in activity.

    Parameters
    ----------
    edges : tuple of float, length k − 1
        Expected purchases that separate the k groups; a customer at an edge is in the upper one.
    low, high : tuple of float, length k
        Split-conformal quantiles of realised over expected in each group.
    upper : tuple of float, length k
        The 95 % quantile; of groups where it is 0, that of those who bought.
    quiet : tuple of bool, length k
        Those groups: more than 95 % buy nothing.

    Notes
    -----
    Split conformal prediction by group (Vovk, Lindsay, Nouretdinov and Gammerman 2003,
    "Mondrian Confidence Machine"), with the ratio as the score. Groups are known at the cutoff.
    The coverage that follows is exact only where the next window is like the calibrating one, and counts are whole:
    ties can only make it higher.
    """

    edges: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    upper: tuple[float, ...]
    quiet: tuple[bool, ...]

    @classmethod
    def fit(cls, activity: Floats, expected: Floats, realised: Floats) -> Self | None:
        """Calibrate on customers whose outcomes are known; nothing where they are too few.

        Parameters
        ----------
        activity : ndarray of shape (rows,)
            Expected order days, by which customers are put in groups.
        expected : ndarray of shape (rows,)
            What was expected in the window.
        realised : ndarray of shape (rows,)
            The actual outcomes, in the same unit.

        Returns
        -------
        RatioIntervals or None
        """
        if len(activity) < SMALLEST_GROUP or not np.isfinite(expected).all():
            return None
        edges = np.unique(np.quantile(activity, _shares_below(len(activity))))
        edges = edges[edges > activity.min()]
        below = np.searchsorted(np.sort(activity), edges)
        edges = edges[np.diff(below, append=len(activity)) > 0]  # no group is empty
        group_of = np.searchsorted(edges, activity, side="right")
        ratio = realised / np.maximum(expected, 1e-9)
        tails = [_conformal_tails(ratio[group_of == group]) for group in range(len(edges) + 1)]
        upper, quiet = _upper_quantiles(ratio, group_of, len(tails))
        low, high = (tuple(tail[side] for tail in tails) for side in (0, 1))
        return cls(tuple(map(float, edges)), low, high, upper, quiet)

    def around(self, activity: Floats, expected: Floats) -> tuple[Floats, Floats]:
        """Bounds for customers with this activity and expected money; they contain the expected.

        Parameters
        ----------
        activity : ndarray of shape (rows,)
            Expected order days.
        expected : ndarray of shape (rows,)
            Expected money, or what else the ratios are of.

        Returns
        -------
        tuple of ndarray of shape (rows,)
            Lower and upper bounds.
        """
        low, high = self._bounds(activity, expected)
        return np.minimum(low, expected), np.maximum(high, expected)

    def quantiles_around(self, activity: Floats, expected: Floats) -> tuple[Floats, Floats]:
        """The 5 % and the 95 % quantile; an upper one of 0 gives way to that of those who bought.

        Parameters
        ----------
        activity : ndarray of shape (rows,)
            Expected order days.
        expected : ndarray of shape (rows,)
            Expected money, or what else the ratios are of.

        Returns
        -------
        tuple of ndarray of shape (rows,)
            The lower and the upper quantile.
        """
        low, _ = self.around(activity, expected)
        return low, np.maximum(np.asarray(self.upper)[self._group(activity)] * expected, expected)

    def stay_away(self, activity: Floats) -> NDArray[np.bool_]:
        """Customers in whose group more than 95 % buy nothing."""
        return np.asarray(self.quiet, dtype=np.bool_)[self._group(activity)]

    def counts_around(self, activity: Floats, expected: Floats) -> tuple[Floats, Floats]:
        """Least and most of the whole numbers within the bounds.

        Where nearly all of a group stay away, both are 0, though a little is expected of each.

        Parameters
        ----------
        activity : ndarray of shape (rows,)
            Expected order days.
        expected : ndarray of shape (rows,)
            Expected counts.

        Returns
        -------
        tuple of ndarray of shape (rows,)
            Least and most, as whole doubles.

        Examples
        --------
        >>> steady = RatioIntervals((1.0,), low=(0.0, 0.4), high=(4.0, 1.7), upper=(5.0, 1.7), quiet=(False, False))
        >>> low, high = steady.counts_around(np.array([0.1, 0.6, 8.0]), np.array([0.1, 0.6, 8.0]))
        >>> low.tolist(), high.tolist()
        ([0.0, 0.0, 4.0], [0.0, 2.0, 13.0])
        """
        low, high = self._bounds(activity, expected)
        return np.ceil(np.maximum(low - _ROUNDING, 0.0)), np.floor(high + _ROUNDING)

    def _bounds(self, activity: Floats, expected: Floats) -> tuple[Floats, Floats]:
        group = self._group(activity)
        return np.asarray(self.low)[group] * expected, np.asarray(self.high)[group] * expected

    def _group(self, activity: Floats) -> NDArray[np.intp]:
        return np.searchsorted(np.asarray(self.edges), activity, side="right")

    def to_dict(self) -> dict[str, list[float]]:
        """Plain lists for JSON."""
        return {name: list(values) for name, values in vars(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(**{name: tuple(values[name]) for name in ("edges", "low", "high", "upper", "quiet")})


def _shares_below(customers: int) -> list[float]:
    """Where groups begin: equal ones, the most active halved as long as that leaves enough in its upper half.

    Only among the most active does hardly anybody stay away; in a wide group all lower bounds would be 0.
    """
    groups = int(np.clip(customers // SMALLEST_GROUP, 1, GROUPS))
    shares, top = [k / groups for k in range(1, groups)], 1 / groups
    while customers * (top := top / 2) >= SMALLEST_GROUP:
        shares.append(1 - top)
    return shares


def _upper_quantiles(
    ratio: Floats, group_of: NDArray[np.intp], groups: int
) -> tuple[tuple[float, ...], tuple[bool, ...]]:
    """The 95 % quantile by group, and which groups are quiet: theirs is of the buyers, if need be of all of them."""
    upper = [_order_statistic(ratio[group_of == group]) for group in range(groups)]
    quiet = np.array(upper) == 0
    together = _order_statistic(ratio[quiet[group_of] & (ratio > 0)])
    for group in np.flatnonzero(quiet):
        upper[group] = _order_statistic(ratio[(group_of == group) & (ratio > 0)]) or together
    return tuple(upper), tuple(quiet.tolist())


def _order_statistic(ratio: Floats) -> float:
    """The order statistic that a new draw exceeds in one case of twenty at most, as far as there is one; 0 of none."""
    place = int(np.ceil((len(ratio) + 1) * (1 + COVERAGE) / 2)) - 1
    return float(np.sort(ratio)[min(place, len(ratio) - 1)]) if len(ratio) else 0.0


def _conformal_tails(ratio: Floats) -> tuple[float, float]:
    """The order statistics that leave out 1 − coverage of new draws: half on each side, or all above where low is 0.

    Nobody buys less than nothing: a bound of 0 leaves nobody out below.
    """
    tail, n, ordered = (1 - COVERAGE) / 2, len(ratio), np.sort(ratio)
    below = int(np.floor((n + 1) * tail)) - 1
    low = float(ordered[below]) if below >= 0 else 0.0
    left_above = tail if low > 0 else 2 * tail
    above = int(np.ceil((n + 1) * (1 - left_above))) - 1
    return low, float(ordered[min(above, n - 1)])
