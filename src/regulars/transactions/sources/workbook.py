"""A workbook (.xlsx): its sheets, its shared texts, and which of its cell styles are days.

The format is a ZIP archive of XML parts (ECMA-376). It is read here, and not by DuckDB, because that takes one sheet,
types a column by its first value, and where it is asked for texts gives days as serial numbers.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import IO, Any
from xml.parsers import expat

from regulars.errors import InputError
from regulars.transactions.sources.refusals import unreadable

BLOCK = 1 << 18  # bytes of XML that are parsed at once
OLD = b"\xd0\xcf\x11\xe0"  # how .xls files begin, and workbooks with a password
DAYS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # number formats that every workbook has
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
PLAIN = ("general", "standard", "@")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError, RuntimeError),
    *(LookupError, ValueError, ArithmeticError, struct.error),
)

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]


def ignore(_: str) -> None:
    """Do nothing about an end or a text."""


class Workbook:
    """An open workbook.

    Parameters
    ----------
    opened : binary file
        What it is read from.

    Raises
    ------
    InputError
        If it is protected by a password, or a workbook of the old kind.
    """

    def __init__(self, opened: IO[bytes]) -> None:
        if opened.read(4) == OLD:
            raise InputError(
                "it is protected by a password, or a workbook of the old kind (.xls). Save it without one, as .xlsx"
            )
        self._archive = zipfile.ZipFile(opened)
        self._parts = {name.replace("\\", "/").lower(): name for name in self._archive.namelist()}
        self._part = next(path for kind, path in self._relations("").values() if kind == "officeDocument")
        self._related = self._relations(self._part)
        self.sheets: dict[str, str] = {}
        self.begins_1904 = False
        self.parse(self._part, self._note_sheet)

    def parse(self, part: str, start: Start, end: End = ignore, text: End = ignore) -> None:
        """Call `start`, `end` and `text` for all that a part holds."""
        for _ in self.parsing(part, start, end, text):
            pass

    def parsing(self, part: str, start: Start, end: End = ignore, text: End = ignore) -> Iterator[None]:
        """Do what `parse` does, with a pause after each block; names come without their namespace."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.CharacterDataHandler = text

        def begin(root: str, attributes: Attributes) -> None:
            prefix = len(root.rpartition(":")[0])  # most have none, and are not slowed down by it
            after = prefix + 1 if prefix else 0
            parser.StartElementHandler = (lambda name, given: start(name[after:], given)) if after else start
            parser.EndElementHandler = (lambda name: end(name[after:])) if after else end
            start(root[after:], attributes)

        parser.StartElementHandler = begin
        with self._archive.open(self._parts[part.lower()]) as opened:
            while block := opened.read(BLOCK):
                parser.Parse(block, False)
                yield
        parser.Parse(b"", True)
        yield

    @cached_property
    def texts(self) -> list[str]:
        """The texts that cells share."""
        texts: list[str] = []
        part = self._of_kind("sharedStrings")
        if part:
            reader = TextReader("si", texts.append)
            self.parse(part, reader.start, reader.end, reader.pieces.append)
        return texts

    @cached_property
    def day_styles(self) -> frozenset[str]:
        """The numbers of the cell styles that show a number as a day or a time."""
        part = self._of_kind("styles")
        reader = _Styles()
        if part:
            self.parse(part, reader.start, reader.end)
        return frozenset(reader.days)

    def _note_sheet(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.begins_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif name == "sheet":
            kind, path = self._related[_local(attributes, "id")]
            if kind == "worksheet":  # a chart may have a sheet of its own
                self.sheets[attributes["name"]] = path

    def _of_kind(self, expected: str) -> str | None:
        return next((path for kind, path in self._related.values() if kind == expected), None)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Kind and path of the parts that a part refers to, by the name that it has for them."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(element: str, attributes: Attributes) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                path = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
                found[attributes["Id"]] = (attributes["Type"].rpartition("/")[2], path)

        self.parse(posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return found


@contextmanager
def open_workbook(file: str, opened: IO[bytes]) -> Iterator[Workbook]:
    """Open a workbook; what is found to be wrong with it, then or later, is one error in words."""
    try:
        with opened:
            yield Workbook(opened)
    except InputError as error:
        raise InputError(f"{file} cannot be read: {error}.") from None
    except StopIteration:
        raise unreadable(file, ValueError("it is not a workbook"), "Excel") from None
    except DAMAGED as error:
        raise unreadable(file, ValueError(_what(error)), "Excel") from None


class TextReader:
    """Puts together the runs of texts, without the pronunciation that may stand beside them.

    Parameters
    ----------
    whole : str
        The element that holds all runs of a text.
    found : callable
        What is called with each text.
    """

    def __init__(self, whole: str, found: Callable[[str], None]) -> None:
        self.pieces: list[str] = []
        self._whole, self._found = whole, found
        self._text, self._aside = "", False

    def start(self, name: str, _: Attributes) -> None:
        """An element begins."""
        if name == "t":
            self.pieces.clear()
        elif name == "rPh":
            self._aside = True

    def end(self, name: str) -> None:
        """An element ends; where it is the whole text, tell it."""
        if name == "t" and not self._aside:
            self._text += "".join(self.pieces)
        elif name == "rPh":
            self._aside = False
        elif name == self._whole:
            self._found(unescaped(self._text))
            self._text = ""


def unescaped(text: str) -> str:
    r"""Return a text with the signs that XML cannot hold.

    Examples
    --------
    >>> unescaped("a_x000D_b"), unescaped("_x005F_x000D_")
    ('a\rb', '_x000D_')
    """
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def shows_days(number_format: str) -> bool:
    """Tell whether a number format shows a number as a day or a time.

    Examples
    --------
    >>> [shows_days(code) for code in ("yyyy-mm-dd", "[$-409]h:mm AM/PM;@", '0.0 "days"', "[Red]0.00", "[h]:mm")]
    [True, True, False, False, False]
    """
    bare = LITERAL.sub("", number_format).lower()
    return bare not in PLAIN and not ELAPSED.search(bare) and any(sign in bare for sign in "ymdhs")


class _Styles:
    """Finds the cell styles whose number format shows days."""

    def __init__(self) -> None:
        self.days: list[str] = []
        self._formats = {str(number) for number in DAYS}
        self._place, self._here = 0, False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            change = self._formats.add if shows_days(attributes["formatCode"]) else self._formats.discard
            change(attributes["numFmtId"])
        elif name == "cellXfs":
            self._here = True
        elif name == "xf" and self._here:
            if attributes.get("numFmtId") in self._formats:
                self.days.append(str(self._place))
            self._place += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._here = False


def _local(attributes: Attributes, expected: str) -> str:
    return next(value for name, value in attributes.items() if name.rpartition(":")[2] == expected)


def _refuse_doctype(*_: Any) -> None:
    raise ValueError("one of its parts declares a document type, which no workbook does")


def _what(error: Exception) -> str:
    """Say what is wrong; a name that is not there says nothing by itself."""
    if isinstance(error, LookupError):
        return "a part of it, or of its texts, is missing"
    return f"it is damaged ({error})"
