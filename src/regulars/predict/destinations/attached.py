"""Tables in a database that DuckDB has attached: a file of its own, or one on a server."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import duckdb
import pyarrow as pa

from regulars.errors import InputError
from regulars.predict.destinations.columns import refuse_other_columns, with_days
from regulars.predict.destinations.manifests import MANIFEST_COLUMNS, manifest_row
from regulars.predict.destinations.read_back import chosen, refuse_missing, refuse_other_count
from regulars.predict.destinations.table_name import TableName
from regulars.predict.sinks import Tables
from regulars.tables import SCORES
from regulars.transactions.sql import identifier, in_words, literal

SINK = "sink"  # what the database is attached as
OF_THE_SYSTEM = {"information_schema", "pg_catalog", "pg_toast"}
KEY = ("cutoff", "customer_id")
LOCK_SECONDS = 60  # for whoever writes the same table


class UncertainError(Exception):
    """A server that went away while it was told to keep what was written: it may have kept it, or not."""


def columns_of(connection: duckdb.DuckDBPyConnection, table: TableName) -> dict[str, str]:
    """The columns of a table with their types; none where it is not there."""
    return dict(
        connection.execute(
            """SELECT column_name, data_type FROM duckdb_columns()
               WHERE database_name = $1 AND lower(schema_name) = lower($2) AND lower(table_name) = lower($3)
               ORDER BY column_index""",
            [SINK, table.schema, table.name],
        ).fetchall()
    )


def check(
    connection: duckdb.DuckDBPyConnection, table: TableName, place: str, expected: Mapping[str, str | None]
) -> None:
    """Refuse a schema that is not there, and tables that have other columns."""
    schemas = connection.execute("SELECT schema_name FROM duckdb_schemas() WHERE database_name = $1", [SINK])
    known = sorted({name for (name,) in schemas.fetchall()} - OF_THE_SYSTEM)
    if table.schema not in known:
        raise InputError(
            f"There is no schema {table.schema!r} for the {place}; the database has: {', '.join(known) or 'none'}. "
            "Make it first, or give another --table."
        )
    manifest = dict.fromkeys(MANIFEST_COLUMNS)
    for one, columns, named in ((table, expected, place), (table.manifest, manifest, f"{place} (its manifests)")):
        if found := columns_of(connection, one):
            refuse_other_columns(named, columns, found, "give another --table, or rename this one")


def find(
    connection: duckdb.DuckDBPyConnection, table: TableName, inputs: str, *, on_server: bool = False
) -> dict[str, Any] | None:
    """The manifest of the scores that were made from these inputs, if as many rows are there as it says."""
    if not columns_of(connection, table.manifest) or not columns_of(connection, table):
        return None
    asked = f"SELECT content FROM {SINK}.{table.manifest.sql} WHERE inputs = $1 ORDER BY cutoff DESC LIMIT 1"
    found = connection.execute(asked, [inputs]).fetchall()
    if not found:
        return None
    content: dict[str, Any] = json.loads(found[0][0])
    where = f"WHERE cutoff = {_day(content['cutoff'])}"
    counted = f"SELECT count(*) FROM {SINK}.{table.sql} {where}"
    if on_server:  # which counts there, and sends a number instead of rows
        counted = f"FROM postgres_query('{SINK}', {literal(f'SELECT count(*) FROM {table.sql} {where}')})"
    return content if connection.execute(counted).fetchall() == [(content["rows"],)] else None


def read(
    connection: duckdb.DuckDBPyConnection, table: TableName, place: str, cutoff: dt.date | None = None
) -> pa.Table:
    """The rows of a cutoff, the latest without one, as one reader sees them at one moment.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the database attached.
    table : TableName
        With its schema.
    place : str
        What messages call it.
    cutoff : date, optional
    """
    connection.execute("BEGIN")
    tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = $1", [SINK]).fetchall()
    refuse_missing(place, columns_of(connection, table), [name for (name,) in tables])
    manifests = {}
    if columns_of(connection, table.manifest):
        asked = f"SELECT CAST(cutoff AS VARCHAR), content FROM {SINK}.{table.manifest.sql}"
        manifests = dict(connection.execute(asked).fetchall())
    content = json.loads(chosen(manifests, cutoff, place))
    names = ", ".join(map(identifier, SCORES))
    rows = f"SELECT {names} FROM {SINK}.{table.sql} WHERE cutoff = {_day(content['cutoff'])}"
    found = connection.execute(rows).to_arrow_table()
    refuse_other_count(found.num_rows, content, place)
    return found


def write(
    connection: duckdb.DuckDBPyConnection,
    table: TableName,
    place: str,
    scores: Tables,
    content: Mapping[str, Any],
    *,
    on_server: bool = False,
) -> None:
    """Replace the rows of a cutoff and its manifest, in one transaction.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the database attached.
    table : TableName
        With its schema.
    place : str
        What messages call it.
    scores : Tables
    content : mapping
        What the manifest says.
    on_server : bool
        Whether the database is one of PostgreSQL: its tables get a key and are locked against other writers.
    """
    connection.register("batch", with_days(scores.schema.empty_table()))
    kinds = {name: kind for name, kind, *_ in connection.execute("DESCRIBE batch").fetchall()}
    with transaction(connection, on_server=on_server):
        check(connection, table, place, kinds)
        for one, columns in ((table, kinds), (table.manifest, MANIFEST_COLUMNS)):
            make(connection, one, columns, with_key=on_server)
            _clear(connection, one, content["cutoff"], on_server=on_server)
        names = ", ".join(map(identifier, kinds))
        for rows in scores.tables():
            connection.register("batch", with_days(rows))
            connection.execute(f"INSERT INTO {SINK}.{table.sql} ({names}) SELECT {names} FROM batch")
        names = ", ".join(map(identifier, MANIFEST_COLUMNS))
        row = manifest_row(table.name, content)
        connection.execute(f"INSERT INTO {SINK}.{table.manifest.sql} ({names}) VALUES ($1, $2, $3, $4, $5)", row)


def make(
    connection: duckdb.DuckDBPyConnection, table: TableName, columns: Mapping[str, str], *, with_key: bool
) -> None:
    """Make a table where it is not there. A key of DuckDB would have to fit the memory, so its tables have none."""
    if columns_of(connection, table):
        return  # whoever may write rows need not be allowed to make tables
    listed = [f"{identifier(name)} {kind}" for name, kind in columns.items()]
    if with_key:
        key = [identifier(name) for name in KEY if name in columns]
        listed.append(f"PRIMARY KEY ({', '.join(key)})")
    connection.execute(f"CREATE TABLE {SINK}.{table.sql} ({', '.join(listed)})")


def _clear(connection: duckdb.DuckDBPyConnection, table: TableName, cutoff: str, *, on_server: bool) -> None:
    """Remove the rows of a cutoff; on a server by the server itself, and after whoever writes there now."""
    where = f"WHERE cutoff = {_day(cutoff)}"
    if not on_server:
        connection.execute(f"DELETE FROM {SINK}.{table.sql} {where}")
        return
    on_the_server(connection, *locking(table), f"DELETE FROM {table.sql} {where}")


def locking(table: TableName) -> tuple[str, str]:
    """Statements of a server that let one writer of a table at a time go on; readers never wait."""
    return f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'", f"LOCK TABLE {table.sql} IN SHARE ROW EXCLUSIVE MODE"


def on_the_server(connection: duckdb.DuckDBPyConnection, *statements: str) -> None:
    """Have the server run statements, in the transaction that is open."""
    for statement in statements:
        connection.execute(f"CALL postgres_execute('{SINK}', {literal(statement)})")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection, *, on_server: bool) -> Iterator[None]:
    """All that the enclosed code writes, or nothing."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a server that is gone has rolled back by itself
            connection.execute("ROLLBACK")
        raise
    try:
        connection.execute("COMMIT")
    except duckdb.Error as error:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        if on_server:
            raise UncertainError(in_words(error).rstrip(".")) from None
        raise


def _day(cutoff: str) -> str:
    return f"CAST({literal(cutoff)} AS DATE)"
