"""Sources: every kind of log becomes one view `source` of the columns that the user has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from regulars.errors import InputError
from regulars.params import DEMO
from regulars.transactions.cloud import find_objects, is_cloud, open_object
from regulars.transactions.csv_files import csv_sql, open_text
from regulars.transactions.databases import copy_database, is_database
from regulars.transactions.demo import cdnow_file, cdnow_sql
from regulars.transactions.files import find_files, one_kind
from regulars.transactions.frames import as_arrow
from regulars.transactions.sql import in_words, literal, load_extension, paths


@dataclass(frozen=True)
class Source:
    """A log that is open for reading as the view `source`.

    Parameters
    ----------
    name : str
        How messages call it.
    types : dict of str to str
        The user's columns with their DuckDB types, in their order.
    is_text : bool
        Whether all columns are text only because the file knows no types.
    """

    name: str
    types: dict[str, str]
    is_text: bool


def open_source(connection: duckdb.DuckDBPyConnection, source: Any, table: str | None = None) -> Source:
    """Make `source` readable as the view `source`: one row a line of the log, nothing guessed, nothing changed."""
    if isinstance(source, str | Path) and is_database(str(source)):
        is_text = copy_database(connection, str(source), table)
        return _view(connection, "FROM copied", name=f"{source}{f' ({table})' if table else ''}", is_text=is_text)
    if table is not None:
        raise InputError(f"table is {table!r}, but only a database has tables. Leave table out.")
    if not isinstance(source, str | Path):
        connection.register("frame", as_arrow(source))
        return _view(connection, "FROM frame", name="the frame", is_text=False)
    if str(source) == DEMO:
        return _view(connection, cdnow_sql(cdnow_file()), name="the demo data (CDNOW)", is_text=True)
    cloud = is_cloud(str(source))
    files = find_objects(connection, str(source)) if cloud else [str(file) for file in find_files(str(source))]
    kind = one_kind(str(source), files)
    if kind == "CSV":
        query = csv_sql(files, partial(open_object, connection) if cloud else open_text)
        return _view(connection, query, name=str(source), is_text=True)
    return _view(connection, _QUERIES[kind](connection, files), name=str(source), is_text=False)


def close_source(connection: duckdb.DuckDBPyConnection) -> None:
    """Let go of the source, and of the memory of a frame."""
    connection.execute("DROP VIEW source")
    connection.execute("DROP TABLE IF EXISTS copied")
    connection.unregister("frame")


def _parquet_sql(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> str:
    return f"FROM read_parquet({paths(files)}, union_by_name = true)"


def _json_sql(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> str:
    whole = "format = 'newline_delimited', union_by_name = true, sample_size = -1"
    return f"FROM read_json({paths(files)}, {whole}, convert_strings_to_integers = false)"


def _excel_sql(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> str:
    load_extension(connection, "excel", extra="excel", what="Excel")
    return " UNION ALL BY NAME ".join(f"(FROM read_xlsx({literal(file)}))" for file in files)


_QUERIES = {"Parquet": _parquet_sql, "JSON lines": _json_sql, "Excel": _excel_sql}


def _view(connection: duckdb.DuckDBPyConnection, query: str, *, name: str, is_text: bool) -> Source:
    try:
        connection.execute(f"CREATE VIEW source AS {query}")
        described = connection.execute("DESCRIBE source").fetchall()
        has_rows = connection.execute("SELECT 1 FROM source LIMIT 1").fetchone()
    except duckdb.Error as error:
        raise InputError(f"{name} cannot be read: {in_words(error)}") from None
    if not has_rows:
        raise InputError(f"{name} has columns but no rows. A log has a row for each line of an order.")
    return Source(name, {column: kind for column, kind, *_ in described}, is_text)
