"""CSV files: every value stays text, every column is the one that the header names.

DuckDB's sniffer would skip lines, drop quotes or join columns to make a faulty file fit, so nothing is left to it: the
header is read here, and DuckDB is told the delimiter and the columns.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from regulars.errors import InputError
from regulars.transactions.sql import literal, paths

DELIMITERS = ",;\t|"


def csv_sql(files: Sequence[Path]) -> str:
    """Query that gives the rows of all files; columns that a file does not have are null in its rows."""
    alike: dict[tuple[str, tuple[str, ...]], list[Path]] = defaultdict(list)
    for file in files:
        alike[_header(file)].append(file)
    return " UNION ALL BY NAME ".join(_query(some, *header) for header, some in alike.items())


def _query(files: Sequence[Path], delimiter: str, columns: Sequence[str]) -> str:
    types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    return f"""
        (FROM read_csv({paths(files)}, columns = {{{types}}}, auto_detect = false, header = true,
                       delim = {literal(delimiter)}, quote = '"', escape = '"'))"""


def _header(file: Path) -> tuple[str, tuple[str, ...]]:
    """Return the delimiter that splits the header into the most columns, and these."""
    found = {delimiter: _first_row(file, delimiter) for delimiter in DELIMITERS}
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


def _first_row(file: Path, delimiter: str) -> list[str]:
    read = gzip.open if file.suffix.lower() == ".gz" else open
    try:
        with read(file, "rt", encoding="utf-8-sig", newline="") as text:
            return next(csv.reader(text, delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile) as error:
        raise InputError(f"{file} cannot be read as CSV: {error}. Save it as UTF-8 text.") from None
