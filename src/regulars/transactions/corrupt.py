"""Logs whose future is corrupted: the same rows before a cutoff, other ones from it on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from regulars.errors import Faults, InputError
from regulars.params import ColumnParams
from regulars.transactions.exports.recognised import AUTO
from regulars.transactions.mapping.mapping import Mapped, make_readings, mapping_of
from regulars.transactions.row_outcome import EXCLUDED, sql_list
from regulars.transactions.sources.read import close_source, open_source
from regulars.transactions.sources.refusals import unreadable
from regulars.transactions.sources.stillness import standing_still
from regulars.transactions.sql import column, connect, identifier, paths
from regulars.transactions.values.clock import Clock
from regulars.transactions.values.expressions import TEXT, Reading, is_number
from regulars.windows import RunDay, Windows


@dataclass(frozen=True)
class Corrupted:
    """Logs on disk by what became of their future, and the mappings that read them."""

    files: dict[str, Path]
    columns: ColumnParams
    own_columns: dict[str, str]


def write_corrupted(
    source: Any,
    columns: ColumnParams,
    windows: Windows,
    folder: Path,
    *,
    table: str | None = None,
    memory_limit: str | None = None,
    timezone: str | None = None,
    today: str | dt.date | None = None,
    layout: str = AUTO,
    own_columns: Mapping[str, str] | None = None,
) -> Corrupted:
    """Write a log once as it is, and once for each corruption of what lies at or after the cutoff.

    Parameters
    ----------
    source, table, memory_limit, timezone, today, layout, own_columns
        As `read_transactions` takes them.
    columns : ColumnParams
        The mapping; the written logs keep the user's columns. Of a known export they have ours, and only rows that
        may count.
    windows : Windows
        Whose cutoff parts history from future.
    folder : Path
        Where the logs are written, as Parquet.

    Returns
    -------
    Corrupted
        The files by what becomes of the rows at or after the cutoff. `as it is`: nothing. `deleted`: they are gone.
        `multiplied`: their money or quantity is another. `exchanged`: each has the day of another. `newcomers`: each is
        there again, under a customer whom nobody has heard of. `late returns`: every row of the history is returned on
        the first of their days. `late news`: every row of the history is there again, come in on the first day at or
        after the cutoff on which a row did. What the columns do not allow is absent.

    Raises
    ------
    InputError
        If the source cannot be read, or no row lies at or after the cutoff.
    """
    with closing(connect(memory_limit)) as connection, standing_still(connection, source):
        clock = Clock.of(connection, timezone, today)
        opened = open_source(connection, source, table)
        try:
            log = mapping_of(connection, opened, columns, clock, layout)
            return _write(connection, log, clock, windows, folder, dict(own_columns or {}))
        except duckdb.Error as error:
            raise unreadable(opened.name, error, opened.kind) from None


def _write(
    connection: duckdb.DuckDBPyConnection,
    log: Mapped,
    clock: Clock,
    windows: Windows,
    folder: Path,
    own: dict[str, str],
) -> Corrupted:
    """Write what `write_corrupted` says, of a log whose columns are known."""
    faults = Faults(f"{log.source.name} cannot be used")
    readings = make_readings(connection, log, faults, clock)
    faults.raise_if_any(InputError)
    if log.layout:
        log, own = _plain(connection, log, readings, own)
        readings = make_readings(connection, log, faults, clock)
    came = readings["ingested_at"].value if "ingested_at" in readings else None
    parts = _Parts(log.columns, log.source.types, readings["ordered_at"].value, came, windows, clock.run_day)
    if not _number_the_future(connection, parts):
        raise InputError(
            f"No row of {log.source.name} lies at or after {windows.cutoff}, so there is nothing to corrupt. "
            "Choose an earlier --cutoff."
        )
    return Corrupted(_write_all(connection, parts, folder), log.columns, own)


@dataclass(frozen=True)
class _Parts:
    """The mapping, the types of the user's columns, and the days that part history from future."""

    columns: ColumnParams
    types: dict[str, str]
    day: str
    came: str | None
    windows: Windows
    run_day: RunDay

    @property
    def in_history(self) -> str:
        return self.windows.history_sql(f"({self.day})")

    @property
    def in_future(self) -> str:
        """At or after the cutoff, and not after the run: such rows would be excluded, or the whole log refused."""
        return f"NOT ({self.in_history}) AND NOT ({self.run_day.after_sql(f'({self.day})')})"

    @property
    def ordered_at(self) -> str:
        return identifier(self.columns.ordered_at)

    @property
    def size(self) -> str | None:
        """The column that says how much."""
        theirs = self.columns.quantity or self.columns.amount
        return theirs if theirs in self.types else None


