"""The order of a score, found once, so that every new set of weights costs one pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from regulars.arrays import Floats

IntArray: TypeAlias = npt.NDArray[np.int64]
Weights: TypeAlias = npt.NDArray[Any]
"""Float or whole weights of shape (rows,) or (replicates, rows); a row of weight 2 counts as two equal rows."""

Statistic: TypeAlias = Callable[[Weights], Floats]
"""A metric as a function of the weights: one value, or one a replicate; nan where it is undefined."""


def dot(a: Floats, b: Floats) -> float:
    """Σ a · b, summed in one thread: the same bits on any machine load, and no waiting for BLAS threads.

    Examples
    --------
    >>> dot(np.array([1.0, 2.0]), np.array([3.0, 0.5]))
    4.0
    """
    return float(np.einsum("n,n->", a, b))


def ratios(above: npt.ArrayLike, below: npt.ArrayLike) -> Floats:
    """`above` / `below`, nan where there is nothing below.

    Examples
    --------
    >>> ratios([1.0, 2.0], [4.0, 0.0])
    array([0.25,  nan])
    """
    divisor = np.asarray(below, dtype=np.float64)
    return np.divide(above, divisor, out=np.full_like(divisor, np.nan), where=divisor != 0)


class Ranking:
    """The order that a score gives to rows, found once; equal scores share one rank.

    A row of weight 2 counts as two equal rows, and nothing depends on the order of the rows.

    Parameters
    ----------
    score : array of shape (rows,)
        Without nulls.

    Examples
    --------
    >>> ranking = Ranking([0.3, 0.1, 0.3])
    >>> ranking.ranks(np.ones(3))
    array([2. , 0.5, 2. ])
    """

    def __init__(self, score: npt.ArrayLike) -> None:
        values, self.group = np.unique(np.asarray(score, dtype=np.float64), return_inverse=True)
        self.n_groups = len(values)

    def group_sums(self, weights: Floats) -> Floats:
        """Sum of the weights in each group of equal scores, lowest score first."""
        return np.bincount(self.group, weights, minlength=self.n_groups).astype(np.float64, copy=False)

    def ranks(self, weights: Floats) -> Floats:
        """Weight scored lower than each row plus half the weight scored the same: its mid-rank less ½."""
        same = self.group_sums(weights)
        return (np.cumsum(same) - same / 2).take(self.group)


class RankSum:
    """Σ weight · value · rank as a function of the weights: what both AUC and Gini are made of.

    The rows are sorted once. Those of value 0 count only for the ranks of others, and not at all where they are
    scored above all of these; so new weights cost one pass over the rows and little more.

    Parameters
    ----------
    score, values : float array of shape (rows,)
        Without nulls; equal scores share one rank, as in `Ranking`.

    Examples
    --------
    >>> ranks, total = RankSum(np.array([0.3, 0.1, 0.3]), np.array([5.0, 0.0, 2.0]))(np.ones(3))
    >>> float(ranks), float(total)
    (14.0, 7.0)
    """

    def __init__(self, score: Floats, values: Floats) -> None:
        order = np.argsort(score, kind="stable")
        ascending, counted = score[order], np.flatnonzero(values[order])
        self._below, self._upto = (np.searchsorted(ascending, ascending[counted], side) for side in ("left", "right"))
        self._order = order[: self._upto.max(initial=0)]
        self._counted, self._values = counted, values[order[counted]]

    def __call__(self, weights: Weights) -> tuple[Floats, Floats]:
        """Σ weight · value · rank and Σ weight · value."""
        ascending = weights.take(self._order, axis=-1)
        passed = np.zeros((*weights.shape[:-1], len(self._order) + 1), weights.dtype)
        np.cumsum(ascending, axis=-1, out=passed[..., 1:])
        twice = passed.take(self._below, axis=-1) + passed.take(self._upto, axis=-1)
        mass = ascending.take(self._counted, axis=-1) * self._values
        return np.asarray(np.einsum("...n,...n->...", mass, twice) / 2), np.asarray(mass.sum(axis=-1))
