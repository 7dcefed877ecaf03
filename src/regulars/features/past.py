"""The past of customers, seen from a cutoff: what the measures of the catalogue are looked up in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features.days import Days, Integers, sums_before
from regulars.windows import Windows


class Past:
    """What customers with an order day before the cutoff had done by then, one value each.

    Nothing here reads a day at or after the cutoff: all goes by the row after a customer's last day before it.

    Parameters
    ----------
    days : Days
        What the customers did, day by day.
    windows : Windows
        The cutoff.
    """

    def __init__(self, days: Days, windows: Windows) -> None:
        self._days, self._windows, self._ages = days, windows, windows.ages(days.day)
        self._ends: dict[int, Integers] = {}
        self._columns: dict[str, Integers] = {}
        self._running: dict[str, Integers] = {}
        orders, end = days.running("ordered"), days.after(self._ages > 0)
        self._known = np.flatnonzero(orders[end] > orders[days.bounds[:-1]])
        self._begin, self._ends[0] = days.bounds[self._known], end[self._known]
        self._first_order, self._after_orders = orders[self._begin], orders[self._ends[0]]

    def __len__(self) -> int:
        return len(self._known)

    @property
    def places(self) -> Integers:
        """Which of the customers of the days they are."""
        return self._known

    @property
    def customers(self) -> pa.ChunkedArray:
        """Ids of the customers."""
        return self._days.customers.take(pa.array(self._known))

    def total(self, column: str, within: int | None = None, until: int = 0) -> Floats:
        """Sum over the days that are at most `within` and more than `until` days ago."""
        running = self._sums(column)
        begin = self._begin if within is None else self._end(within)
        return np.asarray((running[self._end(until)] - running[begin]) / self._days.scale(column))

    def early(self, column: str, days: int) -> Floats:
        """Sum over the first `days` days from the first order day on, as far as they are past."""
        running = self._sums(column)
        end = np.minimum(self._days.after_first(days)[self._known], self._end(0))
        return np.asarray((running[end] - running[self._begin]) / self._days.scale(column))

    def at(self, column: str, order: int) -> Floats:
        """A fact of the n-th order day (1, 2, … from the first; −1, −2, … from the last); NaN where there is none."""
        rows, there = self._order_row(order)
        return np.where(there, self._column(column)[rows] / self._days.scale(column), np.nan)

    def label_at(self, column: str, order: int) -> NDArray[np.object_]:
        """A text of the n-th order day, counted as in `at`; None where there is none."""
        rows, there = self._order_row(order)
        places, texts = self._days.labels(column)
        return _texts_at(texts, np.where(there, places[rows], -1))

    def usual_label(self, column: str) -> NDArray[np.object_]:
        """The text of the most order days, the latest of several; None where no day has one."""
        return _texts_at(self._days.labels(column)[1], self._usual(column)[0])

    def usual_share(self, column: str) -> Floats:
        """Share of that text among the order days that have one; NaN where none has."""
        _, days, of = self._usual(column)
        return _over(days, of)

    def age(self, order: int) -> Floats:
        """Days from the n-th order day to the cutoff; NaN where there is none."""
        rows, there = self._order_row(order)
        return np.where(there, self._ages[rows], np.nan)

    def year_share(self, order: int) -> Floats:
        """How far the year had gone by the n-th order day, in [0, 1); NaN where there is none."""
        rows, there = self._order_row(order)
        day = self._days.day[rows].astype("datetime64[D]")
        year = day.astype("datetime64[Y]")
        length = ((year + 1).astype("datetime64[D]") - year.astype("datetime64[D]")).astype(np.float64)
        return np.where(there, (day - year.astype("datetime64[D]")).astype(np.float64) / length, np.nan)

    def age_of_last(self, column: str) -> Floats:
        """Days from the last day on which the column was not 0 to the cutoff; NaN where there is none."""
        rows = np.arange(len(self._ages))
        latest = np.maximum.accumulate(np.where(self._column(column) != 0, rows, -1))[self._end(0) - 1]
        return np.where(latest >= self._begin, self._ages[latest], np.nan)

    def largest(self, column: str) -> Floats:
        """Largest fact of an order day."""
        values = self._column(column)[self._order_rows]
        return np.asarray(np.maximum.reduceat(values, self._segments) / self._days.scale(column))

    def spread(self, column: str) -> Floats:
        """Standard deviation of a fact among order days (n − 1 in the denominator); NaN where there is one."""
        values = self._column(column)[self._order_rows] / self._days.scale(column)
        mean = np.add.reduceat(values, self._segments) / self._orders
        squares = np.add.reduceat((values - np.repeat(mean, self._orders)) ** 2, self._segments)
        return np.sqrt(_over(squares, self._orders - 1))

    def gap_quantile(self, share: float) -> Floats:
        """Gap between order days that `share` of them do not exceed, linear between two; NaN before the second."""
        gaps, count = self._gaps, self._orders - 1
        begin = np.cumsum(count) - count
        place = share * np.maximum(count - 1, 0)
        below = begin + np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, begin + np.maximum(count - 1, 0))
        last = max(len(gaps) - 1, 0)
        low, high = (gaps[np.minimum(row, last)] if len(gaps) else np.zeros(len(row)) for row in (below, above))
        return np.where(count > 0, low + (place - np.floor(place)) * (high - low), np.nan)

    def gaps_shorter(self) -> Floats:
        """Share of the gaps between order days that are shorter than the days since the last; NaN before the second."""
        count = self._orders - 1
        shorter = np.concatenate([[0], np.cumsum(self._gaps < np.repeat(self.age(-1), count))])
        ends = np.cumsum(count)
        return _over(shorter[ends] - shorter[ends - count], count)

    def _usual(self, column: str) -> tuple[Integers, Integers, Integers]:
        """For every customer, the place of the usual text (−1 for none), its order days, and all that have one."""
        places, texts = self._days.labels(column)
        rows = self._order_rows
        rows, customer = (values[places[rows] >= 0] for values in (rows, np.repeat(np.arange(len(self)), self._orders)))
        pair, which, days = np.unique(
            customer * max(len(texts), 1) + places[rows], return_inverse=True, return_counts=True
        )
        latest = np.zeros(len(pair), dtype=np.int64)
        np.maximum.at(latest, which, rows)
        owner = pair // max(len(texts), 1)
        best = np.lexsort((latest, days, owner))
        best = best[np.append(owner[best][1:] != owner[best][:-1], True)] if len(best) else best
        usual, most = np.full(len(self), -1, dtype=np.int64), np.zeros(len(self), dtype=np.int64)
        usual[owner[best]], most[owner[best]] = pair[best] % max(len(texts), 1), days[best]
        return usual, most, np.bincount(customer, minlength=len(self))

    def _column(self, name: str) -> Integers:
        """A fact of every day; values of order days are those that were known at the cutoff."""
        if name not in _KNOWN_AT_CUTOFF:
            return self._days.column(name)
        if name not in self._columns:
            self._columns[name] = _KNOWN_AT_CUTOFF[name](self)
        return self._columns[name]

    def _sums(self, name: str) -> Integers:
        """Sum of a column over all rows before each row, and over all."""
        if name not in _KNOWN_AT_CUTOFF:
            return self._days.running(name)
        if name not in self._running:
            self._running[name] = sums_before(self._column(name))
        return self._running[name]

    def _values(self) -> Integers:
        """What was bought on each day, less the part that had been returned by the cutoff."""
        rows, returned_on, units = self._days.taken_back
        known = self._windows.ages(returned_on) > 0
        values = self._days.column("gross").copy()
        np.subtract.at(values, rows[known], units[known])
        return values

    def _end(self, until: int) -> Integers:
        """For every customer, the row after the days that are more than `until` days ago."""
        if until not in self._ends:
            self._ends[until] = self._days.after(self._ages > until)[self._known]
        return self._ends[until]

    def _order_row(self, order: int) -> tuple[Integers, NDArray[np.bool_]]:
        """The row of the n-th order day, and whether there is one."""
        place = (self._first_order - 1 if order > 0 else self._after_orders) + order
        there = (place >= self._first_order) & (place < self._after_orders)
        return self._days.order_rows[np.where(there, place, self._first_order)], there

    @cached_property
    def _orders(self) -> Integers:
        return np.asarray(self._after_orders - self._first_order)

    @cached_property
    def _segments(self) -> Integers:
        """Where the order days of each customer begin among `_order_rows`."""
        return np.asarray(np.cumsum(self._orders) - self._orders)

    @cached_property
    def _order_rows(self) -> Integers:
        rows = self._days.order_rows
        return rows[self._ages[rows] > 0]

    @cached_property
    def _gaps(self) -> Integers:
        """Gaps of the customers, sorted by customer and length."""
        gaps, rows = self._days.gaps_by_length
        return gaps[self._ages[rows] > 0]


def _texts_at(texts: NDArray[np.object_], places: Integers) -> NDArray[np.object_]:
    """The texts at these places; None at −1."""
    with_none = np.full(len(texts) + 1, None, dtype=object)
    with_none[:-1] = texts
    return np.asarray(with_none[places], dtype=object)


def _over(sums: NDArray[np.float64] | Integers, counts: Integers) -> Floats:
    """Sums over counts; NaN where nothing was counted."""
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


# What a later return changes, so that it belongs to a cutoff and not to the days.
_KNOWN_AT_CUTOFF: dict[str, Callable[[Past], Integers]] = {
    "value": Past._values,
    "paid": lambda past: np.asarray(past._column("value") > 0, dtype=np.int64),
}
