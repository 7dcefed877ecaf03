"""The one part of a BG/NBD likelihood that depends on all of a customer, summed over many of them.

Counts and times are few different numbers, so what depends on one of them alone comes as a table by distinct value.
The rest is summed in one sweep, a block of rows at a time that stays in the cache.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import BLOCK, Rows


class Leaving(NamedTuple):
    """Sums over customers who may have left, of whom a share d has.

    Parameters
    ----------
    value : float
        Σ −ln(1 − d).
    left : float
        Σ d.
    by_n, by_alpha, by_coin : float
        Σ d (late − last), Σ d n (e^−last − e^−late) and Σ d / coins.
    """

    value: float
    left: float
    by_n: float
    by_alpha: float
    by_coin: float


def leaving(rows: Rows, first: int, a: float, coins: Floats, n: Floats, late: Floats, last: Floats) -> Leaving:
    """Sum over the rows with x ≥ first, whose odds of having left are a / coins · e^(n (late − last)).

    Parameters
    ----------
    coins, n : ndarray
        b + y − 1 and r + x by value of x.
    late, last : ndarray
        ln(1 + T/α) by value of T, and ln(1 + t_x/α) by value of t_x.
    """
    log_odds, per_coin, since_T, since_tx = np.log(a / coins), 1 / coins, np.exp(-late), np.exp(-last)
    distinct = [column.codes for column in rows.distinct]
    sums = np.zeros(len(Leaving._fields))
    for start in range(int(np.searchsorted(rows.x, first)), len(rows.x), BLOCK):
        block = slice(start, start + BLOCK)
        x, tx, T = (codes[block] for codes in distinct)
        shape, silence = n[x], late[T] - last[tx]
        odds = log_odds[x] + shape * silence
        smaller = np.exp(-np.abs(odds))
        left = rows.weight[block] * np.where(odds > 0, 1, smaller) / (1 + smaller)
        value = rows.weight[block] * (np.maximum(odds, 0) + np.log(1 + smaller))
        by_alpha = left * shape * (since_tx[tx] - since_T[T])
        sums += [value.sum(), left.sum(), (left * silence).sum(), by_alpha.sum(), (left * per_coin[x]).sum()]
    return Leaving(*map(float, sums))
