"""How text files are encoded, and a copy in UTF-8 of those that DuckDB cannot decode."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from regulars.errors import InputError
from regulars.progress import note
from regulars.transactions.sources.line_ends import mixes_line_ends, with_one_line_end
from regulars.transactions.sources.refusals import COPIES, no_access, unreadable
from regulars.transactions.sql import temporary_folder

BLOCK = 1 << 20  # bytes that are decoded at once
PACKED = {".gz": "gzip", ".zst": "zstd"}
LATIN, WINDOWS = "latin-1", "cp1252"
IN_WORDS = {LATIN: "Latin-1", WINDOWS: "Windows-1252"}
WINDOWS_ONLY = re.compile(rb"[\x80-\x9f]")  # signs as € and “ in Windows-1252, and none in Latin-1
UNASSIGNED = {b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"}  # neither has these


@dataclass(frozen=True)
class Text:
    """A text file: the one that DuckDB reads, how that is encoded, and its lines, of which the first are read."""

    file: str
    encoding: str
    lines: Callable[[], Iterable[str]]


def open_text(connection: duckdb.DuckDBPyConnection, file: str) -> Text:
    """Find out how a local file is encoded: UTF-16 by its mark, UTF-8 if all of it can be, else Western Europe's."""
    try:
        with _bytes_of(file) as raw:
            start = raw.read(BLOCK)
        encoding = _encoding(file, start)
    except OSError as error:
        raise no_access(file, error) from None
    if encoding == WINDOWS:
        decoded = (block.decode(WINDOWS).encode() for block in _blocks_of(file))
        file, encoding = _copy(file, temporary_folder(connection), decoded), "utf-8"
    if encoding != "utf-16" and mixes_line_ends(_blocks_of(file)):
        file = _copy(file, temporary_folder(connection) / "line ends", with_one_line_end(_blocks_of(file)))
    return Text(file, encoding, lambda: _lines_of(file, "utf-8-sig" if encoding == "utf-8" else encoding))


def _bytes_of(file: str) -> Any:
    return pa.input_stream(file, compression=_packed(file))


def _blocks_of(file: str) -> Iterator[bytes]:
    with _bytes_of(file) as raw:
        while block := raw.read(BLOCK):
            yield block


def _packed(file: str) -> str | None:
    return PACKED.get(Path(file).suffix.lower())


def _encoding(file: str, start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{file} is UTF-32 or big-endian UTF-16 text, which is not read. Save it as UTF-8.")
    if start.startswith(codecs.BOM_UTF16_LE):
        return "utf-16"
    if b"\0" in start:
        raise InputError(
            f"{file} cannot be read as CSV: it is not text. Save it as UTF-8 text, or give the log as Parquet."
        )
    if _is_utf8(file):
        return "utf-8"
    _refuse_mixed(file)
    return _western(file)


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


def _western(file: str) -> str:
    """Latin-1, or Windows-1252 where the file has signs that only that has."""
    signs: set[bytes] = set()
    with _bytes_of(file) as raw:
        while block := raw.read(BLOCK):
            signs.update(WINDOWS_ONLY.findall(block))
    if signs & UNASSIGNED:
        raise InputError(f"{file} is text in no encoding that is read: UTF-8, UTF-16, Windows-1252. Save it as UTF-8.")
    encoding = WINDOWS if signs else LATIN
    note(f"{file} is not UTF-8 text: it is read as {IN_WORDS[encoding]} (Western Europe).")
    return encoding


def _copy(file: str, folder: Path, blocks: Iterable[bytes]) -> str:
    """Write the text of a file anew into a folder, packed as it is."""
    place = Path(file).absolute()
    copy = folder / COPIES / place.relative_to(place.anchor)
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with pa.output_stream(str(copy), compression=_packed(file)) as written:
            for block in blocks:
                written.write(block)
    except OSError as error:
        raise unreadable(file, error, "CSV") from None
    return str(copy)


def _lines_of(file: str, encoding: str) -> Iterator[str]:
    with _bytes_of(file) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        yield from text
