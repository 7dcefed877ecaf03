"""Whether the year of a shop has a peak, and when."""

from __future__ import annotations

import numpy as np

from regulars.transactions.days.calendar import Counts
from regulars.windows import Windows

PEAK_DAYS = 28
PEAK = 1.25  # times what is usual; a shop without seasons stays below 1.05, groceries without a peak below 1.2
CHANCE = 4.0  # standard deviations of a count; by chance the busiest stretch of a year is two or three above usual


def busiest_days(returning: Counts, year: Windows) -> Windows | None:
    """The 28 days of a year in which customers came back most often, against what was usual then.

    Parameters
    ----------
    returning : int array of shape (year.horizon_days,)
        Order days after the first on each day, of all customers together: a label counts no others.
    year : Windows
        The days that are looked at.

    Returns
    -------
    Windows or None
        The stretch; None where it is no peak.

    Notes
    -----
    What is usual is a line, on the scale of logarithms, through the medians of all stretches of 28 days in both halves
    of the year: so a shop that grows, or a cohort that fades, has no peak at its end or beginning. A peak is a quarter
    above it, and four standard deviations of a count (its square root).

    Examples
    --------
    >>> year = Windows.at("2023-01-02", 364)
    >>> returning = np.full(364, 50)
    >>> returning[320:350] *= 2
    >>> peak = busiest_days(returning, year)
    >>> str(peak.cutoff), str(peak.last_day)
    ('2023-11-20', '2023-12-17')
    """
    if len(returning) < 2 * PEAK_DAYS:
        return None
    sums = np.convolve(returning, np.ones(PEAK_DAYS), "valid")
    half = len(sums) // 2
    first, second = np.median(sums[:half]), np.median(sums[half:])
    if not first * second:
        return None
    place = (np.arange(len(sums)) - (half - 1) / 2) / (len(sums) / 2)  # 0 and 1 in the middle of the halves
    usual = first ** (1 - place) * second**place
    start = int(np.argmax(sums / usual))
    expected = max(PEAK * usual[start], usual[start] + CHANCE * np.sqrt(usual[start]))
    return Windows(year.cutoff, PEAK_DAYS).shifted(start) if sums[start] >= expected else None
