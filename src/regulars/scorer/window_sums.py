"""Sums of past windows over all customers, who come some at a time: what is held depends on days, not on customers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features import SCALE, OrderDays, stream_order_days
from regulars.scorer.forecast_context import PastTotal
from regulars.transactions import Transactions
from regulars.windows import Windows

NEVER = np.iinfo(np.int32).max


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
        """Its dates, customers and totals, with which a forecast is compared."""
        money = None if math.isnan(self.money) else self.money
        return PastTotal(self.windows.cutoff, self.windows.last_day, self.customers, self.order_days, money)


class BroughtByNew:
    """Order days and money by the first order day of a customer, and by the day that brought them.

    Parameters
    ----------
    begins : Windows
        At the first day of the log.
    end : Windows
        Whose cutoff ends history; windows up to its horizon can be asked for.
    """

    def __init__(self, begins: Windows, end: Windows) -> None:
        self._begins = begins
        days = end.history_days(begins.cutoff)
        # rows: the earlier of both days; columns: days between them, of which a window sees less than its length
        self._order_days, self._money = np.zeros((2, days, min(days, end.horizon_days)))

    def add(self, days: OrderDays, first_order: NDArray[np.int32]) -> None:
        """Count some customers, whose first order days are given: days from 1970-01-01."""
        first = first_order[days.customer]
        new = first < NEVER
        first, day = (-self._begins.ages(each[new]) for each in (first, days.day))
        earlier, apart = np.minimum(first, day), np.abs(first - day)
        seen = (apart < self._money.shape[1]) & (earlier >= 0)
        cells = earlier[seen], apart[seen]
        np.add.at(self._order_days, cells, days.ordered[new][seen])
        np.add.at(self._money, cells, days.money[new][seen])

    def within(self, window: Windows) -> tuple[float, float]:
        """Order days and net money, in a window that has closed, of the customers whose first order lies in it."""
        start, (days, most) = window.history_days(self._begins.cutoff), self._money.shape
        earlier = np.arange(max(0, start), min(start + window.horizon_days, days))
        apart = np.arange(most)
        inside = apart < (start + window.horizon_days - earlier)[:, None]
        order_days, money = (each[earlier].sum(where=inside) for each in (self._order_days, self._money))
        return float(order_days), float(money) / SCALE


PastSums = tuple[dict[Windows, WindowTotal], BroughtByNew]


def past_sums(tx: Transactions, end: Windows, asked: Iterable[Windows]) -> PastSums:
    """Add up past windows in one pass over the lines.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    end : Windows
        Lines at or after its cutoff change nothing.
    asked : iterable of Windows
        Windows that have closed by then.

    Returns
    -------
    totals : dict
        One for each window.
    brought : BroughtByNew
    """
    sums = {window: np.zeros(6) for window in asked}
    brought = BroughtByNew(end.moved_to(tx.first_day), end)
    for days in stream_order_days(tx, end):
        first_order = _first_orders(days)
        brought.add(days, first_order)
        for window, found in sums.items():
            found += _of_some(days, first_order, window)
    return {window: _total(window, found, has_money=tx.has_money) for window, found in sums.items()}, brought


def _first_orders(days: OrderDays) -> NDArray[np.int32]:
    """The first order day of every customer, and a day that never comes for those without any."""
    return np.minimum.reduceat(np.where(days.ordered, days.day, NEVER), days.first_line)


def _of_some(days: OrderDays, first_order: NDArray[np.int32], window: Windows) -> Floats:
    """What a `WindowTotal` counts, of some customers; money in ten-thousandths."""
    known, many = window.ages(first_order) > 0, len(first_order)

    def order_days(within: Windows) -> NDArray[np.int64]:
        return np.bincount(days.customer[within.is_in_label(days.day) & days.ordered], minlength=many)

    rows = window.is_in_label(days.day)
    money = np.bincount(days.customer[rows], weights=days.money[rows], minlength=many)
    bought, lately = order_days(window), known & (order_days(window.before_cutoff()) > 0)
    return np.array(
        [
            known.sum(),
            (bought[known] > 0).sum(),
            lately.sum(),
            (bought[lately] > 0).sum(),
            bought[known].sum(),
            np.maximum(money[known], 0.0).sum(),
        ],
        dtype=np.float64,
    )


def _total(window: Windows, found: Floats, *, has_money: bool) -> WindowTotal:
    *counts, money = found.tolist()
    customers, ordered, lately, kept, order_days = map(int, counts)
    return WindowTotal(window, customers, ordered, lately, kept, order_days, money / SCALE if has_money else math.nan)
