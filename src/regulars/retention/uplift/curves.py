"""How well an order of customers tells whom a contact moves: the uplift curve, AUUC and Qini."""

from __future__ import annotations

import numpy as np

from regulars.arrays import Floats
from regulars.evaluation.ranking import Weights
from regulars.retention.effects import BoolArray


class UpliftCurve:
    """The uplift curve of one ranking, sorted once, so that each new set of weights costs one pass.

    Parameters
    ----------
    score : array, shape (n,)
        Those with the highest are contacted first. Equal scores are taken together.
    treated : bool array, shape (n,)
    outcome : array, shape (n,)
    chance : array, shape (n,), optional
        The chance of treatment by the design; without it the same for all.

    Notes
    -----
    With k of n customers contacted, g(k) = (k/n)·(ȳ_T − ȳ_C)_k, means over the k best: what the contact changes for
    each customer of the file. Where chances differ, the means are weighted by one over the chance (Hájek 1971). g is 0
    as long as one of the groups is empty, and linear within equal scores.

    AUUC = area under g over k/n from 0 to 1. Qini = AUUC − g(n)/2, the area above the straight line of a random order;
    on the scale of the outcome, so it is not comparable with values that were divided by that of a perfect order.
    (Radcliffe 2007, "Using control groups to target on predicted lift"; Devriendt et al. 2020, "Learning to rank for
    uplift modeling".)

    Examples
    --------
    >>> curve = UpliftCurve(np.array([4.0, 3, 2, 1]), np.array([True, False, True, False]), np.array([1.0, 0, 1, 1]))
    >>> curve.points()[1].tolist()
    [0.0, 0.0, 0.5, 0.75, 0.5]
    >>> float(curve.auuc()), float(curve.qini())
    (0.375, 0.125)
    """

    def __init__(self, score: Floats, treated: BoolArray, outcome: Floats, chance: Floats | None = None) -> None:
        order = np.argsort(-score, kind="stable")
        ranked = score[order]
        self._order = order
        self._ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(score) - 1)
        even = np.full(len(score), 0.5) if chance is None else chance
        ones = np.where(treated, 1.0 / even, 0.0)[order]
        zeros = np.where(treated, 0.0, 1.0 / (1.0 - even))[order]
        self._parts = (ones, ones * outcome[order], zeros, zeros * outcome[order])

    def points(self, weights: Weights | None = None) -> tuple[Floats, Floats]:
        """Shares contacted and g there, from 0 to 1, at the end of each group of equal scores.

        Parameters
        ----------
        weights : array of shape (n,) or (replicates, n), optional
            How often each row counts.
        """
        drawn = np.ones(len(self._order)) if weights is None else weights.take(self._order, axis=-1).astype(np.float64)
        ones, ones_sum, zeros, zeros_sum = (self._running(drawn * part) for part in self._parts)
        contacted = self._running(drawn)
        share = contacted / contacted[..., -1:]
        both = (ones > 0) & (zeros > 0)
        ones, zeros = np.where(both, ones, 1.0), np.where(both, zeros, 1.0)
        gained = np.where(both, share * (ones_sum / ones - zeros_sum / zeros), 0.0)
        return _from_nobody(share), _from_nobody(gained)

    def auuc(self, weights: Weights | None = None) -> Floats:
        """Area under the curve; one a replicate."""
        return _area(*self.points(weights))

    def qini(self, weights: Weights | None = None) -> Floats:
        """Area between the curve and the line of a random order; one a replicate."""
        shares, gained = self.points(weights)
        return np.asarray(_area(shares, gained) - gained[..., -1] / 2)

    def _running(self, values: Floats) -> Floats:
        return np.asarray(np.cumsum(values, axis=-1).take(self._ends, axis=-1))


def _from_nobody(values: Floats) -> Floats:
    return np.concatenate([np.zeros((*values.shape[:-1], 1)), values], axis=-1)


def _area(shares: Floats, gained: Floats) -> Floats:
    return np.asarray(np.trapezoid(gained, shares, axis=-1))
