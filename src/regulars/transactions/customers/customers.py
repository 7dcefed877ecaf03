"""The file of customers at the door: every column typed, every row accounted for, what names a person refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from regulars.errors import Faults, InputError, ParamsError, nearest
from regulars.progress import note, step
from regulars.texts import TEXT_DTYPE
from regulars.transactions.customers.attributes import Attributes
from regulars.transactions.ledger import Entry
from regulars.transactions.mapping.free_columns import FEW, MOSTLY, NAME, FreeColumn, free_column, refuse_alike
from regulars.transactions.mapping.mapping import refuse_unfit
from regulars.transactions.mapping.profile import refuse_unreadable
from regulars.transactions.row_outcome import EXCLUDED
from regulars.transactions.sources.read import Source, opened_beside
from regulars.transactions.sources.refusals import some
from regulars.transactions.sql import column, content_hash, identifier, literal
from regulars.transactions.values.clock import Clock
from regulars.transactions.values.dates import calendar_day
from regulars.transactions.values.expressions import TEXT, Reading, customer, present

CUSTOMER_ID = "customer_id"
ROW, ID, DAY = '"#row"', '"#id"', '"#day"'  # no attribute can be called so
E_MAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"


def read_attributes(
    source: Any,
    columns: Mapping[str, str],
    *,
    valid_from: str | None = None,
    table: str | None = None,
    memory_limit: str | None = None,
    timezone: str | None = None,
    taken: Collection[str] = (),
) -> Attributes:
    """Read attributes of customers and account for every row.

    Parameters
    ----------
    source, table, memory_limit, timezone
        As `read_transactions` takes them.
    columns : mapping
        Our name: the user's column. `customer_id` is needed; each other one is an attribute.
    valid_from : str, optional
        The user's column of days from which a row holds.
    taken : collection of str
        Names that no attribute can have.

    Raises
    ------
    InputError, ParamsError
        Naming every fault.
    """
    _check_names(columns, taken)
    with (
        opened_beside(source, table, memory_limit=memory_limit) as (connection, opened),
        step("read the customers' file"),
    ):
        return _read(connection, opened, dict(columns), valid_from, Clock.of(connection, timezone))


def _check_names(columns: Mapping[str, str], taken: Collection[str]) -> None:
    faults = Faults("The mapping of the customers' columns cannot be used")
    if not isinstance(columns, Mapping):
        faults.add(f"it is {columns!r}; expected: our names and your columns, as {{customer_id: id, region: Region}}")
        faults.raise_if_any(ParamsError)
    if CUSTOMER_ID not in columns:
        faults.add("customer_id is not mapped: add customer_id with the name of your column")
    attributes = [name for name in columns if name != CUSTOMER_ID]
    if not attributes:
        faults.add("no attribute is mapped: add a name of your choice and the column, as {region: Region}")
    for name in attributes:
        if not re.fullmatch(NAME, name):
            faults.add(f"{name!r} cannot be the name of an attribute: take letters, digits and _, a letter first")
        elif name in taken:
            faults.add(f"{name!r} is the name of a feature or a column already: give the attribute another one")
    refuse_alike(columns, faults)
    faults.raise_if_any(ParamsError)


def _read(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: dict[str, str], valid_from: str | None, clock: Clock
) -> Attributes:
    faults = Faults(f"{source.name} cannot be used")
    asked = {**columns, **({"valid_from": valid_from} if valid_from is not None else {})}
    _refuse_missing(source, asked, faults)
    ids, day = _id(source, columns[CUSTOMER_ID], faults), _day(connection, source, valid_from, faults, clock)
    found = {
        name: free_column(connection, name, theirs, source, faults, _number)
        for name, theirs in columns.items()
        if name != CUSTOMER_ID
    }
    attributes = {name: read for name, read in found.items() if read}
    readings = [*filter(None, (ids, day)), *(read.reading for read in attributes.values())]
    refuse_unreadable(connection, readings, faults)
    faults.raise_if_any(InputError)
    assert ids is not None
    excluded = _fill(connection, ids.value, day.value if day else None, attributes)
    for fault in (*_contradictions(connection, dated=day is not None), *_names_of_people(connection, attributes)):
        faults.add(fault)
    faults.raise_if_any(InputError)
    return _attributes(connection, source.name, attributes, excluded, dated=day is not None)


def _refuse_missing(source: Source, asked: Mapping[str, str], faults: Faults) -> None:
    missing = {ours: theirs for ours, theirs in asked.items() if theirs not in source.types}
    for ours, theirs in missing.items():
        faults.add(f"column {theirs!r} (for {ours}) is missing{nearest(theirs, source.types)}")
    if missing:
        faults.add(f"columns found: {some(source.types)}; say under customers.columns which is which")
        faults.raise_if_any(InputError)


def _id(source: Source, theirs: str, faults: Faults) -> Reading | None:
    kind = source.types[theirs]
    if refuse_unfit(CUSTOMER_ID, theirs, kind, faults):
        return None
    return customer(CUSTOMER_ID, theirs, kind, untyped=True)  # as text, so that 7, 7.0 and "7" are one


def _day(
    connection: duckdb.DuckDBPyConnection, source: Source, theirs: str | None, faults: Faults, clock: Clock
) -> Reading | None:
    if theirs is None:
        return None
    kind = source.types[theirs]
    if refuse_unfit("valid_from", theirs, kind, faults, like="ordered_at"):
        return None
    return calendar_day(connection, "valid_from", theirs, kind, faults, clock)


def _number(name: str, theirs: str, kind: str, plain: str) -> Reading:
    here, number = present(column(theirs), kind), f"TRY_CAST({plain} AS DOUBLE)"
    value = f"(CASE WHEN {here} AND isfinite({number}) THEN {number} END)"
    return Reading(
        name, theirs, here, value, "a finite number, as most of this column", f"CAST({column(theirs)} AS {TEXT})"
    )


def _fill(
    connection: duckdb.DuckDBPyConnection, ids: str, day: str | None, attributes: Mapping[str, FreeColumn]
) -> tuple[Entry, ...]:
    """Make the table `known` of the rows that can be used; account for the others."""
    values = "".join(f", {read.reading.value} AS {identifier(name)}" for name, read in attributes.items())
    same = ", ".join((ID, DAY, *map(identifier, attributes)))
    connection.execute(f"""
        CREATE TABLE every AS SELECT *, row_number() OVER (PARTITION BY {same} ORDER BY {ROW}) AS "#time"
        FROM (SELECT row_number() OVER () AS {ROW}, {ids} AS {ID}, {day or "NULL::DATE"} AS {DAY}{values} FROM source)
        """)
    causes = {"missing customer": f"{ID} IS NULL"}
    if day:
        causes["missing date"] = f"{ID} IS NOT NULL AND {DAY} IS NULL"
    unusable = " OR ".join(causes.values())
    causes["exact duplicate"] = f'NOT ({unusable}) AND "#time" > 1'
    usable = f'NOT ({unusable}) AND "#time" = 1'
    connection.execute(f'CREATE TABLE known AS SELECT * EXCLUDE ("#time") FROM every WHERE {usable}')
    entries = []
    for reason, cause in causes.items():
        rows, who = connection.execute(f"SELECT count(*), count(DISTINCT {ID}) FROM every WHERE {cause}").fetchall()[0]
        entries += [Entry(EXCLUDED, reason, rows, who, None)] * (rows > 0)
    return tuple(entries)


def _contradictions(connection: duckdb.DuckDBPyConnection, *, dated: bool) -> Iterator[str]:
    """Say where several rows of a customer hold at the same time."""
    customers, rows, first = connection.execute(f"""
        SELECT count(*), sum(n), arg_min(places, places[1])
        FROM (SELECT count(*) AS n, list_sort(list({ROW}))[:3] AS places FROM known GROUP BY {ID}, {DAY})
        WHERE n > 1""").fetchall()[0]
    if customers:
        one = "one row a customer and day" if dated else "one row a customer, or customers.valid_from"
        shown = ", ".join(f"{row:,}" for row in first)
        yield f"{customers:,} customers have {rows:,} rows that differ (as rows {shown}); expected: {one}"
    if not connection.execute("SELECT count(*) FROM known").fetchall()[0][0]:
        yield "no row names a customer"


def _names_of_people(connection: duckdb.DuckDBPyConnection, attributes: Mapping[str, FreeColumn]) -> Iterator[str]:
    """Name the columns that tell who somebody is, and not what they are like."""
    for name, read in attributes.items():
        value, text = identifier(name), f"CAST({identifier(name)} AS {TEXT})"
        same_id = f"{text} = {ID} OR regexp_replace({text}, '[.]0$', '') = {ID}"
        is_whole = f"{value} = round({value})" if read.is_number else "false"
        here, who, different, equal, mails, whole = connection.execute(f"""
            SELECT count({value}), count(DISTINCT {ID}) FILTER ({value} IS NOT NULL), count(DISTINCT {value}),
                count(*) FILTER ({same_id}), count(*) FILTER (regexp_full_match({text}, {literal(E_MAIL)})),
                coalesce(bool_and({is_whole}), false)
            FROM known""").fetchall()[0]
        theirs = f"column {read.reading.theirs!r} (for {name})"
        advice = "it names people and is not an attribute: leave it out"
        if here > 1 and equal == here:
            yield f"{theirs} is the id of the customer again; {advice}"
        elif mails > (1 - MOSTLY) * here:
            yield f"{theirs} holds {mails:,} e-mail addresses; {advice}"
        elif not read.is_number and who >= FEW and different >= MOSTLY * who:
            yield f"{theirs} has {different:,} different texts of {who:,} customers; {advice}"
        elif whole and who >= FEW and different == who:
            note(
                f"Attribute {name}: each of {who:,} customers has another whole number. If these are numbers of cards "
                "or phones, leave the column out."
            )


def _attributes(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    attributes: Mapping[str, FreeColumn],
    excluded: tuple[Entry, ...],
    *,
    dated: bool,
) -> Attributes:
    carried = f"{ID} AS customer_id, {DAY}{''.join(f', {identifier(name)}' for name in attributes)}"
    connection.execute(f"CREATE TABLE attributes AS SELECT {carried} FROM known")
    days = f"({DAY} - DATE '1970-01-01')::INTEGER AS {DAY}"
    found = connection.execute(f"SELECT * REPLACE ({days}) FROM attributes ORDER BY customer_id, {DAY}").df()
    kinds = {name: "float64" if read.is_number else TEXT_DTYPE for name, read in attributes.items()}
    frame = (
        found[list(attributes)].astype(kinds).set_axis(pd.Index(found["customer_id"].astype(TEXT_DTYPE)), axis="index")
    )
    if not dated:
        note(
            f"The attributes in {source} have no customers.valid_from: they are taken as the same at all times. Where "
            "they were entered or changed after a cutoff, they tell the future, and the backtest looks too good."
        )
    days_of = found[DAY.strip('"')].to_numpy(np.int32) if dated else None
    return Attributes(source, frame, days_of, excluded, content_hash(connection, "attributes"))
