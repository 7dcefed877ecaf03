"""Order days of every week beside those that were due, and how their course goes on.

Test windows are known only when they have closed. Weeks are known sooner: the course of the last ones shows at once
that a shop declines.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from regulars.arrays import Floats
from regulars.features import DayOutcomes
from regulars.lifetime.models.base import TransactionModel
from regulars.windows import WEEKS_OF_A_YEAR, Windows

WEEK = 7
START_WEEKS = 4  # of a log, in which regular customers come for the first time in it
MOST_WEEKS = 3 * WEEKS_OF_A_YEAR
LEAST_WEEKS = 3  # that show a level
STEPS = 120  # points between which the mean of a new customer's order days is interpolated
HALF = 0.5  # an order day, added to those of a week

RECENT = 8  # weeks that show a trend
HALF_LIFE = 3.0  # weeks, of the weight of one
LEAST_FOR_TREND = 5  # weeks
PLAIN = 2.0  # times as large as usual for chance, a trend is not carried on; the larger it is, the more of it
USUAL_TREND = 0.03  # a week, before the log shows what is usual; it counts as eight stretches of weeks
PRIOR_STRETCHES, OVERLAPPING = 8.0, 4.0  # so many stretches, a week apart each, tell as much as one
STAYS = 0.97  # of a trend, from week to week
LARGEST = 0.15  # a week: a larger change does not last


class Weeks(NamedTuple):
    """Order days after the first ones, of all customers."""

    ratios: Floats  # logarithm of actual over due ones, of the weeks before the cutoff, latest last
    due: Floats  # those due in each week of the window, of customers known at the cutoff


class Course(NamedTuple):
    """How a series goes on."""

    ahead: Floats  # one value a week
    plain: float  # share of the recent trend that is carried on: 0 where it is nothing unusual


def weeks_at(windows: Windows, model: TransactionModel, outcomes: DayOutcomes) -> Weeks:
    """Actual and due order days by week; the model was fitted at the cutoff.

    Due is what each day's new customers were to bring on every later day, whatever they did since.
    """
    counts = outcomes.before(windows)
    known = len(counts.first)  # days up to the last order day before the cutoff
    count = min(known // WEEK - START_WEEKS, MOST_WEEKS)
    if count < 1:
        return Weeks(np.zeros(0), np.zeros(0))
    due = _due(counts.first, counts.days + windows.horizon_days, model)
    actual, expected = (
        each[known - WEEK * count : known].reshape(count, WEEK).sum(axis=1) for each in (counts.later, due)
    )
    ahead = np.add.reduceat(due[counts.days :], np.arange(0, windows.horizon_days, WEEK))
    return Weeks(np.log((actual + HALF) / (expected + HALF)), ahead)


def _due(newcomers: Floats, days: int, model: TransactionModel) -> Floats:
    grid = days * np.linspace(0.0, 1.0, STEPS) ** 2
    mean = np.interp(np.arange(days, dtype=np.float64), grid, model.expected_purchases_new(grid))
    each = np.diff(mean, prepend=0.0)
    size = 2 * days
    folded = np.fft.irfft(np.fft.rfft(newcomers, size) * np.fft.rfft(each, size), size)
    return np.asarray(np.maximum(folded[:days], 0.0))


def course(series: Floats, weeks: int) -> Course:
    """Carry a series on: from a weighted mean of the last weeks, with as much of their trend as is plain.

    Parameters
    ----------
    series : array
        Latest last.
    weeks : int
        How many to forecast.

    Notes
    -----
    The trend is the slope of a line through the last eight weeks, with a half-life of three. What is usual is the
    median size of the slopes before, and what the distance of the weeks from the line leaves open. A share
    1 − (2 · usual / slope)² of the slope is carried on, at most .15 a week, 97 % of it from each week to the next.

    Examples
    --------
    >>> falling = np.concatenate([np.zeros(40), -0.1 * np.arange(10)])
    >>> course(falling, 2).ahead.round(1), course(falling[:40], 2).ahead.round(1) + 0.0
    (array([-0.9, -1. ]), array([0., 0.]))
    """
    recent = series[-RECENT:]
    back = np.arange(-len(recent) + 1, 1.0)
    weights = 0.5 ** (-back / HALF_LIFE)
    weights /= weights.sum()
    middle, mean = float(weights @ back), float(weights @ recent)
    if len(series) < LEAST_FOR_TREND:
        return Course(np.full(weeks, mean), 0.0)
    lever = weights * (back - middle) / (weights @ (back - middle) ** 2)
    slope = float(lever @ recent)
    apart = recent - mean - slope * (back - middle)
    chance = np.sqrt(weights @ apart**2 * len(recent) / (len(recent) - 2) * (lever @ lever))
    usual = float(np.hypot(_usual_slope(series, lever), chance))
    plain = float(np.clip(1.0 - (PLAIN * usual / max(abs(slope), 1e-9)) ** 2, 0.0, 1.0))
    carried = float(np.clip(plain * slope, -LARGEST, LARGEST))
    return Course(mean + carried * (np.cumsum(STAYS ** np.arange(weeks)) - middle), plain)


def _usual_slope(series: Floats, lever: Floats) -> float:
    """Size of the slopes before the last weeks, and of shops elsewhere."""
    before = series[:-LEAST_FOR_TREND]
    if len(before) < RECENT:
        return USUAL_TREND
    slopes = np.lib.stride_tricks.sliding_window_view(before, RECENT) @ lever
    size, count = 1.4826 * float(np.median(np.abs(slopes))), len(slopes) / OVERLAPPING
    return float(np.sqrt((PRIOR_STRETCHES * USUAL_TREND**2 + count * size**2) / (PRIOR_STRETCHES + count)))


def courses(ratios: Floats, weeks: int) -> dict[str, Course]:
    """How the ratios go on in the weeks of the window, by forecaster; empty where the log is too short.

    `year_before_weeks` takes the same weeks of the year before, with the course of the difference to that year.
    """
    made: dict[str, Course] = {}
    if len(ratios) >= LEAST_WEEKS:
        made["latest_weeks"] = course(ratios, weeks)
    if len(ratios) >= WEEKS_OF_A_YEAR + 2:
        change = course(ratios[WEEKS_OF_A_YEAR:] - ratios[:-WEEKS_OF_A_YEAR], weeks)
        same = ratios[len(ratios) - WEEKS_OF_A_YEAR :][:weeks]
        same = np.pad(same, (0, weeks - len(same)), mode="edge")
        made["year_before_weeks"] = Course(same + change.ahead, change.plain)
    return made
