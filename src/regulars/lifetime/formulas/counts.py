"""Sums over the number of purchases of a customer who tosses a coin after each, all of positive terms.

A customer's time passes in stages, Poisson at rate λ ~ Gamma(r, α), and every k-th stage ends in a purchase
(k = 1: every one). The m-th future purchase is made if m − 1 coins were survived, B(a, b + m − 1)/B(a, b), and at least
km − j stages pass within t, a negative binomial tail I_z(km − j, r), z = t/(α + t), where j stages have passed since
the last purchase. Nothing is singular and nothing cancels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import betainc, betaln

from regulars.arrays import Floats
from regulars.errors import InputError

Numbers = float | Floats  # one for all rows, or one a row

FARTHEST = 1e15  # times alpha: beyond it, 1 − t / (alpha + t) is lost in rounding
FINE = 512  # purchases are summed one by one up to here, then in blocks of a 512th of their number
ENOUGH = 1e-16  # of the sum may be left out


class CountSums(NamedTuple):
    """What the chances of at least m = 1, 2, … purchases within t add up to.

    Parameters
    ----------
    mean, square : ndarray
        E[X] = Σ P(X ≥ m) and E[X²] = Σ (2m − 1) P(X ≥ m).
    left : ndarray
        P(left within t) = Σ P(X ≥ m) · P(the m-th coin is lost).
    """

    mean: Floats
    square: Floats
    left: Floats


def count_sums(r: Numbers, alpha: Numbers, a: Numbers, b: Numbers, t: Numbers, k: int = 1, stage: int = 0) -> CountSums:
    """Sum until what is left out is bounded by a geometric series below rounding."""
    r, ages, a, b = np.broadcast_arrays(*map(np.asarray, (r, np.asarray(t) / alpha, a, b)))
    if (ages > FARTHEST).any():
        raise InputError(
            f"t is {np.max(t):g}, and more than {FARTHEST:g} times alpha; purchases cannot be counted so far ahead. "
            "Choose a shorter t, in the unit of T."
        )
    shape, (r, ages, a, b) = r.shape, (np.ravel(column).astype(float) for column in (r, ages, a, b))
    z, log_beta = ages / (1 + ages), betaln(a, b)
    sums, rest = np.zeros((3, len(z))), np.flatnonzero(z)
    for nodes, size in _blocks():
        terms = np.zeros((3, len(rest)))
        for m in nodes:
            survived = np.exp(betaln(a[rest], b[rest] + m - 1) - log_beta[rest])
            reached = survived * betainc(k * m - stage, r[rest], z[rest]) * (size / len(nodes))
            terms += reached * np.stack(
                [np.ones_like(reached), 0 * reached + 2 * m - 1, a[rest] / (a[rest] + b[rest] + m - 1)]
            )
        sums[:, rest] += terms
        i = k * nodes[-1] - stage
        ratio = (z[rest] * np.maximum(1, (r[rest] + i) / (i + 1))) ** k
        rest = rest[terms[1] > ENOUGH * (1 - ratio) * sums[1, rest]]
        if not len(rest):
            break
    return CountSums(*(row.reshape(shape) for row in sums))


def _blocks() -> Iterator[tuple[tuple[float, ...], int]]:
    """Blocks of whole numbers 1, 2, … as nodes and size: two nodes sum a cubic exactly (Gauss's rule for sums)."""
    start = 1
    while True:
        size = max(1, start // FINE)
        centre, away = start + (size - 1) / 2, np.sqrt((size**2 - 1) / 12)
        yield ((centre,) if size == 1 else (centre - away, centre + away)), size
        start += size
