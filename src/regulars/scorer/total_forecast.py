"""Forecast of totals: the lifetime model's totals, corrected by what past test windows say of its log errors.

How much everybody together buys is a problem of its own, with far fewer facts than customers: a window is one fact.
Several forecasters of the log error (`total_forecasters`) are combined by how well each did in test windows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.learners import log_odds, shift_to_mean
from regulars.notes import Note
from regulars.scorer.past_totals import MONEY, ORDER_DAYS, RETURNING
from regulars.scorer.total_forecasters import FORECASTERS, YEAR_BEFORE, PastTotals, TestWindows
from regulars.value import TotalInterval

# Weights before any test window has closed: of a log of less than a year, whose lifetime model is its best guide, and
# of a seasoned one, which has the same season of a year before. Measured on simulated shops and development windows of
# real ones (docs/adr/0030).
YOUNG = {
    "lifetime": 0.5,
    "latest_window": 0.075,
    "latest_month": 0.1,
    "trend": 0.125,
    "latest_rates": 0.1,
    "latest_weeks": 0.2,
}
SEASONED = {
    "lifetime": 0.06,
    "latest_window": 0.02,
    "latest_month": 0.02,
    "trend": 0.08,
    "latest_rates": 0.07,
    "year_before_error": 0.1,
    "year_before_rates": 0.35,
    "year_before_ratio": 0.2,
    "year_before_rates_now": 0.1,
    "latest_weeks": 0.05,
    "year_before_weeks": 0.15,
}
HALF_TRUSTED = 0.3  # horizons of history behind the year before, at which its forecasters count half
PRIOR_WINDOWS = 4.0  # test windows at which measured errors count half
LEAST_ERROR = 0.1  # log errors smaller than this do not tell forecasters apart
HALF_LIFE_DAYS = 180.0  # of a test window's weight
SOONER = 0.5  # weight of test windows of the shorter horizon
UNLIKE = 0.2  # weight, in the interval, of test windows that had no year before, where the cutoff has one
HEAVIEST = 3  # forecasters that a note names
USUAL_ERROR_YOUNG, USUAL_ERROR_SEASONED = 0.25, 0.12  # log errors of a total, before any test window has closed


class Rows(NamedTuple):
    """Test windows that the combination learns from, for one total."""

    log_errors: Floats  # shape (n,)
    forecasts: Floats  # shape (n, forecasters); NaN where one lacked history
    weights: Floats  # shape (n,)


@dataclass(frozen=True)
class Correction:
    """A forecast log error of one total.

    Parameters
    ----------
    log_error : float
        Logarithm of the forecast total over the lifetime model's.
    weights : mapping of str to float
        Of the forecasters; those without history are absent.
    """

    log_error: float = 0.0
    weights: Mapping[str, float] = field(default_factory=lambda: {"lifetime": 1.0})

    def plus(self, effect: float) -> Correction:
        """The same with an effect of the window's own."""
        return replace(self, log_error=round(self.log_error + effect, 4))

    @property
    def basis(self) -> str:
        """The heaviest forecasters, with their weights."""
        heaviest = sorted(self.weights.items(), key=lambda item: -item[1])[:HEAVIEST]
        return ", ".join(f"{name} {100 * weight:.0f} %" for name, weight in heaviest)


@dataclass(frozen=True)
class TotalForecast:
    """Corrections of the lifetime model's totals at a cutoff, and how far such forecasts were off.

    Parameters
    ----------
    returning, order_days, money : Correction
        Of the customers who order again, of order days and of money.
    intervals : mapping of str to TotalInterval
        For `purchases` and `spend`; empty without test windows.
    """

    returning: Correction = field(default_factory=Correction)
    order_days: Correction = field(default_factory=Correction)
    money: Correction = field(default_factory=Correction)
    intervals: Mapping[str, TotalInterval] = field(default_factory=dict)

    def with_known_days(self, multiplier: float) -> TotalForecast:
        """The same with the effect of the window's days in the calendar on order days and money."""
        made = {name: getattr(self, name).plus(math.log(multiplier)) for name in ("order_days", "money")}
        return replace(self, **made)

    @property
    def notes(self) -> list[Note]:
        """How the totals were forecast, in words."""
        if not self.intervals:
            alone = "forecast totals are the lifetime model's own: no test window had closed to correct them by"
            return [Note("totals", alone)]
        named = {"customers who order again": self.returning, "order days": self.order_days}
        named |= {"money": self.money} if "spend" in self.intervals else {}
        return [
            Note(
                "totals",
                f"forecast total of {name}: {100 * math.expm1(made.log_error):+.0f} % to the lifetime model's "
                f"({made.basis})",
            )
            for name, made in named.items()
        ]


