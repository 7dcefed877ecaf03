"""The days of customers side by side, with sums that run along them: what lies before any cutoff is a look-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.errors import InputError

BILLION = 10**9
SCALE = 10_000  # money, quantities and discounts are counted in whole ten-thousandths, so that sums are exact
SATURDAY = 5
BATCH = 100_000  # rows that are looked at together: their arrays stay near the cache
ROW_BITS = 20  # no customer has 100,000 days, so the rows of a batch and of one customer more are less than 2²⁰
LOW_BITS = 2**ROW_BITS - 1
MOST = 2.0**63
TOO_MUCH = (
    "The money (or the number of goods) of one customer adds up to more than 900 million million, which cannot be "
    "counted exactly. Check the unit of the amounts, and look for wrong ones among the largest."
)
_SCALES = {"log_gap": BILLION, "value": SCALE}
_MONDAY = 3  # 1970-01-01, day 0, was a Thursday

Integers = NDArray[np.int64]


def whole_customers(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Rows that come sorted by `customer_id`, in parts that cut no customer in two."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        rows = pa.Table.from_batches([*held, batch]).combine_chunks()
        customer = rows["customer_id"]
        cut = len(customer) - pc.sum(pc.equal(customer, customer[-1])).as_py()
        if cut:
            yield rows[:cut]
        held = rows[cut:].to_batches()
    if held:
        yield pa.Table.from_batches(held)


def begins_of(customer: pa.ChunkedArray) -> Integers:
    """The first row of every customer."""
    joins = pc.not_equal(customer[1:], customer[:-1]).to_numpy()
    return np.flatnonzero(np.append(True, joins))


def scaled(decimals: pa.ChunkedArray) -> Integers:
    """DECIMAL(p, 4) without nulls as whole ten-thousandths."""
    words = [
        np.frombuffer(chunk.buffers()[1], np.int64)[2 * chunk.offset :][: 2 * len(chunk)] for chunk in decimals.chunks
    ]
    low, high = np.concatenate(words).reshape(-1, 2).T
    if (high != low >> 63).any():
        raise InputError(TOO_MUCH)
    return low


def log_billionths(days: NDArray[np.integer]) -> Integers:
    """The logarithm of each number of days, in whole billionths; 0 where there are none.

    Sums of doubles depend on the order of the terms, those of integers do not. The logarithms of the numbers of days up
    to 40,000 are so far from a tie that they are rounded alike on every machine.
    """
    logs = np.log(np.maximum(np.arange(days.max(initial=0) + 1), 1))
    billionths: Integers = np.rint(logs * BILLION).astype(np.int64)[days]
    return billionths


class Days:
    """Facts of whole customers, sorted by customer and day.

    Parameters
    ----------
    facts : pyarrow.Table
        Rows of the facts table.

    Raises
    ------
    InputError
        If the money of a customer adds up to more than can be counted exactly.
    """

    def __init__(self, facts: pa.Table) -> None:
        begins = begins_of(facts["customer_id"])
        self.customers: pa.ChunkedArray = facts["customer_id"].take(pa.array(begins))
        self.bounds = np.append(begins, len(facts))
        self.day: NDArray[np.int32] = facts["day"].to_numpy().astype("datetime64[D]").astype(np.int32)
        self._facts = facts
        self._columns: dict[str, Integers] = {}
        self._running: dict[str, Integers] = {}
        self._labels: dict[str, tuple[Integers, NDArray[np.object_]]] = {}

    def scale(self, name: str) -> int:
        """What a sum of the column is divided by to be in its own unit."""
        if name in self._facts.column_names:
            return SCALE if pa.types.is_decimal(self._facts.schema.field(name).type) else 1
        return _SCALES.get(name, 1)

    def column(self, name: str) -> Integers:
        """A fact of every day, or what follows from facts, as integers."""
        if name not in self._columns:
            made = _DERIVED[name](self) if name in _DERIVED else self._fact(name)
            self._columns[name] = np.asarray(made, dtype=np.int64)
        return self._columns[name]

    def labels(self, name: str) -> tuple[Integers, NDArray[np.object_]]:
        """A fact that is a text: its place among the different texts, −1 for none, and the texts."""
        if name not in self._labels:
            encoded = self._facts[name].combine_chunks().dictionary_encode()
            places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            self._labels[name] = places, encoded.dictionary.to_numpy(zero_copy_only=False)
        return self._labels[name]

    def running(self, name: str) -> Integers:
        """Sum of a column over all rows before each row, and over all; differences within a customer are exact."""
        if name not in self._running:
            self._running[name] = sums_before(self.column(name))
        return self._running[name]

    def after(self, marked: NDArray[np.bool_]) -> Integers:
        """For every customer, the row after the marked ones, which come before all others of theirs."""
        counts = sums_before(marked)
        return np.asarray(self.bounds[:-1] + counts[self.bounds[1:]] - counts[self.bounds[:-1]])

    @cached_property
    def order_rows(self) -> Integers:
        """Rows of order days."""
        return np.flatnonzero(self.column("ordered"))

    @cached_property
    def gaps_by_length(self) -> tuple[Integers, Integers]:
        """Gaps sorted by customer and length, and the rows that they end on."""
        gap = self.column("gap")
        rows = np.flatnonzero(gap)
        customer = np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))[rows]
        # plain integers sort several times faster than the order of two columns is found
        packed = np.sort(customer << 2 * ROW_BITS | gap[rows] << ROW_BITS | rows)
        return packed >> ROW_BITS & LOW_BITS, packed & LOW_BITS

    def after_first(self, days: int) -> Integers:
        """For every customer, the row after the first `days` days, the first order day being the first of them."""
        first = np.minimum(self.running("ordered")[self.bounds[:-1]], len(self.order_rows) - 1)
        since = self.day - np.repeat(self.day[self.order_rows[first]], np.diff(self.bounds))
        return self.after(since < days)

    @cached_property
    def taken_back(self) -> tuple[Integers, NDArray[np.int32], Integers]:
        """Rows of order days, the days on which something of them was returned, and how much in ten-thousandths."""
        if "taken_back" not in self._facts.column_names:
            return np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int64)
        lists = pa.concat_arrays(self._facts["taken_back"].chunks)
        pieces, lengths = lists.flatten(), pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
        returned_on = pieces.field("returned_on").to_numpy(zero_copy_only=False)
        return (
            np.repeat(np.arange(len(lists)), lengths),
            returned_on.astype("datetime64[D]").astype(np.int32),
            pieces.field("units").to_numpy(zero_copy_only=False).astype(np.int64),
        )

    @cached_property
    def weekday(self) -> NDArray[np.int32]:
        """Day of the week, 0 is Monday."""
        return (self.day + _MONDAY) % 7

    def _gaps(self) -> Integers:
        rows, gap = self.order_rows, np.zeros(len(self.day), dtype=np.int64)
        gap[rows] = np.diff(self.day[rows], prepend=0)
        first = self.running("ordered")[self.bounds[:-1]]
        gap[rows[first[first < len(rows)]]] = 0
        return gap

    def _fact(self, name: str) -> Integers:
        column = self._facts[name]
        if not pa.types.is_decimal(column.type):
            return np.asarray(column.to_numpy())
        values = scaled(column)
        if np.add.reduceat(np.abs(values.astype(np.float64)), self.bounds[:-1]).max() >= MOST:
            raise InputError(TOO_MUCH)
        return values


def sums_before(values: NDArray[np.integer] | NDArray[np.bool_]) -> Integers:
    """Sum of all values before each, and of all."""
    sums = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


# What follows from the facts of a day and of the days before it.
_DERIVED: dict[str, Callable[[Days], NDArray[np.integer] | NDArray[np.bool_]]] = {
    "ordered": lambda days: days.column("lines") > 0,
    "returned": lambda days: days.column("return_lines") > 0,
    "gap": lambda days: days._gaps(),  # days since the order day before; 0 where there is none
    "gap_squares": lambda days: days.column("gap") ** 2,
    "log_gap": lambda days: log_billionths(days.column("gap")),
    "discounted": lambda days: days.column("ordered") * (days.column("discount") > 0),
    "weekend": lambda days: days.column("ordered") * (days.weekday >= SATURDAY),
    **{f"weekday_{k}": partial(lambda k, days: days.column("ordered") * (days.weekday == k), k) for k in range(7)},
}
