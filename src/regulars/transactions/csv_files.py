"""CSV files: every value stays text, every column is the one that the header names.

DuckDB's sniffer would skip lines, drop quotes or join columns to make a faulty file fit, so nothing is left to it: the
header is read here, and DuckDB is told the delimiter and the columns.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from regulars.errors import InputError
from regulars.transactions.sql import literal, paths

DELIMITERS = ",;\t|"


def csv_sql(files: Sequence[str], lines_of: Callable[[str], Iterable[str]]) -> str:
    """Query that gives the rows of all files; columns that a file does not have are null in its rows.

    `lines_of` gives the lines of a file, of which the header is read.
    """
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for file in files:
        alike[_header(file, lines_of)].append(file)
    return " UNION ALL BY NAME ".join(_query(some, *header) for header, some in alike.items())


def _query(files: Sequence[str], delimiter: str, columns: Sequence[str]) -> str:
    types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    return f"""
        (FROM read_csv({paths(files)}, columns = {{{types}}}, auto_detect = false, header = true,
                       delim = {literal(delimiter)}, quote = '"', escape = '"'))"""


def lines_of(file: str) -> Iterator[str]:
    """Yield the lines of a local file."""
    packed = Path(file).suffix.lower().removeprefix(".")
    how = {"gz": "gzip", "zst": "zstd"}.get(packed)
    with pa.input_stream(file, compression=how) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
        yield from text


def _header(file: str, lines_of: Callable[[str], Iterable[str]]) -> tuple[str, tuple[str, ...]]:
    """Return the delimiter that splits the header into the most columns, and these."""
    found = {delimiter: _first_row(file, lines_of, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda sign: len(found[sign]))
    names = [name.strip() for name in found[delimiter]]
    if not any(names):
        raise InputError(f"{file} starts with an empty line. Its first line should name the columns.")
    names = [name or f"column {place}" for place, name in enumerate(names, start=1)]
    folded = [name.casefold() for name in names]
    twice = [name for place, name in enumerate(names) if name.casefold() in folded[:place]]
    if twice:
        raise InputError(f"{file} has more than one column named {twice[0]!r}. Rename one of them.")
    return delimiter, tuple(names)


def _first_row(file: str, lines_of: Callable[[str], Iterable[str]], delimiter: str) -> list[str]:
    try:
        return next(csv.reader(lines_of(file), delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise InputError(f"{file} cannot be read as CSV: {error}. Save it as UTF-8 text.") from None
