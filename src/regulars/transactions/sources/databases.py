"""Databases: a table or the rows of a query, copied once, so that every later pass sees the same rows.

They are opened to be read only. Secrets come from the environment (PostgreSQL: PGPASSWORD or a password file) and never
stand in parameters, messages or logs.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from regulars.errors import InputError, nearest
from regulars.redact import holds_secret
from regulars.transactions.sources.refusals import unreadable
from regulars.transactions.sql import identifier, literal, load_extension

POSTGRES = ("postgresql", "postgres")
QUERY = re.compile(r"\s*(select|with|from|values)\b", re.IGNORECASE)
BATCH = 100_000  # rows of SQLite that are held at once
NO_TEXT = re.compile("[\ud800-\udfff]")  # what stands for bytes that are no UTF-8


def is_database(source: str) -> bool:
    """Tell whether a source is the address of a PostgreSQL database, or a file of SQLite or DuckDB."""
    return is_postgres(source) or file_kind(Path(source)) is not None


def copy_database(connection: duckdb.DuckDBPyConnection, source: str, table: str | None) -> bool:
    """Copy a table, or what a query gives, into the table `copied`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where to.
    source : str
        `postgresql://user@host:port/database`, or the path of a SQLite or DuckDB file.
    table : str, optional
        A table, with its schema where that is not the usual one, or a SELECT in the database's own SQL. Without it
        the database must have one table only.

    Returns
    -------
    bool
        Whether all columns are text because the database knows no types.

    Raises
    ------
    InputError
        If the database cannot be reached or read, or the table is not there.
    """
    try:
        if is_postgres(source):
            _copy_postgres(connection, source, table)
        elif file_kind(Path(source)) == "DuckDB":
            _copy_duckdb(connection, source, table)
        else:
            _copy_sqlite(connection, source, table)
            return True
    except (duckdb.Error, sqlite3.Error, UnicodeError) as error:
        raise unreadable(source, error, "database") from None
    return False


def is_postgres(source: str) -> bool:
    """Tell whether an address is one of a PostgreSQL database."""
    return source.partition("://")[0] in POSTGRES


def file_kind(file: Path) -> str | None:
    """Say whose database a file is, by its first bytes."""
    if not file.is_file():
        return None
    with file.open("rb") as opened:
        start = opened.read(16)
    if start.startswith(b"SQLite format 3"):
        return "SQLite"
    return "DuckDB" if start[8:12] == b"DUCK" else None


def attach_postgres(
    connection: duckdb.DuckDBPyConnection, source: str, name: str, *, given_in: str, read_only: bool = True
) -> None:
    """Attach a PostgreSQL database under a name; `given_in` is where the address stands, for messages."""
    if holds_secret(source):
        raise InputError(
            f"The address of the database holds a password. Take it out of {given_in} and put it into the "
            "environment variable PGPASSWORD."
        )
    load_extension(connection, "postgres_scanner", extra="postgres", what="PostgreSQL")
    connection.execute(f"ATTACH {literal(source)} AS {name} (TYPE postgres{', READ_ONLY' if read_only else ''})")


def _copy_postgres(connection: duckdb.DuckDBPyConnection, source: str, table: str | None) -> None:
    attach_postgres(connection, source, "shop", given_in="transactions.path")
    if table and QUERY.match(table):
        connection.execute(f"CREATE TABLE copied AS FROM postgres_query('shop', {literal(table)})")
    else:
        connection.execute(f"CREATE TABLE copied AS FROM shop.{_found(_tables(connection, 'shop'), table, 'public')}")
    connection.execute("DETACH shop")


def _copy_duckdb(connection: duckdb.DuckDBPyConnection, source: str, table: str | None) -> None:
    with closing(duckdb.connect(source, read_only=True, config={"enable_external_access": "false"})) as database:
        database.execute("SET TimeZone = 'UTC'")  # so that a query gives the same days on every machine
        query = table if table and QUERY.match(table) else None
        current = database.execute("SELECT current_database()").fetchall()[0][0]
        query = query or f"FROM {_found(_tables(database, current), table, 'main')}"
        connection.register("rows", database.execute(query).to_arrow_reader())
        connection.execute("CREATE TABLE copied AS FROM rows")
        connection.unregister("rows")


def _copy_sqlite(connection: duckdb.DuckDBPyConnection, source: str, table: str | None) -> None:
    """Copy values as text: SQLite keeps any type in any column."""
    with closing(
        sqlite3.connect(f"{Path(source).resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    ) as database:
        database.text_factory = _decoded
        query = table if table and QUERY.match(table) else None
        found = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        tables = [("main", name) for (name,) in found if not name.startswith("sqlite_")]
        cursor = database.execute(query or f"SELECT * FROM {_found(tables, table, 'main')}")
        names = [name for name, *_ in cursor.description]
        listed = ", ".join(f"{identifier(name)} VARCHAR" for name in names)
        connection.execute(f"CREATE TABLE copied ({listed})")
        for batch in _batches(source, cursor, names):
            connection.register("rows", batch)
            connection.execute("INSERT INTO copied FROM rows")
            connection.unregister("rows")


def _batches(source: str, cursor: sqlite3.Cursor, names: Sequence[str]) -> Iterator[pa.Table]:
    before = 0
    while rows := cursor.fetchmany(BATCH):
        columns = zip(*rows, strict=True)
        texts = [_texts(source, name, before, column) for name, column in zip(names, columns, strict=True)]
        yield pa.table(texts, names=names)
        before += len(rows)


def _texts(source: str, name: str, before: int, values: Sequence[Any]) -> pa.Array:
    """Values as texts; `before` rows came before them. What is no text may name a customer, and is not shown."""
    texts = [value if value is None or isinstance(value, str) else _text(value) for value in values]
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        wrong = [place for place, text in enumerate(texts, start=before + 1) if text and NO_TEXT.search(text)]
        more = f" and {len(wrong) - 1:,} more of the rows near it" if len(wrong) > 1 else ""
        raise InputError(
            f"{source} cannot be read: column {name!r} holds bytes that are no UTF-8 text in row {wrong[0]:,}{more}. "
            "Write them as UTF-8 text, or give a SELECT without them as transactions.table."
        ) from None


def _text(value: Any) -> str:
    return _decoded(value) if isinstance(value, bytes) else str(value)


def _decoded(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")  # noticed later, with the place


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    return connection.execute(
        """SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $1 AND NOT internal
           UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = $1 AND NOT internal
           ORDER BY ALL""",
        [database],
    ).fetchall()


def _found(tables: Sequence[tuple[str, str]], asked: str | None, usual: str) -> str:
    """SQL: the table that is asked for, quoted."""
    named = {name if schema == usual else f"{schema}.{name}": (schema, name) for schema, name in tables}
    if asked is None and len(named) == 1:
        asked = next(iter(named))
    if asked not in named:
        here = ", ".join(sorted(named)) or "none"
        what = "No table is named" if asked is None else f"There is no table {asked!r}{nearest(asked, named)}"
        raise InputError(f"{what}; the database has: {here}. Set transactions.table to one of them, or to a SELECT.")
    schema, name = named[asked]
    return f"{identifier(schema)}.{identifier(name)}"
