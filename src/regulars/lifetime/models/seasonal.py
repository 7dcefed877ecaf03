"""Discounting by the calendar where purchases follow a season."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from regulars.arrays import Floats
from regulars.lifetime.fit.season import Clock

STEP = 7.0  # days within which the discount is taken as its mean
EXACT_DAYS = 4 * 364.0  # of all the future, after which a customer's pace changes little within a year
YEAR = 365.25

Mean = Callable[[float], Floats]


def discounted_by_calendar(clock: Clock, t: float, rate: float, mean: Mean) -> Floats:
    """Expected purchases in the next `t` days, each worth e^(−δs) after s days.

    Parameters
    ----------
    clock : Clock
    t : float
        Days.
    rate : float
        Continuous discount rate a day.
    mean : function
        Expected purchases within a span of operational time.

    Notes
    -----
    Σ_k d_k · (M(τ_{k+1}) − M(τ_k)) over the weeks from the cutoff on, τ the operational time at their ends and d_k the
    mean of e^(−δs) over a week. At a rate of 10 % a year the discount changes by .2 % within a week, so the sum is
    right to a hundredth of that.
    """
    if rate == 0:
        return mean(float(clock.ahead(t)))
    ends = np.append(np.arange(STEP, t, STEP), t)
    times = clock.ahead(ends)
    total, before, begin = np.zeros(1), np.zeros(1), 0.0
    for end, time in zip(ends, times, strict=True):
        after = mean(float(time))
        total = total + (after - before) * _mean_discount(rate, begin, float(end))
        before, begin = after, float(end)
    return total


def residual_by_calendar(clock: Clock, rate: float, *, mean: Mean, discounted: Mean, residual: Floats) -> Floats:
    """The same for all the future: four years week by week, then the years by what the season makes of one.

    Parameters
    ----------
    discounted : function
        Discounted purchases within a span of operational time, discounted by operational time.
    residual : array
        The same for all the future.
    """
    time = float(clock.ahead(EXACT_DAYS))
    rest = (residual - discounted(time)) * np.exp(-rate * (EXACT_DAYS - time))
    near = discounted_by_calendar(clock, EXACT_DAYS, rate, mean)
    return np.asarray(near + rest * _share_of_year(clock, rate))


def _share_of_year(clock: Clock, rate: float) -> float:
    """What purchases of a year from now are worth that follow the season, over those at a steady pace."""
    ends = np.append(np.arange(STEP, YEAR, STEP), YEAR)
    steps, begins = np.diff(clock.ahead(ends), prepend=0.0), np.append(0.0, ends[:-1])
    worth = [step * _mean_discount(rate, *span) for step, *span in zip(steps, begins, ends, strict=True)]
    return float(sum(worth) / (YEAR * _mean_discount(rate, 0.0, YEAR)))


def _mean_discount(rate: float, begin: float, end: float) -> float:
    width = rate * (end - begin)
    return float(np.exp(-rate * begin) * -np.expm1(-width) / width) if width else float(np.exp(-rate * begin))
