"""The order of a score, found once, so that every new set of weights costs one pass."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]


def dot(a: FloatArray, b: FloatArray) -> float:
    """Σ a · b, summed in one thread: the same bits on any machine load, and no waiting for BLAS threads.

    Examples
    --------
    >>> dot(np.array([1.0, 2.0]), np.array([3.0, 0.5]))
    4.0
    """
    return float(np.einsum("n,n->", a, b))


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

    def group_sums(self, weights: FloatArray) -> FloatArray:
        """Sum of the weights in each group of equal scores, lowest score first."""
        return np.bincount(self.group, weights, minlength=self.n_groups).astype(np.float64, copy=False)

    def ranks(self, weights: FloatArray) -> FloatArray:
        """Weight scored lower than each row plus half the weight scored the same: its mid-rank less ½."""
        same = self.group_sums(weights)
        return (np.cumsum(same) - same / 2).take(self.group)

    def rank_sum(self, values: FloatArray, weights: FloatArray) -> float:
        """Σ weight · value · rank: what both AUC and Gini are made of."""
        return dot(weights * values, self.ranks(weights))
