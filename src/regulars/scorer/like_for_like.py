"""What past windows brought, counted as a forecast counts: by the customers who were known when the window began.

New customers are counted apart, and what they will bring is forecast apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.features import DayOutcomes
from regulars.scorer.beside import Beside, NewCustomers, PastTotal
from regulars.scorer.new_customers import new_customers
from regulars.transactions import Transactions
from regulars.windows import Windows

POINTS = 40  # of a course, at most
WEEK = 7
LEAST_DAYS = 90  # of history before a window, or half a window where that is less


@dataclass(frozen=True)
class WindowTotal:
    """One window, and what the customers who were known at its beginning did in it.

    Parameters
    ----------
    windows : Windows
        The window is `[cutoff, cutoff + horizon_days)`.
    customers : int
        Customers with an order day before the window.
    ordered : int
        How many of them ordered in it.
    lately, kept : int
        Those who ordered in the horizon before it, and how many of these ordered in it.
    order_days : int
        Their order days in it.
    money : float
        Their net money in it, that of each customer 0 at least, as in `expected_spend`; NaN without money.
    """

    windows: Windows
    customers: int
    ordered: int
    lately: int
    kept: int
    order_days: int
    money: float

    @property
    def retention(self) -> float:
        """Share of the customers of the horizon before who ordered again; NaN where there were none."""
        return self.kept / self.lately if self.lately else math.nan

    @property
    def in_short(self) -> PastTotal:
        """What stands beside a forecast in words."""
        money = None if math.isnan(self.money) else self.money
        return PastTotal(self.windows.cutoff, self.windows.last_day, self.customers, self.order_days, money)


Brought = tuple[float, float]  # order days and money
NewTried = tuple[Windows, NewCustomers, tuple[Brought, Brought]]  # then what followed, and what had been before
Before = tuple[WindowTotal | None, WindowTotal | None, NewCustomers | None]  # last window, year before, new customers


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
    known = _Known.of(tx, windows)
    last, year_before, new = known.before(windows)
    value = windows.with_horizon(value_days).before_cutoff()
    course = [found for each in _course(windows.before_cutoff(), tx) if (found := known.total(each))]
    return LikeForLike(windows, last, year_before, known.total(value), course, new)


def beside_forecast(tx: Transactions, windows: Windows) -> Beside:
    """The last window, the same days a year before, and what new customers will bring: `like_for_like`, in short."""
    last, year_before, new = _Known.of(tx, windows).before(windows)
    return Beside(last.in_short if last else None, year_before.in_short if year_before else None, new)


def new_customers_at(tx: Transactions, end: Windows, asked: Sequence[Windows]) -> Iterator[NewTried]:
    """Forecasts of new customers at earlier cutoffs, beside what they brought then and in the window before."""
    known = _Known.of(tx, end)
    for windows in asked:
        if made := new_customers(windows, known.begins, known.brought_by_new, has_money=tx.has_money):
            yield windows, made, (known.brought_by_new(windows), known.brought_by_new(windows.before_cutoff()))


def _course(last: Windows, tx: Transactions) -> Sequence[Windows]:
    """Windows a whole number of weeks apart, the last of them given."""
    room = max(0, last.history_days(tx.first_day))
    step = WEEK * max(1, math.ceil(room / WEEK / POINTS))
    return [last.shifted(-step * k) for k in range(room // step, -1, -1)]


@dataclass(frozen=True)
class _Known:
    """What customers did on every day before a cutoff."""

    days: DayOutcomes
    first_order: NDArray[np.int32]  # day of every customer, from 1970-01-01
    has_money: bool
    begins: Windows  # at the first day of the log

    @classmethod
    def of(cls, tx: Transactions, windows: Windows) -> _Known:
        found = DayOutcomes.of(tx, windows)
        first = np.full(len(found.customers), np.iinfo(np.int32).max, dtype=np.int32)
        ordered = found.ordered & (windows.ages(found.day) > 0)
        np.minimum.at(first, found.customer[ordered], found.day[ordered])
        return cls(found, first, tx.has_money, windows.moved_to(tx.first_day))

    def before(self, windows: Windows) -> Before:
        return (
            self.total(windows.before_cutoff()),
            self.total(windows.years_before(1)[0], ends_by=windows),
            new_customers(windows, self.begins, self.brought_by_new, has_money=self.has_money),
        )

    def total(self, window: Windows, *, ends_by: Windows | None = None) -> WindowTotal | None:
        """Add up one window; None where too little history lies before it, or where it is not over."""
        is_over = ends_by is None or window.closed_by(ends_by.cutoff)
        needed = max(1, min(LEAST_DAYS, window.horizon_days // 2))
        if window.history_days(self.begins.cutoff) < needed or not is_over:
            return None
        known = window.ages(self.first_order) > 0
        bought = self._orders(window)
        lately = known & (self._orders(window.before_cutoff()) > 0)
        rows = window.is_in_label(self.days.day)
        money = np.bincount(self.days.customer[rows], weights=self.days.money[rows], minlength=len(known))
        return WindowTotal(
            window,
            int(known.sum()),
            int((bought[known] > 0).sum()),
            int(lately.sum()),
            int((bought[lately] > 0).sum()),
            int(bought[known].sum()),
            math.fsum(np.maximum(money[known], 0.0)) if self.has_money else math.nan,
        )

    def brought_by_new(self, window: Windows) -> tuple[float, float]:
        """Order days and net money, in a window, of the customers whose first order lies in it."""
        rows = window.is_in_label(self.days.day) & window.is_in_label(self.first_order)[self.days.customer]
        return float(self.days.ordered[rows].sum()), math.fsum(self.days.money[rows])

    def _orders(self, window: Windows) -> NDArray[np.int64]:
        rows = window.is_in_label(self.days.day) & self.days.ordered
        return np.bincount(self.days.customer[rows], minlength=len(self.first_order))
