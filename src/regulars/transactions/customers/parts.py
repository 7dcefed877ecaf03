"""Customers in parts that do not depend on the order of a log: by a hash of the id."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

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
    """The customers whose hash leaves the remainder `number` when divided by `of`.

    Examples
    --------
    >>> Part(2, 8).sql("customer_id")
    'hash(customer_id) % 8 = 2'
    """

    number: int
    of: int

    def sql(self, customer: str) -> str:
        """SQL condition: the customer in the expression is one of them."""
        return f"{_remainder_sql(self.of, customer)} = {self.number}"

    @classmethod
    def all_of(cls, count: int) -> list[Self]:
        """All the parts, of which each customer is in one."""
        return [cls(number, count) for number in range(count)]


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
    megabytes = SHARE * _megabytes(memory_limit) if memory_limit else _usual_megabytes()
    needed = CUSTOMER_KILOBYTES * tx.n_customers + LINE_KILOBYTES * tx.rows_before(windows)
    return max(1, math.ceil(workers * needed / 1e3 / megabytes), math.ceil(tx.n_customers / MOST_CUSTOMERS))


def parts_in_order(tx: Lines, windows: Windows, count: int) -> NDArray[np.uint16]:
    """The number of the part of every customer with a purchase before the cutoff, sorted by customer.

    Parameters
    ----------
    tx : Lines
        The lines of a log.
    windows : Windows
        Whose cutoff ends history.
    count : int
        Number of parts.

    Returns
    -------
    ndarray of uint16, shape (customers,)
    """
    found = tx.connection.execute(f"""
        SELECT {_remainder_sql(count, "customer_id")}::USMALLINT AS part
        FROM ({tx.customers_sql(windows)})
        ORDER BY customer_id""").fetchnumpy()["part"]
    return np.asarray(found, dtype=np.uint16)


def _remainder_sql(count: int, customer: str) -> str:
    return f"hash({customer}) % {count}"


def _usual_megabytes() -> float:
    limit = usual_limit()
    return min(DEFAULT_MEGABYTES, SHARE * _megabytes(limit)) if limit else DEFAULT_MEGABYTES


def _megabytes(memory_limit: str) -> float:
    """An amount as `params.MEMORY` allows it."""
    unit = memory_limit[-2:]
    return float(memory_limit[:-2]) * MEGABYTES[unit]
