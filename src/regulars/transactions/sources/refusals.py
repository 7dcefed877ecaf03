"""What DuckDB and the file system find wrong with a source, in words that say what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb

from regulars.errors import InputError
from regulars.redact import redact
from regulars.transactions.sql import LONGEST, in_words

LONGEST_NAME = 80  # characters of a column's name that are shown
MANY = 20  # names that are shown
KINDS = {  # of source: what can be done about one that cannot be read
    "CSV": "Correct the file, or export it again as UTF-8 text.",
    "Parquet": "It is damaged, cut short, or something else: export or copy it again.",
    "JSON lines": "Give one JSON object a line, all with the same names.",
    "Excel": "Save it as a workbook (.xlsx) whose sheets begin with the names of the columns.",
    "database": "Check the address, the rights and the query, and whether the server is up.",
    "storage": "Check the address, and the keys, region and endpoint in the environment (AWS_...).",
    "frame": "Turn its columns into numbers, texts and dates first.",
}
NO_ROOM = re.compile(r"No space left|File too large|Disk quota|max_temp_directory_size|Could not write", re.IGNORECASE)
COPIES = "copies in UTF-8"  # folder in which DuckDB reads texts that it cannot decode where they are
CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
CSV_FILE = re.compile(r"^ *file = (.+)$", re.MULTILINE)
CSV_FIELDS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
JSON_OBJECT = re.compile(r"Object \{.*(?= has )")  # its values may name a customer
PARQUET_VALUE = re.compile(r"(?<=Invalid string encoding found in Parquet file).*", re.DOTALL)  # it may name one too
CSV_FAULTS = {
    "unterminated quote": "has a quote that is not closed, or text after one that is. Double the quotes inside a field",
    "Maximum line size": "is longer than 2,000,000 bytes. Shorten its fields, or close a quote that was left open",
}


def unreadable(name: str, error: Exception, kind: str) -> InputError:
    """Make one error of what was found in a source of a kind."""
    found = str(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        return InputError(
            f"{name} does not fit the memory, even with what can be put on disk: {in_words(error).rstrip('.')}. "
            "Raise memory_limit, or free space in the temporary folder."
        )
    if NO_ROOM.search(found):
        return InputError(
            f"{name} does not fit on the disk: {in_words(error)}. Free space there, or name a larger temporary "
            "folder in the environment variable TMPDIR."
        )
    if kind == "CSV" and (line := CSV_LINE.search(found)):
        file = CSV_FILE.search(found)
        place = file[1].rpartition(COPIES)[2] if file else name
        return InputError(f"{place} cannot be read: line {int(line[1]):,} {_csv_fault(found)}.")
    text = JSON_OBJECT.sub("an object", PARQUET_VALUE.sub("", in_words(error))).rstrip(".; ")
    return InputError(f"{name} cannot be read: {text}. {KINDS[kind]}")


def no_access(source: object, error: OSError) -> InputError:
    """Make one error of what the file system refuses, or of a file that cannot be unpacked to its end."""
    name = redact(str(source))[:LONGEST]
    if error.errno:
        return InputError(f"{name} cannot be opened: {error.strerror}. Check the path, and that you may read it.")
    return InputError(
        f"{name} cannot be read: {error}. It is damaged, cut short, or not packed as its name says: copy or export it "
        "again."
    )


def short(name: str) -> str:
    """Return a name as messages show it."""
    name = redact(name)
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def some(names: Iterable[str]) -> str:
    """Name a few of many.

    Examples
    --------
    >>> some(f"c{k}" for k in range(1_000)).rpartition(", ")[2]
    'c19 and 980 more'
    """
    every = [short(name) for name in names]
    return ", ".join(every[:MANY]) + (f" and {len(every) - MANY:,} more" if len(every) > MANY else "")


def _csv_fault(found: str) -> str:
    """Say what is wrong with a line; its text may name a customer, and is left out."""
    if fields := CSV_FIELDS.search(found):
        expected, has = int(fields[1]), int(fields[2])
        return (
            f"has {has:,} field{'s' if has > 1 else ''} where the first line names {expected:,}. "
            "Quote fields that hold the delimiter, and leave empty what is absent"
        )
    return next(
        (text for sign, text in CSV_FAULTS.items() if sign in found), f"breaks the rules of CSV. {KINDS['CSV']}"
    )
