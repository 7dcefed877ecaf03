"""CSV files: every value stays text, every column is the one that the header names.

DuckDB's sniffer would skip lines, drop quotes or join columns to make a faulty file fit, so nothing is left to it: the
header is read here, and DuckDB is told the delimiter and the columns.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.errors import InputError
from regulars.progress import note
from regulars.transactions.refusals import no_access, short
from regulars.transactions.sql import literal, paths

DELIMITERS = ",;\t|"
MOST_COLUMNS = 10_000
BLOCK = 1 << 20  # bytes that are decoded at once


@dataclass(frozen=True)
class Text:
    """A text file: how it is encoded, and its lines, of which the first are read."""

    encoding: str
    lines: Callable[[], Iterable[str]]


def csv_sql(files: Sequence[str], open_text: Callable[[str], Text]) -> str:
    """Query that gives the rows of all files; columns that a file does not have are null in its rows."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for file in files:
        text = open_text(file)
        alike[text.encoding, *_header(file, text)].append(file)
    return " UNION ALL BY NAME ".join(_query(some, *header) for header, some in alike.items())


def _query(files: Sequence[str], encoding: str, delimiter: str, columns: Sequence[str]) -> str:
    types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    return f"""
        (FROM read_csv({paths(files)}, columns = {{{types}}}, auto_detect = false, header = true,
                       encoding = '{encoding}', delim = {literal(delimiter)}, quote = '"', escape = '"'))"""


def open_text(file: str) -> Text:
    """Find out how a local file is encoded: UTF-16 by its mark, UTF-8 if all of it can be, else Latin-1."""
    try:
        with _bytes_of(file) as raw:
            start = raw.read(BLOCK)
        encoding = _encoding(file, start)
    except OSError as error:
        raise no_access(file, error) from None
    return Text(encoding, lambda: _lines_of(file, "utf-8-sig" if encoding == "utf-8" else encoding))


def _bytes_of(file: str) -> Any:
    how = {".gz": "gzip", ".zst": "zstd"}.get(Path(file).suffix.lower())
    return pa.input_stream(file, compression=how)


def _encoding(file: str, start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{file} is UTF-32 or big-endian UTF-16 text, which is not read. Save it as UTF-8.")
    if start.startswith(codecs.BOM_UTF16_LE):
        return "utf-16"
    if b"\0" in start:
        raise InputError(
            f"{file} cannot be read as CSV: it is no text. Save it as UTF-8 text, or give the log as Parquet."
        )
    if _is_utf8(file):
        return "utf-8"
    _refuse_mixed(file)
    note(f"{file} is not UTF-8 text: it is read as Latin-1 (Western Europe).")
    return "latin-1"


def _is_utf8(file: str) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _bytes_of(file) as raw:
        try:
            while block := raw.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _refuse_mixed(file: str) -> None:
    """Refuse a file that is not UTF-8 but has a line of it: read as Latin-1, its ids would be other ids."""
    first: dict[bool, int] = {}
    with io.BufferedReader(_bytes_of(file)) as raw:
        for place, line in enumerate(raw, start=1):
            if not line.isascii():
                first.setdefault(_decodes(line), place)
            if len(first) == 2:
                raise InputError(
                    f"{file} mixes encodings: line {first[True]:,} is UTF-8, line {first[False]:,} is not. "
                    "Save it as UTF-8 throughout."
                )


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines_of(file: str, encoding: str) -> Iterator[str]:
    with _bytes_of(file) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        yield from text


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
            f"{file} has one column only, {short(names[0])!r}: no comma, semicolon, tab or bar parts its first line. "
            "Save it as CSV whose first line names the columns, parted by one of these."
        )
    if any("\0" in name for name in names):
        raise InputError(f"{file} cannot be read as CSV: its first line is no text. Save it as UTF-8 text.")
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
