"""Sources: every kind of log becomes one view `source` of the columns that the user has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from regulars.errors import InputError
from regulars.params import DEMO
from regulars.redact import remember
from regulars.transactions.sources.cloud import find_objects, is_cloud, open_object
from regulars.transactions.sources.csv_files import csv_sql
from regulars.transactions.sources.databases import copy_database, is_database
from regulars.transactions.sources.demo import cdnow_file, cdnow_sql
from regulars.transactions.sources.encodings import open_text
from regulars.transactions.sources.excel import copy_workbooks
from regulars.transactions.sources.files import find_files, one_kind
from regulars.transactions.sources.formats import QUERIES
from regulars.transactions.sources.frames import as_arrow
from regulars.transactions.sources.refusals import COPIES, no_access, unreadable
from regulars.transactions.sources.stillness import standing_still
from regulars.transactions.sql import connect, temporary_folder

EXPORTED = "exported"  # what a known export was before columns were derived from it: a view, or a table


@dataclass(frozen=True)
class Source:
    """A log that is open for reading as the view `source`.

    Parameters
    ----------
    name : str
        How messages call it.
    types : dict of str to str
        The user's columns with their DuckDB types, in their order.
    kind : str
        What it is read from, one of `refusals.KINDS`.
    untyped : frozenset of str
        The columns that have no type of their own: the file knows none, or its parts have different ones.
    """

    name: str
    types: dict[str, str]
    kind: str
    untyped: frozenset[str]


def open_source(connection: duckdb.DuckDBPyConnection, source: Any, table: str | None = None) -> Source:
    """Make `source` readable as the view `source`: one row a line of the log, nothing guessed, nothing changed.

    Raises
    ------
    InputError
        If it cannot be read, or has no rows.
    """
    opened = open_rows(connection, source, table)
    try:
        has_rows = connection.execute("SELECT 1 FROM source LIMIT 1").fetchone()
    except duckdb.Error as error:
        raise unreadable(opened.name, error, opened.kind) from None
    if not has_rows:
        raise InputError(f"{opened.name} has columns but no rows. A log has a row for each line of an order.")
    return opened


def open_rows(connection: duckdb.DuckDBPyConnection, source: Any, table: str | None = None) -> Source:
    """Make `source` readable as the view `source`, whether or not it has rows."""
    is_path = isinstance(source, str | Path)
    if is_path:
        remember(str(source))
    try:
        if is_path and is_database(str(source)):
            is_text = copy_database(connection, str(source), table)
            name = f"{source}{f' ({table})' if table else ''}"
            return _view(connection, "FROM copied", name=name, kind="database", is_text=is_text)
        if is_path:
            return _open_files(connection, str(source), table)
        _refuse_table(table)
        return _open_frame(connection, source)
    except OSError as error:
        raise no_access(source, error) from None


@contextmanager
def opened_beside(
    source: Any, table: str | None = None, *, memory_limit: str | None, may_be_empty: bool = False
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Source]]:
    """Open what stands beside the log in a database of its own, for as long as it is read.

    Raises
    ------
    InputError
        If DuckDB fails on it, or it changes meanwhile; or if it has no rows, where it may not be empty.
    """
    with closing(connect(memory_limit)) as connection, standing_still(connection, source):
        opened = open_rows(connection, source, table) if may_be_empty else open_source(connection, source, table)
        try:
            yield connection, opened
            close_source(connection)
        except duckdb.Error as error:
            raise unreadable(opened.name, error, opened.kind) from None


def _open_frame(connection: duckdb.DuckDBPyConnection, frame: Any) -> Source:
    try:
        table, mixed = as_arrow(frame)
        connection.register("frame", table)
    except duckdb.Error as error:
        raise unreadable("the frame", error, "frame") from None
    return _view(connection, "FROM frame", name="the frame", kind="frame", mixed=mixed)


def _refuse_table(table: str | None) -> None:
    if table is not None:
        raise InputError(f"table is {table!r}, but only databases have tables, and workbooks sheets. Leave table out.")


def _open_files(connection: duckdb.DuckDBPyConnection, path: str, table: str | None) -> Source:
    if path == DEMO:
        _refuse_table(table)
        query = cdnow_sql(cdnow_file())
        return _view(connection, query, name="the demo data (CDNOW)", kind="CSV", is_text=True)
    cloud = is_cloud(path)
    files = find_objects(connection, path) if cloud else [str(file) for file in find_files(path)]
    kind = one_kind(path, files)
    if kind != "Excel":
        _refuse_table(table)
    mixed: frozenset[str] = frozenset()
    try:
        if kind == "Excel":
            copy_workbooks(connection, files, table)
            query = "FROM copied"
        elif kind == "CSV":
            query = csv_sql(files, partial(open_object if cloud else open_text, connection))
        else:
            query, mixed = QUERIES[kind](connection, files)
    except duckdb.Error as error:
        raise unreadable(path, error, kind) from None
    return _view(connection, query, name=path, kind=kind, is_text=kind in ("CSV", "Excel"), mixed=mixed)


def close_source(connection: duckdb.DuckDBPyConnection) -> None:
    """Let go of the source, of the memory of a frame, and of copies of texts."""
    connection.execute("DROP VIEW source")
    asked = f"SELECT table_type FROM information_schema.tables WHERE table_name = '{EXPORTED}'"
    for (kind,) in connection.execute(asked).fetchall():
        connection.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {EXPORTED}")
    connection.execute("DROP TABLE IF EXISTS copied")
    connection.unregister("frame")
    shutil.rmtree(temporary_folder(connection) / COPIES, ignore_errors=True)


def _view(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    *,
    name: str,
    kind: str,
    is_text: bool = False,
    mixed: frozenset[str] = frozenset(),
) -> Source:
    try:
        connection.execute(f"CREATE VIEW source AS {query}")
        described = connection.execute("DESCRIBE source").fetchall()
    except duckdb.Error as error:
        raise unreadable(name, error, kind) from None
    types = {column: kind for column, kind, *_ in described}
    return Source(name, types, kind, frozenset(types) if is_text else mixed)
