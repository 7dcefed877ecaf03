"""Returns taken off the order days that they belong to.

Money is booked on its own day, so a return does not change what its order day brought. Order values need it the other
way: what is left of an order day after the returns that are known at a cutoff. A return of a product comes off the
customer's latest order days that brought this product; what is left of it, and a return without a product, comes off
the latest order days of the customer, down to 0. What then is left belongs to no order day of the log.

What a return takes depends on lines of its own day and before it, never on later ones. So it is computed once, as pairs
of order day and return day, and a cutoff counts the pairs whose return day lies before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from regulars.features.days import BATCH, begins_of, scaled, whole_customers

TAKEN_BACK = "taken_back"
FIELDS = pa.schema([("day", pa.date32()), ("returned_on", pa.date32()), ("units", pa.int64())])
RETURNED = "NOT is_purchase AND money < 0"

Move = tuple[int, str | None, int, int]  # day, product, bought and returned, in ten-thousandths
TakenBack = tuple[int, int, int]  # order day, return day, ten-thousandths


def taken_back_of(connection: duckdb.DuckDBPyConnection, lines: str, *, with_products: bool) -> pa.Table:
    """What returns took off which order days: `customer_id`, order `day`, `returned_on`, `units` (ten-thousandths).

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where the lines are.
    lines : str
        The table or query of the lines that count.
    with_products : bool
        Whether they carry products.
    """
    moves = connection.execute(_moves_sql(lines, with_products=with_products)).to_arrow_reader(BATCH)
    return pa.concat_tables(
        [_taken_back_of(part) for part in whole_customers(moves)] or [_nothing_taken_back(moves.schema)]
    )


def allocate(moves: Iterable[Move]) -> Iterator[TakenBack]:
    """Take the returns of one customer off their order days.

    Parameters
    ----------
    moves : iterable of (day, product, bought, returned)
        One a day and product, sorted by day. A day's purchases come before its returns.

    Examples
    --------
    >>> list(allocate([(1, "p", 50, 0), (1, "q", 30, 0), (4, "q", 20, 0), (9, "p", 0, 50), (9, None, 0, 25)]))
    [(1, 9, 55), (4, 9, 20)]
    """
    account = _Account()
    for day, today in _by_day(moves):
        account.buy(day, today)
        rest = sum(account.take_product(day, product, returned) for _, product, _, returned in today)
        account.take_latest(day, rest)
    yield from sorted((order, on, units) for (order, on), units in account.taken.items())


class _Account:
    """What is left of the order days of one customer."""

    def __init__(self) -> None:
        self.taken: dict[tuple[int, int], int] = defaultdict(int)
        self._left: dict[int, int] = {}
        self._latest: list[int] = []
        self._of_product: dict[str, list[list[int]]] = defaultdict(list)  # order days, and what the product brought

    def buy(self, day: int, moves: Sequence[Move]) -> None:
        """Book what was bought on a day."""
        if bought := sum(paid for _, _, paid, _ in moves):
            self._left[day] = bought
            self._latest.append(day)
        for _, product, paid, _ in moves:
            if product is not None and paid:
                self._of_product[product].append([day, paid])

    def take_product(self, day: int, product: str | None, amount: int) -> int:
        """Take a return off the latest purchases of its product; return the part that found none."""
        purchases = self._of_product[product] if product is not None else []
        while amount and purchases:
            order, paid = purchases[-1]
            found = self._take(order, day, min(amount, paid))
            amount -= found
            purchases[-1][1] -= found
            if not purchases[-1][1] or not self._left[order]:
                purchases.pop()
        return amount

    def take_latest(self, day: int, amount: int) -> None:
        """Take a return off the latest order days, down to 0."""
        while amount and self._latest:
            order = self._latest[-1]
            amount -= self._take(order, day, amount)
            if not self._left[order]:
                self._latest.pop()

    def _take(self, order: int, day: int, amount: int) -> int:
        found = min(amount, self._left[order])
        if found:
            self.taken[order, day] += found
            self._left[order] -= found
        return found


def _by_day(moves: Iterable[Move]) -> Iterator[tuple[int, list[Move]]]:
    today: list[Move] = []
    for move in moves:
        if today and move[0] != today[0][0]:
            yield today[0][0], today
            today = []
        today.append(move)
    if today:
        yield today[0][0], today


def _moves_sql(lines: str, *, with_products: bool) -> str:
    """What customers with returns bought and gave back, by day and product.

    Products that were never given back are told as one, which keeps these rows few.
    """
    product, join = "NULL::VARCHAR", ""
    if with_products:
        product = "given.product_id"
        join = f"""LEFT JOIN (SELECT DISTINCT customer_id, product_id FROM {lines} WHERE {RETURNED}) AS given
            ON given.customer_id = line.customer_id AND given.product_id = line.product_id"""
    return f"""
SELECT line.customer_id, line.day, {product} AS product,
  coalesce(sum(line.money) FILTER (line.is_purchase), 0)::DECIMAL(38,4) AS bought,
  coalesce(-sum(line.money) FILTER (NOT line.is_purchase AND line.money < 0), 0)::DECIMAL(38,4) AS returned
FROM {lines} AS line {join}
WHERE line.customer_id IN (SELECT customer_id FROM {lines} WHERE {RETURNED})
GROUP BY ALL ORDER BY line.customer_id, line.day, product NULLS LAST"""


def _taken_back_of(moves: pa.Table) -> pa.Table:
    """What returns took off order days of whole customers."""
    begins = begins_of(moves["customer_id"])
    days = moves["day"].to_numpy().astype("datetime64[D]").astype(np.int32).tolist()
    columns = [days, moves["product"].to_pylist(), *(scaled(moves[name]).tolist() for name in ("bought", "returned"))]
    rows: list[Move] = list(zip(*columns, strict=True))
    owners, taken_back = [], []
    for begin, end in zip(begins, [*begins[1:], len(rows)], strict=True):
        found = list(allocate(rows[begin:end]))
        owners += [begin] * len(found)
        taken_back += found
    return _table(moves["customer_id"].take(pa.array(owners, pa.int64())), taken_back)


def _table(customers: pa.ChunkedArray, rows: Sequence[TakenBack]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(FIELDS)
    arrays = [pa.array(values, pa.int32()).cast(pa.date32()) for values in columns[:2]]
    arrays.append(pa.array(columns[2], pa.int64()))
    return pa.table([customers, *arrays], names=["customer_id", *FIELDS.names])


def _nothing_taken_back(moves: pa.Schema) -> pa.Table:
    return _table(pa.chunked_array([], moves.field("customer_id").type), [])
