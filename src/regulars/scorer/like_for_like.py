"""What past windows brought, counted as a forecast counts: by the customers who were known when the window began.

New customers are counted apart, and what they will bring is forecast apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from regulars.scorer.forecast_context import ForecastContext, NewCustomers
from regulars.scorer.new_customers import new_customers
from regulars.scorer.window_sums import BroughtByNew, PastSums, WindowTotal, past_sums
from regulars.transactions import Transactions
from regulars.windows import Windows

POINTS = 40  # of a course, at most
WEEK = 7
LEAST_DAYS = 90  # of history before a window, or half a window where that is less

Brought = tuple[float, float]  # order days and money
NewTried = tuple[Windows, NewCustomers, tuple[Brought, Brought]]  # then what followed, and what had been before


@dataclass(frozen=True, eq=False)
class LikeForLike:
    """Past windows beside one that is to come.

    Parameters
    ----------
    windows : Windows
        The window to come.
    last : WindowTotal or None
        The window that ends at the cutoff.
    year_before : WindowTotal or None
        The same days 52 weeks earlier, so that weekdays agree.
    last_value : WindowTotal or None
        The window that ends at the cutoff and is as long as lifetime value looks ahead.
    course : list of WindowTotal
        Windows of the same length that end from the beginning of the log to the cutoff, earliest first.
    new : NewCustomers or None
        What customers who first order in the window will bring beside them.

    Each is None, or left out, where the log has too little history before it: less than 90 days, and less than half a
    window.
    """

    windows: Windows
    last: WindowTotal | None
    year_before: WindowTotal | None
    last_value: WindowTotal | None
    course: list[WindowTotal]
    new: NewCustomers | None


def like_for_like(tx: Transactions, windows: Windows, value_days: int) -> LikeForLike:
    """Count past windows as forecasts of them would have been counted.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff and the horizon.
    value_days : int
        How far lifetime value looks ahead.
    """
    last, year_before = _last_and_year_before(windows)
    value, course = windows.with_horizon(value_days).before_cutoff(), _course(last, tx)
    totals, brought = _past_sums(tx, windows, [last, year_before, value, *course])
    return LikeForLike(
        windows,
        totals.get(last),
        totals.get(year_before),
        totals.get(value),
        [totals[each] for each in course if each in totals],
        _new_customers(tx, windows, brought),
    )


def forecast_context(tx: Transactions, windows: Windows) -> ForecastContext:
    """The last window, the same days a year before, and what new customers will bring: `like_for_like`, in short."""
    totals, brought = _past_sums(tx, windows, _last_and_year_before(windows))
    last, year_before = map(totals.get, _last_and_year_before(windows))
    new = _new_customers(tx, windows, brought)
    return ForecastContext(last.in_short if last else None, year_before.in_short if year_before else None, new)


def new_customers_at(tx: Transactions, end: Windows, asked: Sequence[Windows]) -> Iterator[NewTried]:
    """Forecasts of new customers at earlier cutoffs, beside what they brought then and in the window before."""
    _, brought = past_sums(tx, end, ())
    for windows in asked:
        if made := _new_customers(tx, windows, brought):
            yield windows, made, (brought.within(windows), brought.within(windows.before_cutoff()))


def _last_and_year_before(windows: Windows) -> tuple[Windows, Windows]:
    """The last window, and the same days a year before."""
    return windows.before_cutoff(), windows.years_before(1)[0]


def _past_sums(tx: Transactions, windows: Windows, asked: Sequence[Windows]) -> PastSums:
    """Sums of the windows that are over and have enough history before them."""

    def is_counted(window: Windows) -> bool:
        needed = max(1, min(LEAST_DAYS, window.horizon_days // 2))
        return window.closed_by(windows.cutoff) and window.history_days(tx.first_day) >= needed

    return past_sums(tx, windows, filter(is_counted, asked))


def _new_customers(tx: Transactions, windows: Windows, brought: BroughtByNew) -> NewCustomers | None:
    return new_customers(windows, windows.moved_to(tx.first_day), brought.within, has_money=tx.has_money)


def _course(last: Windows, tx: Transactions) -> Sequence[Windows]:
    """Windows a whole number of weeks apart, the last of them given."""
    room = max(0, last.history_days(tx.first_day))
    step = WEEK * max(1, math.ceil(room / WEEK / POINTS))
    return [last.shifted(-step * k) for k in range(room // step, -1, -1)]
