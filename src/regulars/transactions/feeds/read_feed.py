"""Feeds at the door: every column typed as its contract says, every row accounted for, all faults at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from regulars.errors import Faults, InputError, ParamsError, nearest
from regulars.params.feeds import DAY, FEEDS, INBOUND, OUTBOUND, FeedColumn, FeedContract, unfit_columns, unknown_feeds
from regulars.progress import step
from regulars.texts import TEXT_DTYPE
from regulars.transactions.feeds.feed import Feed
from regulars.transactions.forgotten import Forgotten
from regulars.transactions.ledger import Entry
from regulars.transactions.mapping.mapping import refuse_unfit
from regulars.transactions.mapping.profile import refuse_unreadable
from regulars.transactions.row_outcome import EXCLUDED
from regulars.transactions.sources.read import Source, opened_beside
from regulars.transactions.sources.refusals import some
from regulars.transactions.sql import column, content_hash, identifier
from regulars.transactions.values.clock import Clock
from regulars.transactions.values.dates import calendar_day
from regulars.transactions.values.expressions import INTEGERS, TEXT, Reading, customer, label, number, present
from regulars.transactions.values.notation import plain_number

CHECKED_AS = {"id": "customer_id", "day": "ordered_at", "score": "amount", "money": "amount"}  # kinds, as in the log
FRAME_TYPES: dict[str, Any] = {"day": "datetime64[us]", "score": "float64", "money": "float64"}  # all else is text
SCORES = ", ".join(map(str, range(11)))
DIRECTIONS = {INBOUND: ("inbound", "in", "incoming"), OUTBOUND: ("outbound", "out", "outgoing")}
ROW, AGAIN = '"#row"', '"#again"'


def read_feed(
    name: str,
    source: Any,
    columns: Mapping[str, str] | None = None,
    *,
    memory_limit: str | None = None,
    timezone: str | None = None,
    forgotten: str | Path | Forgotten | None = None,
) -> Feed:
    """Read what a shop knows of its customers beside their orders.

    Parameters
    ----------
    name : str
        Which feed it is: surveys, complaints, contacts, costs, leads or referrals.
    source : path, str or frame
        Whatever `read_transactions` reads.
    columns : mapping, optional
        Our name: the user's column. A column that is not named here is found by our name.
    memory_limit, timezone : str, optional
        As `read_transactions` takes them.
    forgotten : path, optional
        The list that `regulars forget` keeps: rows of these customers are left out.

    Returns
    -------
    Feed
        All that the file holds; which rows count depends on the cutoff.

    Raises
    ------
    InputError
        Naming every fault: missing columns, values that cannot be read, a resolution before its complaint.
    ParamsError
        If there is no such feed, or the mapping names a column that it does not have.

    Examples
    --------
    >>> rows = pd.DataFrame({"who": [1, 2], "day": "2024-03-01", "score": [9, None]})
    >>> read_feed("surveys", rows, {"customer_id": "who"})
    Feed(surveys: 2 rows of customer_id, day, score)
    """
    contract = _contract(name, columns or {})
    left_out = Forgotten.named(Path(forgotten)) if isinstance(forgotten, str | Path) else forgotten
    beside = opened_beside(source, memory_limit=memory_limit, may_be_empty=True)
    with beside as (connection, opened), step(f"read the feed {name}"):
        return _read(connection, opened, contract, dict(columns or {}), Clock.of(connection, timezone), left_out)


def _contract(name: str, columns: Mapping[str, str]) -> FeedContract:
    faults = Faults("The feed cannot be read")
    for fault in unknown_feeds([name]):
        faults.add(fault)
    faults.raise_if_any(ParamsError)
    for fault in unfit_columns(FEEDS[name], columns):
        faults.add(fault)
    faults.raise_if_any(ParamsError)
    return FEEDS[name]


def _read(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    contract: FeedContract,
    columns: dict[str, str],
    clock: Clock,
    forgotten: Forgotten | None,
) -> Feed:
    faults = Faults(f"{source.name} (feeds.{contract.name}) cannot be used")
    taken = _taken(source, contract, columns, faults)
    faults.raise_if_any(InputError)
    found = {each.name: _reading(connection, each, theirs, source, faults, clock) for each, theirs in taken.items()}
    readings = {name: reading for name, reading in found.items() if reading}
    refuse_unreadable(connection, readings.values(), faults)
    faults.raise_if_any(InputError)
    excluded = _fill(connection, contract, readings, forgotten)
    for fault in _known_too_early(connection, contract, readings):
        faults.add(fault)
    faults.raise_if_any(InputError)
    whole = source.types.get(columns.get("customer_id", "customer_id"), "") in INTEGERS
    frame = _frame(connection, contract, readings)
    return Feed(contract, source.name, frame, excluded, whole, content_hash(connection, "feed"))


def _taken(source: Source, contract: FeedContract, columns: Mapping[str, str], faults: Faults) -> dict[FeedColumn, str]:
    """Which column of the file each of ours is: those that are mapped, and those that are called as ours are."""
    taken = {}
    for each in contract.columns:
        theirs = columns.get(each.name, each.name)
        if theirs in source.types:
            taken[each] = theirs
        elif each.is_required or each.name in columns:
            faults.add(f"column {theirs!r} (for {each.name}) is missing{nearest(theirs, source.types)}")
    if faults.found:
        faults.add(f"columns found: {some(source.types)}; say under feeds.{contract.name}.columns which is which")
    names = {each.name for each in taken}
    for each in taken:
        if each.known_from not in (DAY, *names):
            faults.add(f"{each.name} needs {each.known_from}, the day on which it became known: map that column too")
    return taken


def _reading(
    connection: duckdb.DuckDBPyConnection, each: FeedColumn, theirs: str, source: Source, faults: Faults, clock: Clock
) -> Reading | None:
    kind = source.types[theirs]
    if refuse_unfit(each.name, theirs, kind, faults, like=CHECKED_AS.get(each.kind, "category")):
        return None
    if each.kind == "id":
        return customer(each.name, theirs, kind, untyped=True)  # as text, so that 7, 7.0 and "7" are one
    if each.kind == "day":
        return calendar_day(connection, each.name, theirs, kind, faults, clock)
    if each.kind == "direction":
        return _direction(each.name, theirs, kind)
    if each.kind == "text":
        return label(each.name, theirs, kind)
    read = number(each.name, theirs, kind, plain_number(connection, each.name, theirs, kind, faults))
    if each.kind == "score":
        fits, expected = f"{read.value} IN ({SCORES})", "a whole number from 0 to 10"
    else:
        fits, expected = f"{read.value} >= 0", "an amount of money, 0 or more"
    value = f"(CASE WHEN {fits} THEN {read.value} END)"
    return Reading(each.name, theirs, read.present, value, expected, read.shown)


def _direction(name: str, theirs: str, kind: str) -> Reading:
    text = f"CAST({column(theirs)} AS {TEXT})"
    cases = " ".join(f"WHEN lower(trim({text})) IN {words} THEN '{which}'" for which, words in DIRECTIONS.items())
    return Reading(name, theirs, present(column(theirs), kind), f"(CASE {cases} END)", "inbound or outbound", text)


def _fill(
    connection: duckdb.DuckDBPyConnection,
    contract: FeedContract,
    readings: Mapping[str, Reading],
    forgotten: Forgotten | None,
) -> tuple[Entry, ...]:
    """Make the table `feed` of the rows that can be used; account for the others."""
    values = ", ".join(f"{reading.value} AS {identifier(name)}" for name, reading in readings.items())
    same = ", ".join(map(identifier, readings))
    connection.execute(f"""
        CREATE TABLE every AS SELECT *, row_number() OVER (PARTITION BY {same} ORDER BY {ROW}) AS {AGAIN}
        FROM (SELECT row_number() OVER () AS {ROW}, {values} FROM source)""")
    entries, usable = [], "true"
    for reason, cause in _causes(connection, contract, readings, forgotten):
        who = f"count(DISTINCT {identifier('customer_id')})" if "customer_id" in readings else "0"
        counts = f"SELECT count(*), {who} FROM every WHERE {usable} AND ({cause})"
        rows, customers = connection.execute(counts).fetchall()[0]
        entries += [Entry(EXCLUDED, reason, rows, customers, None)] * (rows > 0)
        usable += f" AND NOT ({cause})"
    connection.execute(f"CREATE TABLE feed AS SELECT * EXCLUDE ({ROW}, {AGAIN}) FROM every WHERE {usable}")
    return tuple(entries)


def _causes(
    connection: duckdb.DuckDBPyConnection,
    contract: FeedContract,
    readings: Mapping[str, Reading],
    forgotten: Forgotten | None,
) -> Iterator[tuple[str, str]]:
    """Why a row is left out, and the SQL condition of it; each row under the first that holds."""
    ids = [identifier(name) for name in contract.of_kind("id") if name in readings]
    if forgotten and ids:
        forgotten.keep(connection)
        either = [
            form for each in ids for form in (each, f"CASE WHEN contains({each}, '@') THEN lower(trim({each})) END")
        ]
        yield "forgotten customer", " OR ".join(forgotten.is_forgotten_sql(each) for each in either)
    for each in contract.columns:
        if each.in_every_row and each.name in readings:
            what = "customer" if each.kind == "id" else "date" if each.kind == "day" else each.name
            yield f"missing {what}", f"{identifier(each.name)} IS NULL"
    if not contract.may_repeat:
        yield "exact duplicate", f"{AGAIN} > 1"


def _known_too_early(
    connection: duckdb.DuckDBPyConnection, contract: FeedContract, readings: Mapping[str, Reading]
) -> Iterator[str]:
    """Say where something ended before it began."""
    for name in contract.of_kind("day"):
        if name == DAY or name not in readings:
            continue
        begins, ends = identifier(DAY), identifier(name)
        asked = f"SELECT count(*), min({ROW}) FROM every WHERE date_diff('day', {begins}, {ends}) < 0"
        rows, first = connection.execute(asked).fetchall()[0]
        if rows:
            yield f"{rows:,} rows have {name} before {DAY} (first: row {first:,}); expected: that day or a later one"


def _frame(
    connection: duckdb.DuckDBPyConnection, contract: FeedContract, readings: Mapping[str, Reading]
) -> pd.DataFrame:
    found = connection.execute("SELECT * FROM feed ORDER BY ALL").df()
    kinds = {each.name: FRAME_TYPES.get(each.kind, TEXT_DTYPE) for each in contract.columns if each.name in readings}
    return found.astype(kinds)
