"""Parts of the customers: each is a range of the sorted lines, so that DuckDB reads no other lines for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.memory import usual_limit
from regulars.transactions.lines import Lines
from regulars.windows import Windows

MEGABYTES = {"MB": 1.0, "GB": 1e3, "TB": 1e6}
DEFAULT_MEGABYTES = 600.0  # what all parts that are scored at once may hold where no limit is set
SHARE = 0.25  # of a limit that is set: the rest is for the lines
CUSTOMER_KILOBYTES, LINE_KILOBYTES = 6.0, 0.3  # what a customer and a line need at most while their part is scored
MOST_CUSTOMERS = 50_000  # larger parts are no faster


@dataclass(frozen=True)
class Part:
    """Customers whose rows are next to each other in `lines`.

    Parameters
    ----------
    number : int
        Its place among the parts.
    begin, end : int
        Their first row, and the first row after theirs.
    customers : int
        Those of them with a purchase before the cutoff.

    Examples
    --------
    >>> Part(2, 800, 1200, customers=90).sql
    'rowid >= 800 AND rowid < 1200'
    """

    number: int
    begin: int
    end: int
    customers: int

    @property
    def sql(self) -> str:
        """SQL condition on `lines`: the row is theirs. DuckDB reads no other rows."""
        return f"rowid >= {self.begin} AND rowid < {self.end}"


def part_count(tx: Lines, windows: Windows, workers: int = 1, memory_limit: str | None = None) -> int:
    """How many parts the customers of a log need for each to fit its share of the memory.

    Parameters
    ----------
    tx : Lines
    windows : Windows
        Lines at or after the cutoff do not count.
    workers : int
        How many parts are in memory at once.
    memory_limit : str, optional
        As "2GB"; a quarter of it is for the parts. Without it these may hold about 600 MB, or less where the system
        limits this process.
    """
    needed = CUSTOMER_KILOBYTES * tx.n_customers + LINE_KILOBYTES * tx.rows_before(windows)
    by_memory = workers * needed / 1e3 / _megabytes_for_parts(memory_limit)
    return max(1, math.ceil(by_memory), math.ceil(tx.n_customers / MOST_CUSTOMERS))


def parts_of(tx: Lines, windows: Windows, count: int) -> list[Part]:
    """The customers with a purchase before the cutoff in parts that need about the same memory, sorted.

    Parameters
    ----------
    tx : Lines
        The lines of a log.
    windows : Windows
        Whose cutoff ends history.
    count : int
        How many parts; they are fewer where there are fewer customers.

    Returns
    -------
    list of Part
        None of them without customers; empty where nobody bought.
    """
    first_rows, lines_before = _customers_before(tx, windows)
    if not len(first_rows):
        return []
    needed_before = CUSTOMER_KILOBYTES * np.arange(len(first_rows)) + LINE_KILOBYTES * lines_before
    all_needed = CUSTOMER_KILOBYTES * len(first_rows) + LINE_KILOBYTES * tx.rows_before(windows)
    first_customers = _first_customers(needed_before, all_needed, count)
    (n_rows,) = tx.connection.execute("SELECT count(*) FROM lines").fetchall()[0]
    begins = first_rows[first_customers].tolist()
    customers = np.diff(first_customers, append=len(first_rows)).tolist()
    return [
        Part(number, begin, end, many)
        for number, (begin, end, many) in enumerate(zip(begins, [*begins[1:], n_rows], customers, strict=True))
    ]


def _customers_before(tx: Lines, windows: Windows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first row before the cutoff of every customer with a purchase by then, and how many such rows precede it."""
    history = tx.history_sql(windows)
    first_rows, lines_before = _first_rows(tx, history)
    bought, _ = _first_rows(tx, f"is_purchase AND {history}")
    theirs = np.searchsorted(first_rows, bought, side="right") - 1
    return first_rows[theirs], lines_before[theirs]


def _first_customers(needed_before: NDArray[np.float64], all_needed: float, count: int) -> NDArray[np.intp]:
    """The first customer of each part; parts that would have no customer are left out."""
    shares = all_needed * np.arange(count) / count
    first = np.unique(np.searchsorted(needed_before, shares))
    return first[first < len(needed_before)]


def _first_rows(tx: Lines, condition: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first line with a condition of every customer, and how many lines with it precede that one.

    The window functions name no order: DuckDB passes the rows through as they lie, sorted, and holds none.
    """
    found = tx.connection.execute(f"""
        SELECT first_row, lines_before
        FROM (
          SELECT rowid AS first_row, row_number() OVER () - 1 AS lines_before,
            customer_id IS DISTINCT FROM lag(customer_id) OVER () AS is_first
          FROM lines WHERE {condition})
        WHERE is_first""").fetchnumpy()
    return np.asarray(found["first_row"]), np.asarray(found["lines_before"])


def _megabytes_for_parts(memory_limit: str | None) -> float:
    """A share of the limit that is set; where none is, the default, or less where the system limits this process."""
    if memory_limit:
        return SHARE * _megabytes(memory_limit)
    limit = usual_limit()
    return min(DEFAULT_MEGABYTES, SHARE * _megabytes(limit)) if limit else DEFAULT_MEGABYTES


def _megabytes(memory_limit: str) -> float:
    """An amount as `params.MEMORY` allows it."""
    unit = memory_limit[-2:]
    return float(memory_limit[:-2]) * MEGABYTES[unit]
