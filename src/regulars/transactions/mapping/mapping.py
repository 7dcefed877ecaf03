"""The user's columns, found and given a way to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
from pydantic import ValidationError

from regulars.errors import Faults, ParamsError, nearest
from regulars.params import ColumnParams, TransactionParams
from regulars.params.words import faults_in_words
from regulars.transactions.exports.aliases import recognise
from regulars.transactions.exports.laid_out import LaidOut, lay_out
from regulars.transactions.exports.recognised import AUTO, recognise_layout
from regulars.transactions.sources.read import Source
from regulars.transactions.sources.refusals import some
from regulars.transactions.values.clock import Clock
from regulars.transactions.values.dates import calendar_day
from regulars.transactions.values.expressions import (
    TEXT,
    Number,
    Reading,
    customer,
    flag,
    is_number,
    label,
    number,
    product,
)
from regulars.transactions.values.notation import plain_number

DAYS = ("ordered_at", "ingested_at")
NUMBERS = ("amount", "quantity", "unit_price", "unit_cost", "discount", "refunded")
READ_TOO = ("refunded", "consent")
FLAGS = ("is_return", "consent")
NO_IDS = ("BOOLEAN", "DATE", "TIME", "INTERVAL", "BIT")  # types that name nobody
NESTED = ("[]", "STRUCT", "MAP", "UNION", "BLOB", "JSON", "[")


@dataclass(frozen=True)
class Mapped:
    """A log, the mapping of its columns, and what it is read as where it is a known export."""

    source: Source
    columns: ColumnParams
    layout: LaidOut | None = None

    @property
    def read_too(self) -> dict[str, str]:
        """Columns of a known export that no mapping names, and that are read: ours to theirs."""
        return {ours: self.layout.extra[ours] for ours in READ_TOO if ours in self.layout.extra} if self.layout else {}

    @property
    def ending(self) -> str | None:
        """The column that gives the outcome of some rows, such as cancelled ones, whatever else they hold."""
        return self.layout.extra.get("ending") if self.layout else None


def column_params(columns: Mapping[str, str] | ColumnParams | None) -> ColumnParams:
    """Check a mapping that was given as a dict; none means the default mapping."""
    if columns is None:
        return TransactionParams().columns
    if isinstance(columns, ColumnParams):
        return columns
    if not isinstance(columns, Mapping):
        raise ParamsError(
            f"columns is {columns!r}; expected a mapping of our names to yours, as {{'customer_id': 'Client', "
            "'ordered_at': 'Date', 'amount': 'Paid'}."
        )
    known = list(ColumnParams.model_fields)
    faults = Faults("The column mapping cannot be used")
    for unknown in [key for key in columns if key not in known]:
        faults.add(f"unknown column {unknown!r}{nearest(str(unknown), known)}; known: {', '.join(known)}")
    for needed in ("customer_id", "ordered_at"):
        if needed not in columns:
            faults.add(f"{needed} is not mapped: add {needed} with the name of your column")
    faults.raise_if_any(ParamsError)
    try:
        return ColumnParams.model_validate(dict(columns))
    except ValidationError as invalid:
        for fault in faults_in_words(invalid, top=ColumnParams):
            faults.add(fault)
        faults.raise_if_any(ParamsError)
        raise


def mapping_of(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: ColumnParams, clock: Clock, layout: str = AUTO
) -> Mapped:
    """Return the mapping of a log: as given, or, where it is the default and does not fit, by layout or usual names.

    Raises
    ------
    ParamsError
        If both a mapping and a layout are given.
    InputError
        If the log is not what `layout` says, or a known export without a column that tells the customer.
    """
    given = columns != TransactionParams().columns
    if layout != AUTO and given:
        raise ParamsError(
            f"transactions.layout is {layout!r}, and transactions.columns are given too. Leave out the layout, and the "
            "columns count; or leave out the columns, and the export is read as the layout says."
        )
    if layout == AUTO and (given or set(columns.mapped().values()) <= set(source.types)):
        return Mapped(source, columns)
    recognised = recognise_layout(source.name, source.types, layout)
    if recognised:
        laid_out, told = lay_out(connection, source, recognised, clock, by_header=layout == AUTO)
        return Mapped(laid_out, told.columns, told)
    return Mapped(source, recognise(source.name, source.types) or columns)


def make_readings(
    connection: duckdb.DuckDBPyConnection, log: Mapped, faults: Faults, clock: Clock
) -> dict[str, Reading]:
    """Say how each mapped column is read, `amount` being quantity × unit_price where only they are mapped.

    Columns that are missing or of a type that cannot serve are noted in `faults` and left out.
    """
    readings: dict[str, Reading] = {}
    source, columns = log.source, log.columns
    mapped = columns.mapped() | log.read_too
    _note_missing({ours: theirs for ours, theirs in mapped.items() if theirs not in source.types}, source, faults)
    for ours, theirs in mapped.items():
        if theirs not in source.types:
            continue
        if not refuse_unfit(ours, theirs, source.types[theirs], faults):
            reading = _reading(connection, ours, theirs, source, faults, clock)
            readings |= {ours: reading} if reading else {}
    quantity, price = readings.get("quantity"), readings.get("unit_price")
    if columns.amount is None and isinstance(quantity, Number) and isinstance(price, Number):
        readings["amount"] = product(quantity, price)
    return readings


def _note_missing(missing: Mapping[str, str], source: Source, faults: Faults) -> None:
    for ours, theirs in missing.items():
        faults.add(f"column {theirs!r} (for {ours}) is missing{nearest(theirs, source.types)}")
    if missing:
        counts = " (without amount, orders are counted only)" if "amount" in missing else ""
        faults.add(f"columns found: {some(source.types)}; say under transactions.columns which is which{counts}")


def refuse_unfit(name: str, theirs: str, kind: str, faults: Faults, *, like: str | None = None) -> bool:
    """Whether the type of a column cannot serve, as one `like` ours or else as `name`; then it is a fault."""
    expected = _unfit(like or name, kind)
    if expected:
        faults.add(f"column {theirs!r} (for {name}) holds {kind}; expected: {expected}")
    return expected is not None


def _unfit(ours: str, kind: str) -> str | None:
    """Say what is expected where a type cannot serve."""
    if any(sign in kind for sign in NESTED) and not kind.startswith("ENUM"):
        return "one plain value a row"
    if ours == "customer_id" and kind.startswith(NO_IDS):
        return "numbers or texts that name the customers. Map another column, or write these as texts"
    if ours in DAYS and not (kind in ("DATE", TEXT) or kind.startswith("TIMESTAMP") or is_number(kind)):
        return "dates, or texts that show them"
    if ours in NUMBERS and not (kind == TEXT or is_number(kind)):
        return "numbers, or texts that show them"
    return None


def _reading(
    connection: duckdb.DuckDBPyConnection, ours: str, theirs: str, source: Source, faults: Faults, clock: Clock
) -> Reading | None:
    kind = source.types[theirs]
    if ours in DAYS:
        return calendar_day(connection, ours, theirs, kind, faults, clock)
    if ours in NUMBERS:
        return number(ours, theirs, kind, plain_number(connection, ours, theirs, kind, faults))
    if ours in FLAGS:
        return flag(ours, theirs, kind)
    if ours == "customer_id":
        return customer(ours, theirs, kind, untyped=theirs in source.untyped)
    return label(ours, theirs, kind)
