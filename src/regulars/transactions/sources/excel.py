"""Workbooks as logs: all sheets of all files, copied once, every row of them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa

from regulars.errors import InputError, nearest
from regulars.transactions.sources.cloud import is_cloud
from regulars.transactions.sources.refusals import KINDS, short, some
from regulars.transactions.sources.sheets import Row, rows_of
from regulars.transactions.sources.workbook import Workbook, open_workbook
from regulars.transactions.sql import identifier, literal

BATCH = 50_000  # rows that are held at once


@dataclass(frozen=True)
class _Header:
    """What a sheet calls its columns, by their number, and the row in which it does."""

    sheet: str
    part: str
    row: int
    names: dict[int, str]

    @property
    def told(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in self.names.values())

    def unnamed(self, place: int) -> str:
        """What a column is called that has values, but no name."""
        name = f"column {place}"
        return f"{name} (without a name)" if name in self.told else name


def copy_workbooks(connection: duckdb.DuckDBPyConnection, files: Sequence[str], sheet: str | None) -> None:
    """Copy the rows of workbooks into the table `copied`, all values as text.

    Of each file all sheets that hold anything are read, one after the other, or the one named `sheet`. The first row
    with a value names the columns; every row below it, up to the last that has a value, is one of the log.

    Raises
    ------
    InputError
        If a file is no workbook, its sheets have different columns, or none is called `sheet`.
    """
    made: list[str] = []
    for file in files:
        with open_workbook(file, _opened(connection, file)) as workbook:
            for header in _headers(workbook, sheet):
                _add_columns(connection, list(header.names.values()), made)
                for batch in _batches(_rows_below(header, workbook), header):
                    _add_columns(connection, batch.column_names, made)
                    connection.register("rows", batch)
                    connection.execute("INSERT INTO copied BY NAME FROM rows")
                    connection.unregister("rows")


def _opened(connection: duckdb.DuckDBPyConnection, file: str) -> IO[bytes]:
    if not is_cloud(file):
        return Path(file).open("rb")
    found = connection.execute(f"SELECT content FROM read_blob({literal(file)})").fetchall()
    return io.BytesIO(found[0][0])


def _headers(workbook: Workbook, sheet: str | None) -> list[_Header]:
    """Return the header of each sheet that is read."""
    if sheet is not None and sheet not in workbook.sheets:
        raise InputError(
            f"it has no sheet {sheet!r}{nearest(sheet, workbook.sheets)}; it has: {some(workbook.sheets)}. Set "
            "transactions.table to one of them, or leave it out to read all"
        )
    parts = workbook.sheets if sheet is None else {sheet: workbook.sheets[sheet]}
    firsts = {name: next(rows_of(workbook, part), None) for name, part in parts.items()}
    headers = [_header(name, parts[name], first) for name, first in firsts.items() if first]
    if not headers:
        raise InputError(f"it has no sheet with a value in it. {KINDS['Excel'].rstrip('.')}")
    first, *others = headers
    if different := [header for header in others if header.told != first.told]:
        listed = "; ".join(f"{short(other.sheet)!r} has {some(other.names.values())}" for other in different[:5])
        more = f"; and {len(different) - 5:,} more differ" if len(different) > 5 else ""
        raise InputError(
            f"all its sheets are read as one log, but their columns differ: {short(first.sheet)!r} has "
            f"{some(first.names.values())}; {listed}{more}. Name the sheet of the log as transactions.table, or give "
            "all sheets the same columns"
        )
    return headers


def _header(sheet: str, part: str, row: Row) -> _Header:
    names = {place: name.strip() for place, name in row.values.items() if name.strip()}
    folded = [name.casefold() for name in names.values()]
    twice = [name for place, name in enumerate(names.values()) if name.casefold() in folded[:place]]
    if twice:
        raise InputError(
            f"sheet {short(sheet)!r} has more than one column named {short(twice[0])!r}. Rename one of them"
        )
    return _Header(sheet, part, row.number, names)


def _rows_below(header: _Header, workbook: Workbook) -> Iterator[dict[int, str]]:
    last = header.row
    for row in rows_of(workbook, header.part):
        if row.number > header.row:
            for _ in range(row.number - last - 1):
                yield {}
            yield row.values
            last = row.number


def _batches(rows: Iterator[dict[int, str]], header: _Header) -> Iterator[pa.Table]:
    while batch := list(islice(rows, BATCH)):
        places = sorted(set(header.names).union(*batch))
        names = [header.names.get(place) or header.unnamed(place) for place in places]
        columns = [pa.array([row.get(place) for row in batch], pa.string()) for place in places]
        yield pa.table(columns, names=names)


def _add_columns(connection: duckdb.DuckDBPyConnection, names: Sequence[str], made: list[str]) -> None:
    """Give the table `copied`, which is made for the first, the columns that it does not have yet."""
    listed = [f"{identifier(name)} VARCHAR" for name in names if name.casefold() not in made]
    if not made:
        connection.execute(f"CREATE TABLE copied ({', '.join(listed)})")
    else:
        for column in listed:
            connection.execute(f"ALTER TABLE copied ADD COLUMN {column}")
    made += [name.casefold() for name in names if name.casefold() not in made]
