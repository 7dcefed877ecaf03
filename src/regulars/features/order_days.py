"""What customers did day by day before a cutoff, some customers at a time: sums over a log that need not fit memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features.days import BATCH, begins_of, scaled, whole_customers
from regulars.transactions import Transactions
from regulars.windows import Windows


class OrderDays(NamedTuple):
    """Lines of whole customers, sorted by customer and day.

    Parameters
    ----------
    first_line : array of int, shape (customers,)
        The first line of every customer.
    customer : array of int, shape (lines,)
        Position of the customer of every line.
    day : array of int, shape (lines,)
        Days from 1970-01-01.
    ordered : array of bool, shape (lines,)
        Marks one purchase of every order day; other lines are further purchases of the day, and returns.
    money : array of float, shape (lines,)
        Whole ten-thousandths, so that sums are exact up to 900 thousand million; 0 where the log has no money.
    """

    first_line: NDArray[np.int64]
    customer: NDArray[np.int64]
    day: NDArray[np.int32]
    ordered: NDArray[np.bool_]
    money: Floats


def stream_order_days(tx: Transactions, windows: Windows) -> Iterator[OrderDays]:
    """Read the lines that were known at the cutoff, some whole customers at a time.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    windows : Windows
        Whose cutoff ends history.

    Yields
    ------
    OrderDays
        All together hold every customer with a line before the cutoff once.
    """
    money = ", coalesce(money, 0) AS money" if tx.has_money else ""
    # as `lines` holds them, by customer and day: DuckDB keeps the order of a table that it filters
    query = f"SELECT customer_id, day, is_purchase{money} FROM lines WHERE {tx.history_sql(windows)}"
    with tx.connection as connection:
        for lines in whole_customers(connection.execute(query).to_arrow_reader(BATCH)):
            first_line = begins_of(lines["customer_id"])
            joins = np.zeros(len(lines), dtype=np.bool_)
            joins[first_line] = True
            day = lines["day"].to_numpy().astype("datetime64[D]").astype(np.int32)
            yield OrderDays(
                first_line,
                np.cumsum(joins) - 1,
                day,
                _first_purchases(joins, day, lines["is_purchase"].to_numpy(zero_copy_only=False)),
                scaled(lines["money"]).astype(np.float64) if tx.has_money else np.zeros(len(lines)),
            )


def _first_purchases(joins: NDArray[np.bool_], day: NDArray[np.int32], bought: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The first purchase of every customer and day."""
    begins = joins | np.append(True, day[1:] != day[:-1])[: len(day)]
    purchases = np.flatnonzero(bought)
    day_number = np.cumsum(begins)[purchases]
    marked = np.zeros(len(day), dtype=np.bool_)
    marked[purchases[np.append(True, day_number[1:] != day_number[:-1])[: len(purchases)]]] = True
    return marked
