"""Who is new when first seen: a log that begins in the middle of its customers' lives shows old ones as new.

Who orders first in the log's first 90 days may have ordered before it begins. So figures of new customers, and
of how they come back, leave those out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats

WARM_UP_DAYS = 90  # of a log: whoever orders first in them may have ordered before it begins
LEAST_NEW = 30  # customers that a figure of new ones rests on at least
PILE_UP = 2.0  # first order days in the first tenth of the arrivals, over the mean of the other tenths
TENTHS = 10


def pile_up(arrived: Floats, weight: Floats | None = None) -> float:
    """First order days in the first tenth of the arrivals, over the mean of the other tenths.

    Parameters
    ----------
    arrived : float array, shape (n,)
        When each customer ordered first, since the first of them did, in any unit.
    weight : float array, shape (n,), optional
        Customers that each stands for.

    Returns
    -------
    float
        NaN where customers arrived on fewer than ten days.

    Examples
    --------
    >>> pile_up(np.repeat(np.arange(20.0), [90] * 2 + [10] * 18))
    9.0
    """
    if len(np.unique(arrived)) < TENTHS:
        return float("nan")
    counts = np.histogram(arrived, bins=TENTHS, weights=weight)[0]
    return float(counts[0] / counts[1:].mean())


def new_when_first_seen(tenure: Floats) -> NDArray[np.bool_]:
    """The customers who were new when the log first shows them, as far as it can tell.

    Those who ordered first after the log's first 90 days. Where nobody did in a log of twice as long, and first orders
    do not pile up at its beginning, the log follows customers from their first order on, and all were new. Where fewer
    than 30 are left, nobody is known to have been new.

    Parameters
    ----------
    tenure : float array, shape (n,)
        Days since the first order day of each customer.

    Examples
    --------
    >>> new_when_first_seen(np.array([200.0] * 50 + [20.0] * 40)).sum()
    np.int64(40)
    """
    if not len(tenure):
        return np.zeros(0, dtype=bool)
    arrived = tenure.max() - tenure
    later = arrived >= WARM_UP_DAYS
    if later.sum() >= LEAST_NEW:
        return np.asarray(later)
    is_cohort = not later.any() and tenure.max() >= 2 * WARM_UP_DAYS and pile_up(arrived) <= PILE_UP
    return np.full(len(tenure), is_cohort and len(tenure) >= LEAST_NEW)
