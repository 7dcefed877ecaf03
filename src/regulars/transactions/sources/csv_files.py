"""CSV files: every value stays text, every column is the one that the header names.

DuckDB's sniffer would skip lines, drop quotes or join columns to make a faulty file fit, so nothing is left to it: the
header is read here, and DuckDB is told the delimiter and the columns.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Sequence

from regulars.errors import InputError
from regulars.transactions.sources.encodings import Text
from regulars.transactions.sources.refusals import no_access, short
from regulars.transactions.sql import literal, paths

DELIMITERS = ",;\t|"
MOST_COLUMNS = 10_000


def csv_sql(files: Sequence[str], open_text: Callable[[str], Text]) -> str:
    """Query that gives the rows of all files; columns that a file does not have are null in its rows."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for file in files:
        text = open_text(file)
        alike[text.encoding, *_header(file, text)].append(text.file)
    return " UNION ALL BY NAME ".join(_query(some, *header) for header, some in alike.items())


def _query(files: Sequence[str], encoding: str, delimiter: str, columns: Sequence[str]) -> str:
    types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    return f"""
        (FROM read_csv({paths(files)}, columns = {{{types}}}, auto_detect = false, header = true,
                       encoding = '{encoding}', delim = {literal(delimiter)}, quote = '"', escape = '"'))"""


def _header(file: str, text: Text) -> tuple[str, tuple[str, ...]]:
    """Return the delimiter that splits the header into the most columns, and these."""
    found = {delimiter: _first_row(file, text, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda sign: len(found[sign]))
    names = [name.strip() for name in found[delimiter]]
    if len(names) > MOST_COLUMNS:
        raise InputError(
            f"{file} has {len(names):,} columns; at most {MOST_COLUMNS:,} are read. Keep those of the log."
        )
    if not any(names):
        raise InputError(f"{file} starts with an empty line. Its first line should name the columns.")
    if len(names) == 1:
        raise InputError(
            f"{file} has one column only, {short(names[0])!r}: no comma, semicolon, tab or bar separates names in its "
            "first line. Save it as CSV whose first line names the columns, separated by one of these."
        )
    if any("\0" in name for name in names):
        raise InputError(f"{file} cannot be read as CSV: its first line is not text. Save it as UTF-8 text.")
    names = [name or f"column {place}" for place, name in enumerate(names, start=1)]
    folded = [name.casefold() for name in names]
    twice = [name for place, name in enumerate(names) if name.casefold() in folded[:place]]
    if twice:
        raise InputError(f"{file} has more than one column named {short(twice[0])!r}. Rename one of them.")
    return delimiter, tuple(names)


def _first_row(file: str, text: Text, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(text.lines(), delimiter=delimiter), [])
    except csv.Error:  # a field without end: not this delimiter
        return ["a field without end"]
    except UnicodeDecodeError as error:
        raise InputError(f"{file} cannot be read as CSV: {error}. Save it as UTF-8 text.") from None
    except OSError as error:
        raise no_access(file, error) from None