def churn_shift(quantities: pd.DataFrame, totals: TotalForecast) -> float:
    """The shift of the lifetime model's log-odds of churn that gives the forecast number of returning customers."""
    returning = quantities["p_purchase"].to_numpy(np.float64)
    expected = min(float(np.exp(totals.returning.log_error) * returning.mean()), 1.0)
    return shift_to_mean(log_odds(1.0 - returning), 1.0 - expected)


def forecast_totals(past: PastTotals) -> TotalForecast:
    """Combine the forecasters at the cutoff.

    Parameters
    ----------
    past : PastTotals
        Test windows that had closed at the cutoff.

    Notes
    -----
    A forecaster's weight is its prior weight times exp(−½ n / (n + 4) · E / s²): E is the weighted sum of its squared
    errors in n test windows (overlapping ones count as what they cover; half-life 180 days), and s² the mean square of
    the best forecaster's plus 0.1². Where a forecaster lacked history at a test window, the others stand in for it
    there. The prior weights depend on the age of the log (`prior_weights`).
    """
    tests = [past.test_windows(horizon) for horizon in past.horizons]
    if not any(len(test.ages) for test in tests):
        return TotalForecast()
    now, age = past.forecasts(past.windows), float(past.windows.history_days(past.first_day))

    def corrected(outcome: int) -> Correction:
        prior = with_trend(prior_weights(past), now[:, outcome], past.plain(past.windows))
        return _correction(now[:, outcome], combined(now[:, outcome], _rows(tests, outcome, age), prior))

    money = corrected(MONEY) if past.expected()[MONEY] else Correction()
    return TotalForecast(corrected(RETURNING), corrected(ORDER_DAYS), money, intervals=_intervals(past, tests))


def prior_weights(past: PastTotals) -> Floats:
    """Weights of the forecasters before any test window has closed, by the age of the log."""
    return _prior(past.year_behind())


def _prior(year_behind: float) -> Floats:
    weights = np.array([(SEASONED if year_behind else YOUNG).get(name, 0.0) for name in FORECASTERS])
    trusted = year_behind / (year_behind + HALF_TRUSTED) if year_behind else 1.0
    return np.asarray(np.where(YEAR_BEFORE, trusted, 1.0) * weights)


def with_trend(prior: Floats, now: Floats, plain: float) -> Floats:
    """Prior weights where a trend is plain: that share goes to the forecaster that knows it.

    It is the one that looks at the year before; in a log without one, the other.

    Examples
    --------
    >>> prior = np.array([0.5 * (name in ("lifetime", "latest_month")) for name in FORECASTERS])
    >>> dict(zip(FORECASTERS, with_trend(prior, np.where(YEAR_BEFORE, np.nan, -0.4), 0.9).round(2)))["latest_weeks"]
    np.float64(0.9)
    """
    known = np.isfinite(now)
    seasoned = bool(known[YEAR_BEFORE].any())
    knows = FORECASTERS.index("year_before_weeks" if seasoned else "latest_weeks")
    if not known[knows]:
        return prior
    weights = np.where(known, prior, 0.0)
    weights *= (1.0 - plain) / weights.sum()
    weights[knows] += plain
    return weights