def _plain(
    connection: duckdb.DuckDBPyConnection, log: Mapped, readings: dict[str, Reading], own: dict[str, str]
) -> tuple[Mapped, dict[str, str]]:
    """A known export as a log of our own columns, without the rows that are excluded in any case."""
    mapped = [ours for ours in log.columns.mapped() if ours in readings]
    values = {ours: readings[ours].value for ours in mapped}
    if "refunded" in readings:
        values["amount"] = f"{values['amount']} - coalesce(abs({readings['refunded'].value}), 0)"
    renamed = {name: f"own_{name}" for name in own}
    values |= {renamed[name]: column(theirs) for name, theirs in own.items()}
    chosen = ", ".join(f"{value} AS {ours}" for ours, value in values.items())
    kept = f"coalesce({column(log.ending)} NOT IN {sql_list(EXCLUDED)}, true)" if log.ending else "true"
    connection.execute(f"CREATE TABLE plain AS SELECT {chosen} FROM source WHERE {kept}")
    close_source(connection)
    connection.execute("CREATE VIEW source AS FROM plain")
    types = {name: kind for name, kind, *_ in connection.execute("DESCRIBE source").fetchall()}
    source = replace(log.source, types=types, untyped=frozenset())
    return Mapped(source, ColumnParams.model_validate({ours: ours for ours in mapped})), renamed


def _write_all(connection: duckdb.DuckDBPyConnection, parts: _Parts, folder: Path) -> dict[str, Path]:
    """Write every log; return their files by what becomes of the rows at or after the cutoff."""
    written = {}
    for how, query in (_queries(parts) | _late_news(connection, parts)).items():
        written[how] = folder / f"{how.replace(' ', '_')}.parquet"
        connection.execute(f"COPY ({query}) TO {paths([written[how]])[1:-1]} (FORMAT parquet)")
    return written


def _number_the_future(connection: duckdb.DuckDBPyConnection, parts: _Parts) -> int:
    """Make the table `future`: its rows, each with the day of the row opposite; return how many they are."""
    connection.execute(f"""
        CREATE TABLE future AS
        WITH numbered AS (
          SELECT source.*, row_number() OVER () AS regulars_row, count(*) OVER () AS regulars_rows
          FROM source WHERE {parts.in_future})
        SELECT one.* EXCLUDE (regulars_rows), other.{parts.ordered_at} AS regulars_day
        FROM numbered AS one JOIN numbered AS other ON other.regulars_row = one.regulars_rows + 1 - one.regulars_row""")
    return int(connection.execute("SELECT count(*) FROM future").fetchall()[0][0])


def _queries(parts: _Parts) -> dict[str, str]:
    whole = "SELECT source.* FROM source"
    history = f"{whole} WHERE coalesce({parts.in_history}, true)"  # rows without a day belong to no side

    def future(replaced: str) -> str:
        return f"SELECT * EXCLUDE (regulars_row, regulars_day) REPLACE ({replaced}) FROM future"

    queries = {
        "as it is": whole,
        "deleted": history,
        "exchanged": f"{history} UNION ALL {future(f'regulars_day AS {parts.ordered_at}')}",
    }
    if new := _new_customer(parts):
        queries["newcomers"] = f"{whole} UNION ALL {future(new)}"
    if parts.size:
        queries["multiplied"] = f"{history} UNION ALL {future(_multiplied(identifier(parts.size), parts))}"
        first = f"(SELECT arg_min(source.{parts.ordered_at}, {parts.day}) FROM source WHERE {parts.in_future})"
        returned = f"{first} AS {parts.ordered_at}, {_returned(column(parts.size), parts)}"
        queries["late returns"] = (
            f"{whole} UNION ALL SELECT source.* REPLACE ({returned}) FROM source WHERE {parts.in_history}"
        )
    return queries


def _late_news(connection: duckdb.DuckDBPyConnection, parts: _Parts) -> dict[str, str]:
    """The history once more, come in after the cutoff; nothing where no row came in then."""
    if parts.came is None or parts.columns.ingested_at is None:
        return {}
    place, late = identifier(parts.columns.ingested_at), f"NOT ({parts.windows.known_sql(f'({parts.came})')})"
    if not connection.execute(f"SELECT count(*) FROM source WHERE {late}").fetchall()[0][0]:
        return {}
    first = f"(SELECT arg_min(source.{place}, {parts.came}) FROM source WHERE {late})"
    again = f"SELECT source.* REPLACE ({first} AS {place}) FROM source WHERE {parts.in_history}"
    return {"late news": f"SELECT source.* FROM source UNION ALL {again}"}


def _new_customer(parts: _Parts) -> str | None:
    """SQL: the id of a customer who is nobody yet."""
    name, kind = identifier(parts.columns.customer_id), parts.types[parts.columns.customer_id]
    if kind == TEXT:
        return f"'newcomer ' || {name} AS {name}"
    return f"(SELECT max({name}) FROM source) + regulars_row AS {name}" if is_number(kind) else None


def _multiplied(place: str, parts: _Parts) -> str:
    """SQL: another size; a text gets a 9 before its first digit."""
    text = parts.types[parts.size or ""] == TEXT
    return (rf"regexp_replace({place}, '(\d)', '9\1')" if text else f"{place} * 9") + f" AS {place}"


def _returned(place: str, parts: _Parts) -> str:
    """SQL: the size as a return has it; a text that is one already stays as it is."""
    text = parts.types[parts.size or ""] == TEXT
    negated = f"CASE WHEN regexp_matches({place}, '[-−(]') THEN {place} ELSE '-' || trim({place}) END"
    return (negated if text else f"-{place}") + f" AS {identifier(parts.size or '')}"
