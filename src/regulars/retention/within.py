"""A Normal law of a rate that is known to lie between 0 and 1: its mean, and the law that has a given mean."""

from __future__ import annotations

import math

REACH = 6.0  # standard deviations, within which the centre of a law with a given mean is found


def mean_within(centre: float, error: float) -> float:
    """Mean of a Normal law that is cut off at 0 and at 1.

    Parameters
    ----------
    centre, error : float
        Mean and standard deviation before the cut; the centre may lie outside [0, 1].

    Notes
    -----
    Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions 1, equation 13.134; by logarithms of the
    tails, because a centre may lie many standard deviations outside.

    Examples
    --------
    >>> round(mean_within(0.3, 0.05), 4), round(mean_within(0.0, 0.05), 4), round(mean_within(-0.5, 0.05), 4)
    (0.3, 0.0399, 0.0049)
    """
    from scipy.special import log_ndtr

    if centre > 0.5:
        return 1.0 - mean_within(1.0 - centre, error)
    low, high = -centre / error, (1.0 - centre) / error
    tail, beyond = float(log_ndtr(-low)), float(log_ndtr(-high))
    density = math.exp(-0.5 * low**2 - tail) - math.exp(-0.5 * high**2 - tail)
    moved = density / math.sqrt(2.0 * math.pi) / -math.expm1(beyond - tail)
    return min(1.0, max(0.0, centre + error * moved))


def centre_of(mean: float, error: float) -> float:
    """The centre of the Normal law that has this mean once it is cut off at 0 and at 1.

    Examples
    --------
    >>> round(centre_of(0.3, 0.1), 3), round(centre_of(0.03, 0.038), 3)
    (0.3, -0.001)
    """
    from scipy.optimize import brentq

    reach = REACH * error
    return float(brentq(lambda centre: mean_within(centre, error) - mean, mean - reach, mean + reach, xtol=1e-12))