def combined(now: Floats, rows: Rows, prior: Floats) -> Floats:
    """Weights of the forecasters; 0 for those without history.

    Examples
    --------
    >>> rows = Rows(np.array([0.5, 0.4]), np.array([[0.0, 0.45], [0.0, np.nan]]), np.array([2.0, 2.0]))
    >>> combined(np.array([0.0, 0.4]), rows, np.array([0.5, 0.5])).round(2)
    array([0.2, 0.8])
    """
    known = np.isfinite(now)
    weights = np.where(known, prior, 0.0)
    weights /= weights.sum()
    if not len(rows.log_errors):
        return weights
    errors = rows.log_errors[:, None] - _stood_in(rows.forecasts[:, known], weights[known])
    squares, windows = rows.weights @ errors**2, rows.weights.sum()
    noise = min(float(squares.min() / windows), 1.0) + LEAST_ERROR**2
    evidence = (squares - squares.min()) / noise * windows / (windows + PRIOR_WINDOWS)
    weights[known] *= np.exp(-0.5 * evidence)
    return np.asarray(weights / weights.sum())


def _stood_in(forecasts: Floats, weights: Floats) -> Floats:
    """The forecasts of past windows, with the others' weighted mean where one lacked history."""
    there = np.isfinite(forecasts)
    shares = there * weights
    mean = (np.where(there, forecasts, 0.0) * shares).sum(axis=1) / np.maximum(shares.sum(axis=1), 1e-12)
    return np.where(there, forecasts, mean[:, None])


def _rows(tests: Sequence[TestWindows], outcome: int, age: float) -> Rows:
    """Test windows that had closed when the log was `age` days old."""
    parts = [_rows_of(test, outcome, age, 1.0 if k == 0 else SOONER) for k, test in enumerate(tests)]
    return Rows(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _rows_of(test: TestWindows, outcome: int, age: float, share: float) -> Rows:
    closed = _days_closed(test, age) >= 0
    weights = share * _weights(test, age)
    return Rows(test.log_errors[closed, outcome], test.forecasts[closed, :, outcome], weights[closed])


def _days_closed(test: TestWindows, age: float) -> Floats:
    """For how many days each test window had been closed when the log was `age` days old."""
    return np.asarray(age - test.ages - test.horizon_days)


def _weights(test: TestWindows, age: float) -> Floats:
    """Weights of test windows: those that overlap count as what they cover together, older ones less."""
    return np.asarray(test.overlap * 0.5 ** (_days_closed(test, age) / HALF_LIFE_DAYS))


def _correction(now: Floats, weights: Floats) -> Correction:
    parts = weights * np.nan_to_num(now)
    shares = {name: round(float(weight), 4) for name, weight in zip(FORECASTERS, weights, strict=True) if weight}
    return Correction(round(float(parts.sum()), 4), shares)


def _intervals(past: PastTotals, tests: Sequence[TestWindows]) -> dict[str, TotalInterval]:
    """From the errors of the same combination at every test window, as it would have been made then."""
    test, chance = tests[0], past.latest_chance()
    if not len(test.ages):
        return {}
    age = float(past.windows.history_days(past.first_day))
    behind = past.year_behind()
    had_year = np.isfinite(test.forecasts[:, YEAR_BEFORE, RETURNING]).any(axis=1)
    weights = _weights(test, age) * np.where(had_year | (behind == 0), 1.0, UNLIKE)
    usual = USUAL_ERROR_SEASONED if behind else USUAL_ERROR_YOUNG
    made, expected = {}, past.expected()
    for name, outcome in (("purchases", ORDER_DAYS), ("spend", MONEY)):
        if not expected[outcome]:  # a log without money
            continue
        errors = [test.log_errors[k, outcome] - _forecast_then(past, tests, k, outcome) for k in range(len(test.ages))]
        made[name] = TotalInterval.fit(errors, weights, float(chance[outcome]), usual)
    return made


def _forecast_then(past: PastTotals, tests: Sequence[TestWindows], row: int, outcome: int) -> float:
    """The combined forecast for a test window, by the test windows that had closed at its own cutoff."""
    test = tests[0]
    now, age = test.forecasts[row, :, outcome], float(test.ages[row])
    prior = _prior(past.year_behind_at(age) if np.isfinite(now[YEAR_BEFORE]).any() else 0.0)
    weights = combined(now, _rows(tests, outcome, age), with_trend(prior, now, float(test.plain[row])))
    return float(weights @ np.nan_to_num(now))
