"""Sources: every kind of log becomes one view `source` of the columns that the user has."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from regulars.errors import InputError
from regulars.params import DEMO
from regulars.transactions.csv_files import csv_sql
from regulars.transactions.demo import cdnow_file, cdnow_sql
from regulars.transactions.frames import as_arrow
from regulars.transactions.sql import GLOB_SIGNS, in_words, paths

PARQUET = (".parquet", ".pq")
CSV = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")


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
    if table is not None:
        raise InputError(f"table is {table!r}, but only a database has tables. Leave table out.")
    if not isinstance(source, str | Path):
        connection.register("frame", as_arrow(source))
        return _view(connection, "FROM frame", name="the frame", is_text=False)
    if str(source) == DEMO:
        return _view(connection, cdnow_sql(cdnow_file()), name="the demo data (CDNOW)", is_text=True)
    files = find_files(str(source))
    if _is_parquet(files[0]):
        query = f"FROM read_parquet({paths(files)}, union_by_name = true)"
        return _view(connection, query, name=str(source), is_text=False)
    return _view(connection, csv_sql(files), name=str(source), is_text=True)


def close_source(connection: duckdb.DuckDBPyConnection) -> None:
    """Let go of the source, and of the memory of a frame."""
    connection.execute("DROP VIEW source")
    connection.unregister("frame")


def find_files(path: str) -> list[Path]:
    """Return the files that a file name, a folder or a glob means, sorted, all of one kind.

    Examples
    --------
    >>> find_files("no/such/orders.csv")
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: There is no file 'no/such/orders.csv'. Give a file, a folder, a glob or 'demo'.
    """
    place = Path(path)
    if place.is_file():
        files = [place]
    elif place.is_dir():
        files = [file for file in place.rglob("*") if file.name.lower().endswith(PARQUET + CSV)]
        files = [file for file in files if not _is_hidden(file.relative_to(place))]
        if not files:
            raise InputError(f"The folder {path!r} holds no Parquet or CSV file. Give the folder of the log.")
    else:
        matches = glob.glob(path, recursive=True)  # noqa: PTH207 - Path.glob refuses absolute patterns
        files = [Path(match) for match in matches if Path(match).is_file()]
        if not files and any(sign in path for sign in GLOB_SIGNS):
            raise InputError(f"No file matches {path!r}. Correct the pattern, or give a file or a folder.")
        if not files:
            raise InputError(f"There is no file {path!r}. Give a file, a folder, a glob or 'demo'.")
    _check(path, files)
    return sorted(files)


def _check(path: str, files: Sequence[Path]) -> None:
    if len({_is_parquet(file) for file in files}) > 1:
        raise InputError(f"{path!r} mixes Parquet and CSV files. Give a glob that takes one kind, such as '*.parquet'.")
    empty = [str(file) for file in files if file.stat().st_size == 0]
    if empty:
        raise InputError(
            f"The file {empty[0]!r} is empty. A log has a header row, and a row for each line of an order."
        )


def _is_parquet(file: Path) -> bool:
    return file.name.lower().endswith(PARQUET)


def _is_hidden(file: Path) -> bool:
    return any(part.startswith((".", "_")) for part in file.parts)


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
