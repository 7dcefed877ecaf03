"""Forecasters of the log error of the lifetime model's total: each is right for another kind of shop.

The log error of a window is log(actual total / total that the lifetime model expected). A forecaster of it knows, at
the cutoff, only test windows that have closed. None of them fits every shop; `total_forecast` combines them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.scorer.past_totals import ORDER_DAYS, OUTCOMES, RETURNING, Totals
from regulars.scorer.weekly import Course, courses
from regulars.windows import YEAR_DAYS, Windows

FORECASTERS = (
    "lifetime",  # no correction
    "latest_window",  # the log error of the latest test window
    "latest_month",  # that of the latest 28 days, which closed sooner
    "trend",  # the same, with half of its change since the month before carried on to the middle of the window
    "latest_rates",  # customers order as customers who were like them did in the latest test window
    "year_before_error",  # the log error a year before
    "year_before_rates",  # customers order as customers who were like them did a year before
    "year_before_ratio",  # the latest test window's total, changed as in the same weeks of the year before
    "year_before_rates_now",  # year_before_rates, with its own log error in the latest 28 days
    "latest_weeks",  # order days of the weeks up to the cutoff beside those due, with their trend where it is plain
    "year_before_weeks",  # those of the same weeks of the year before, with the trend of the difference
)
YEAR_BEFORE = np.array([name.startswith("year_before") for name in FORECASTERS])

SHORT_DAYS = 28
STEPS = (7, 14, 28)  # days between test windows: the least that needs at most MOST_TEST_WINDOWS of them
MOST_TEST_WINDOWS = 60
TEST_YEARS, YEARS_BACK = 2, 2  # how far test windows reach back, and how many years each of them looks back
OLDER_YEAR = 0.6  # weight of a year against the one after it
LEAST_HISTORY = 56  # days before a test window; twice its horizon where that is less, half where that is more
CARRIED_ON = 0.5  # of a change from month to month
TYPICAL_CUSTOMERS = 4.0  # the lifetime model's rate counts as much as so many customers of a group
LARGEST = float(np.log(10.0))  # a log error beyond this means nothing for later totals
LEAST_TOTAL = 0.5  # of order days, where there was none
LEAST_EXPECTED = 1e-9
TEST_DAYS = TEST_YEARS * YEAR_DAYS

Read = Callable[[Sequence[Windows]], Mapping[Windows, Totals]]


@dataclass(frozen=True)
class TestWindows:
    """Test windows of one horizon, a row each, as the combination of forecasters learns from them.

    Parameters
    ----------
    horizon_days, step_days : int
        Days that each covers, and days between their cutoffs.
    ages : array of shape (n,)
        Days from the first day of the log to each cutoff.
    log_errors : array of shape (n, 3)
        Of returning customers, order days and money.
    forecasts : array of shape (n, forecasters, 3)
        As they would have been made at each cutoff; NaN where a forecaster lacks history.
    plain : array of shape (n,)
        See `PastTotals.plain`.
    """

    __test__ = False  # no test of pytest's

    horizon_days: int
    step_days: int
    ages: Floats
    log_errors: Floats
    forecasts: Floats
    plain: Floats

    @property
    def overlap(self) -> float:
        """What a test window counts as, of one that shares no day with another."""
        return min(1.0, self.step_days / self.horizon_days)


class PastTotals:
    """Totals of a log as known at a cutoff, and what every forecaster makes of them.

    Parameters
    ----------
    windows : Windows
        The cutoff and the horizon.
    first_day, last_day : date
        Of the order days known at the cutoff.
    read : function
        Gives `Totals` of many windows at once; test windows that it leaves out are not used.
    least_step : int
        Least days between test windows.
    """

    def __init__(
        self, windows: Windows, first_day: dt.date, last_day: dt.date, read: Read, *, least_step: int = STEPS[0]
    ) -> None:
        self.windows, self.first_day = windows, first_day
        self._end = windows.within(last_day).cutoff
        years = min(windows.history_days(first_day), (TEST_YEARS + YEARS_BACK) * YEAR_DAYS)
        steps = [step for step in STEPS if step >= least_step and years <= step * MOST_TEST_WINDOWS]
        self.step_days = min(steps, default=STEPS[-1])
        self._tests = {
            horizon: windows.with_horizon(horizon).test_windows(
                first_day,
                last_day,
                step_days=self.step_days,
                history_days=_history_needed(horizon),
                years=TEST_YEARS + YEARS_BACK,
            )
            for horizon in self.horizons
        }
        known = [year for year in windows.years_before(YEARS_BACK) if self._reaches(year)]
        self.asked = [windows, *known, *(test for tests in self._tests.values() for test in tests)]
        self._totals = read(self.asked)
        self._tests = {days: [test for test in tests if test in self._totals] for days, tests in self._tests.items()}
        self._made: dict[Windows, Floats] = {}
        self._courses_made: dict[Windows, dict[str, Course]] = {}

    @property
    def horizons(self) -> list[int]:
        """The horizon, and a shorter one whose outcomes are known sooner."""
        return sorted({self.windows.horizon_days, min(SHORT_DAYS, self.windows.horizon_days)}, reverse=True)

    def recent(self, horizon_days: int) -> list[Windows]:
        """Windows of a horizon within the last years whose outcomes are known, latest first."""
        return [test for test in self._tests[horizon_days] if self._age(self.windows) - self._age(test) <= TEST_DAYS]

    def has_test_before(self, windows: Windows) -> bool:
        """Whether a test window of the same horizon had closed at a cutoff."""
        return self._latest(windows, windows.horizon_days) is not None

    def test_windows(self, horizon_days: int) -> TestWindows:
        """The test windows of a horizon within the last years, latest first."""
        kept = self.recent(horizon_days)
        return TestWindows(
            horizon_days,
            self.step_days,
            np.array([self._age(test) for test in kept], dtype=np.float64),
            np.array([self.log_error(test) for test in kept]).reshape(-1, OUTCOMES),
            np.array([self.forecasts(test) for test in kept]).reshape(-1, len(FORECASTERS), OUTCOMES),
            np.array([self.plain(test) for test in kept]),
        )

    def expected(self) -> Floats:
        """What the lifetime model expects at the cutoff of all customers together, shape (3,)."""
        return np.asarray(self._totals[self.windows].expected.sum(axis=1))

    def latest_chance(self) -> Floats:
        """The part of a log error that customers' own chance explained in the latest test window, shape (3,)."""
        latest = self._latest(self.windows, self.windows.horizon_days)
        return self._totals[latest].chance if latest else np.zeros(OUTCOMES)

    def year_behind(self) -> float:
        """Horizons of history that a year before had behind it; 0 where the log is too young for such a window."""
        year = self.windows.shifted(-YEAR_DAYS)
        return self.year_behind_at(self._age(self.windows)) if self._has(year) else 0.0

    def year_behind_at(self, age_days: float) -> float:
        """Horizons of history that a year before had behind it, when the log was so many days old."""
        return max(age_days - YEAR_DAYS, 0.0) / self.windows.horizon_days

    def log_error(self, windows: Windows) -> Floats:
        """Logarithm of the actual total over the expected one of a window that has closed, shape (3,)."""
        totals = self._closed(windows)
        return _log_ratio(totals.actual.sum(axis=1), totals.expected.sum(axis=1))

    def forecasts(self, windows: Windows) -> Floats:
        """What every forecaster expects the log error of a window to be, by what was known at its cutoff.

        Returns
        -------
        array of shape (forecasters, 3)
            In the order of `FORECASTERS`; NaN where the log was too short for one.
        """
        if windows not in self._made:
            made = {"lifetime": np.zeros(OUTCOMES), **self._from_latest(windows), **self._from_years_before(windows)}
            made |= {name: self._by_weeks(windows, found) for name, found in self._courses(windows).items()}
            unknown = np.full(OUTCOMES, np.nan)
            self._made[windows] = np.clip([made.get(name, unknown) for name in FORECASTERS], -LARGEST, LARGEST)
        return self._made[windows]

    def plain(self, windows: Windows) -> float:
        """How plain the trend of the latest weeks is, from 0 to 1: against the year before, where the log has one."""
        found = self._courses(windows)
        return max((found[name].plain for name in list(found)[-1:]), default=0.0)

    def _courses(self, windows: Windows) -> dict[str, Course]:
        if windows not in self._courses_made:
            totals = self._totals[windows]
            self._courses_made[windows] = courses(totals.ratios, len(totals.due))
        return self._courses_made[windows]

    def _by_weeks(self, windows: Windows, found: Course) -> Floats:
        """Log error if the weeks of the window have this course; who returns follows from the chance of no order."""
        totals = self._totals[windows]
        log_error = _log_ratio((totals.due * np.exp(found.ahead)).sum(), totals.expected[ORDER_DAYS].sum())
        none = 1.0 - totals.expected[RETURNING] / np.maximum(totals.customers, 1.0)
        returning = (totals.customers * (1.0 - np.clip(none, 0.0, 1.0) ** np.exp(log_error))).sum()
        made = np.full(OUTCOMES, log_error)
        made[RETURNING] = _log_ratio(returning, totals.expected[RETURNING].sum())
        return made

    def _from_latest(self, windows: Windows) -> dict[str, Floats]:
        made: dict[str, Floats] = {}
        if latest := self._latest(windows, windows.horizon_days):
            made["latest_window"] = self.log_error(latest)
            made["latest_rates"] = self._by_rates(windows, latest)
        if month := self._latest(windows, self.horizons[-1]):
            made["latest_month"] = error = self.log_error(month)
            before = month.shifted(-SHORT_DAYS)
            if self._has(before):
                middle = windows.horizon_days / 2 + self._age(windows) - self._age(month) - month.horizon_days / 2
                made["trend"] = error + CARRIED_ON * (error - self.log_error(before)) * middle / SHORT_DAYS
        return made

    def _from_years_before(self, windows: Windows) -> dict[str, Floats]:
        years = [year for year in windows.years_before(YEARS_BACK) if self._has(year)]
        if not years:
            return {}
        rates = _mean([self._by_rates(windows, year) for year in years])
        made = {
            "year_before_error": _mean([self.log_error(year) for year in years]),
            "year_before_rates": rates,
            "year_before_ratio": self._by_ratio(windows, years),
        }
        month = self._latest(windows, self.horizons[-1])
        if month and self._has(month.shifted(-YEAR_DAYS)):
            then = self.forecasts(month)[FORECASTERS.index("year_before_rates")]
            made["year_before_rates_now"] = rates + self.log_error(month) - then
        return made

    def _by_rates(self, windows: Windows, then: Windows) -> Floats:
        """Log error if each group of customers does what the same group did then."""
        now, seen = self._totals[windows], self._closed(then)
        usual = now.expected / np.maximum(now.customers, 1.0)
        rate = (seen.actual + TYPICAL_CUSTOMERS * usual) / (seen.customers + TYPICAL_CUSTOMERS)
        return _log_ratio((rate * now.customers).sum(axis=1), now.expected.sum(axis=1))

    def _by_ratio(self, windows: Windows, years: list[Windows]) -> Floats:
        """Log error if the latest test window's total changes as the same window's did in the years before."""
        latest = self._latest(windows, windows.horizon_days)
        found = []
        for year in years:
            before = latest.shifted(self._age(year) - self._age(windows)) if latest else None
            if latest and before and self._has(before):
                total = [self._closed(one).actual.sum(axis=1) for one in (latest, year, before)]
                then, after, first = np.maximum(total, LEAST_TOTAL)
                found.append(_log_ratio(then * after / first, self._totals[windows].expected.sum(axis=1)))
        return _mean(found) if found else np.full(OUTCOMES, np.nan)

    def _closed(self, windows: Windows) -> Totals:
        """Totals of a window whose outcomes are known; of any other they are refused."""
        if not windows.closed_by(self._end):
            raise ModelError(f"The window from {windows.cutoff} closes after {self._end}: its outcomes are not known.")
        return self._totals[windows]

    def _latest(self, windows: Windows, horizon_days: int) -> Windows | None:
        """The latest test window that had closed at a cutoff."""
        tests = self._tests[horizon_days]
        return next((test for test in tests if test.closed_by(windows.cutoff)), None)

    def _has(self, windows: Windows) -> bool:
        """Whether the totals of a window were read and its outcomes are known."""
        return windows in self._totals and windows.closed_by(self._end)

    def _reaches(self, windows: Windows) -> bool:
        """Whether the log reaches back far enough for a window, and its outcomes are known."""
        return self._age(windows) >= _history_needed(windows.horizon_days) and windows.closed_by(self._end)

    def _age(self, windows: Windows) -> int:
        return windows.history_days(self.first_day)


def _history_needed(horizon_days: int) -> int:
    return max(min(LEAST_HISTORY, 2 * horizon_days), horizon_days // 2)


def _log_ratio(actual: Floats | float, expected: Floats | float) -> Floats:
    ratio = np.maximum(actual, LEAST_TOTAL) / np.maximum(expected, LEAST_EXPECTED)
    return np.asarray(np.clip(np.log(ratio), -LARGEST, LARGEST))


def _mean(years: list[Floats]) -> Floats:
    """Mean over years, the latest first and heaviest."""
    return np.asarray(np.average(years, axis=0, weights=OLDER_YEAR ** np.arange(len(years))))
