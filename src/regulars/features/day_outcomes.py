"""What customers did on every day, held as arrays: the outcomes of many windows, one look-up each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features.days import BATCH, begins_of, whole_customers
from regulars.features.facts import reading_facts
from regulars.transactions import Sample, Transactions, in_sample
from regulars.windows import Windows


class WindowOutcomes(NamedTuple):
    """Order days and net money (not below 0) of some customers in a window, one value each."""

    order_days: Floats
    money: Floats


class OrdersByDay(NamedTuple):
    """Order days of all customers, one value a day from the first day of the log to the last order day before a cutoff.

    `first` are those on which a customer orders for the first time, `later` the others; `days` lie between the first
    day and the cutoff.
    """

    first: Floats
    later: Floats
    days: int


@dataclass(frozen=True)
class DayOutcomes:
    """Order days and money of every customer and day.

    The same as `build_labels`, without a query for each window.

    Parameters
    ----------
    customers : Index
        Ids, sorted.
    customer : array of int
        Position in `customers` of every row.
    day : array of int
        Days from 1970-01-01.
    ordered : array of bool
        Whether the row is an order day; other rows hold returns.
    money : array of float
        Net money of the day; 0 without any.
    """

    customers: pd.Index
    customer: NDArray[np.int32]
    day: NDArray[np.int32]
    ordered: NDArray[np.bool_]
    money: Floats

    @classmethod
    def of(cls, tx: Transactions, as_of: Windows | None = None, sample: Sample | None = None) -> Self:
        """Read the facts of a log; where it tells when its lines came in, those known at a cutoff.

        Parameters
        ----------
        tx : Transactions
            A log from `read_transactions`.
        as_of : Windows, optional
            Whose cutoff says which lines were known; None means all of them.
        sample : Sample, optional
            Only these customers.

        Returns
        -------
        DayOutcomes
        """
        money = "coalesce(net, 0)::DOUBLE" if tx.has_money else "0.0::DOUBLE"
        asked = f"(day - DATE '1970-01-01')::INTEGER AS day, lines > 0 AS ordered, {money} AS money"
        with reading_facts(tx, as_of) as (connection, facts):
            chosen = f"{facts} WHERE {in_sample('customer_id', sample)}"
            (rows,) = connection.execute(f"SELECT count(*) FROM {chosen}").fetchall()[0]
            columns = [np.empty(rows, kind) for kind in (np.int32, np.int32, np.bool_, np.float64)]
            found = connection.execute(f"SELECT customer_id, {asked} FROM {chosen}").to_arrow_reader(BATCH)
            ids: list[pa.Array] = []
            filled, known = 0, 0
            for part in whole_customers(found):
                begins, end = begins_of(part["customer_id"]), filled + len(part)
                customer = np.arange(known, known + len(begins)).repeat(np.diff(begins, append=len(part)))
                for column, values in zip(columns, (customer, *part.columns[1:]), strict=True):
                    column[filled:end] = values
                ids += part["customer_id"].take(pa.array(begins)).chunks
                filled, known = end, known + len(begins)
        customers = pa.chunked_array(ids, found.schema.field("customer_id").type).to_pandas()
        return cls(pd.Index(customers), *columns)

    def places(self, customers: pd.Index) -> NDArray[np.intp]:
        """Where ids stand in `customers`; −1 for those of whom nothing is known, as a line may be corrected since."""
        return self.customers.get_indexer(customers)

    def within(self, windows: Windows, places: NDArray[np.integer]) -> WindowOutcomes:
        """What customers did in the label window; 0 for those without any day in it.

        Parameters
        ----------
        windows : Windows
            Whose label window [cutoff, closes) is counted.
        places : array of int
            Where they stand in `customers`, in the order of the result; −1 for one who does not.

        Returns
        -------
        WindowOutcomes
            Order days, and net money of at least 0, each of shape (customers,).
        """
        rows = windows.is_in_label(self.day)
        who, n = self.customer[rows], len(self.customers)
        days = np.bincount(who, weights=self.ordered[rows], minlength=n)
        money = np.maximum(np.bincount(who, weights=self.money[rows], minlength=n), 0.0)
        there = places >= 0
        return WindowOutcomes(np.where(there, days[places], 0.0), np.where(there, money[places], 0.0))

    def before(self, windows: Windows) -> OrdersByDay:
        """Count the order days of every day before the cutoff."""
        first_day, counts = self._by_day
        days = max(int(windows.ages(first_day)[0]), 0)
        known = counts[:, :days]
        ordered = np.flatnonzero(known.any(axis=0))
        first, later = known[:, : ordered[-1] + 1 if len(ordered) else 0]
        return OrdersByDay(first, later, days)

    @cached_property
    def _by_day(self) -> tuple[NDArray[np.int32], Floats]:
        """The first order day, and first and later order days of every day from it on."""
        if not self.ordered.any():
            return np.zeros(1, np.int32), np.zeros((2, 0))
        begin = self.day.min(where=self.ordered, initial=np.iinfo(np.int32).max)
        counts = np.zeros((2, self.day.max() - begin + 1))
        before = -1
        for start in range(0, len(self.day), BATCH):  # few rows at a time: all of them are many
            rows = slice(start, start + BATCH)
            customer, day = (column[rows][self.ordered[rows]] for column in (self.customer, self.day))
            is_first = np.diff(customer, prepend=before) > 0
            for count, chosen in zip(counts, (is_first, ~is_first), strict=True):
                count += np.bincount(day[chosen] - begin, minlength=len(count))
            before = customer[-1] if len(customer) else before
        return np.array([begin]), counts
