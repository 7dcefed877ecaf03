"""What customers who order for the first time in the window will bring: scores cover none of them.

The latest window of the same length is carried forward, changed as the same weeks changed a year before where the log
reaches back so far. How these two, and the latest month, are combined follows from how each did in windows that had
closed; the range comes from how far the combination was off in them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from regulars.arrays import Floats
from regulars.features.arrivals import WARM_UP_DAYS
from regulars.scorer.forecast import Total
from regulars.scorer.forecast_context import NewCustomers
from regulars.scorer.total_forecast import HALF_LIFE_DAYS, Rows, combined
from regulars.scorer.total_forecasters import SHORT_DAYS
from regulars.value import TotalInterval
from regulars.windows import YEAR_DAYS, Windows

STEP_DAYS = 7
MOST_TEST_WINDOWS = 104
ORDER_DAYS, MONEY = range(2)  # of what new customers bring
LEAST_TOTAL = 0.5
USUAL_ERROR = 0.3  # of a log error, before any test window

# latest window, latest month, both changed as a year before: weights before any test window has closed
YOUNG = np.array([0.6, 0.4, 0.0, 0.0])
SEASONED = np.array([0.25, 0.15, 0.35, 0.25])

Brought = Callable[[Windows], tuple[float, float]]


def new_customers(windows: Windows, begins: Windows, brought: Brought, *, has_money: bool) -> NewCustomers | None:
    """Forecast what first-time buyers of a window will bring.

    Parameters
    ----------
    windows : Windows
        The cutoff and the window.
    begins : Windows
        At the first day of the log.
    brought : function
        Order days and money of the customers who were new in a window; asked of windows alone that have closed.
    has_money : bool

    Returns
    -------
    NewCustomers or None
        None where the log is too short, a window and 90 days before it, or where nobody was new in the latest window.
    """
    past = _Past(windows, begins, brought)
    latest = windows.before_cutoff()
    if not past.has(latest) or not brought(latest)[ORDER_DAYS]:
        return None
    tests = past.tests()
    made = [past.forecast(tests, outcome) for outcome in ((ORDER_DAYS, MONEY) if has_money else (ORDER_DAYS,))]
    (purchases, counted), spend = made[0], made[1][0] if has_money else None
    return NewCustomers(purchases, spend, counted)


class _Past:
    """What new customers brought in past windows."""

    def __init__(self, windows: Windows, begins: Windows, brought: Brought) -> None:
        self._windows, self._begins, self._brought = windows, begins, brought
        self._logs: dict[Windows, Floats] = {}
        self._forecasts: dict[Windows, Floats] = {}

    def has(self, window: Windows) -> bool:
        """Whether the log reaches back far enough for a window."""
        return window.history_days(self._begins.cutoff) >= WARM_UP_DAYS

    def tests(self) -> list[Windows]:
        """Windows that have closed at the cutoff and could have been forecast, latest first."""
        latest = self._windows.before_cutoff()
        asked = (latest.shifted(-STEP_DAYS * k) for k in range(MOST_TEST_WINDOWS))
        return [window for window in asked if self.has(window.before_cutoff())]

    def forecast(self, tests: Sequence[Windows], outcome: int) -> tuple[Total, float]:
        """A total with its interval, and how many test windows it rests on."""
        total = float(np.exp(self._latest(self._windows)[outcome] + self._change(self._windows, tests, outcome)))
        if not tests:
            return Total(total, None, None), 0.0
        errors = [
            self._log(test)[outcome] - self._latest(test)[outcome] - self._change(test, tests, outcome)
            for test in tests
        ]
        interval = TotalInterval.fit(errors, self._weights(self._windows, tests), self._chance(outcome), USUAL_ERROR)
        return Total(total, *interval.around(total)), interval.windows

    def _change(self, window: Windows, tests: Sequence[Windows], outcome: int) -> float:
        """Logarithm of the forecast over the latest window's total, by what was known at the window's cutoff."""
        now = self._changes(window)[:, outcome]
        closed = [test for test in tests if test.closed_by(window.cutoff)]
        rows = Rows(
            np.array([self._log(test)[outcome] - self._latest(test)[outcome] for test in closed]),
            np.array([self._changes(test)[:, outcome] for test in closed]).reshape(len(closed), len(now)),
            self._weights(window, closed),
        )
        prior = SEASONED if np.isfinite(now[2:]).all() else YOUNG
        return float(combined(now, rows, prior) @ np.nan_to_num(now))

    def _weights(self, window: Windows, tests: Sequence[Windows]) -> Floats:
        ago = np.array([test.history_days(self._begins.cutoff) for test in tests], dtype=np.float64)
        ago = window.history_days(self._begins.cutoff) - ago - window.horizon_days
        return np.asarray(min(1.0, STEP_DAYS / window.horizon_days) * 0.5 ** (ago / HALF_LIFE_DAYS))

    def _changes(self, window: Windows) -> Floats:
        """What each forecaster expects over the latest window's total, as logarithms; rows forecasters."""
        if window not in self._forecasts:
            latest, month = window.before_cutoff(), self._month(window)
            by_month = self._log(month) + np.log(window.horizon_days / month.horizon_days) - self._log(latest)
            year = window.shifted(-YEAR_DAYS)
            made = [np.zeros(2), by_month, np.full(2, np.nan), np.full(2, np.nan)]
            if self.has(year.before_cutoff()) and year.closed_by(window.cutoff):
                then = self._month(year)
                longer = np.log(window.horizon_days / then.horizon_days)
                made[2] = self._log(year) - self._log(year.before_cutoff())
                made[3] = by_month + self._log(year) - self._log(then) - longer
            self._forecasts[window] = np.array(made)
        return self._forecasts[window]

    def _month(self, window: Windows) -> Windows:
        return window.with_horizon(min(SHORT_DAYS, window.horizon_days)).before_cutoff()

    def _latest(self, window: Windows) -> Floats:
        return self._log(window.before_cutoff())

    def _log(self, window: Windows) -> Floats:
        if window not in self._logs:
            self._logs[window] = np.log(np.maximum(self._brought(window), LEAST_TOTAL))
        return self._logs[window]

    def _chance(self, outcome: int) -> float:
        """The part of a log error that customers' own chance explains: as of so many independent orders."""
        return float(np.exp(-0.5 * self._latest(self._windows)[ORDER_DAYS]))
