"""The rows of a sheet, every value as the text that CSV would have."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from regulars.transactions.sources.workbook import Attributes, TextReader, Workbook, unescaped

DIGITS = "0123456789"
REPEATED = 1 << 16  # numbers whose text is kept, for most occur again
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of a sheet
EXACT = 2**53  # from here on a float no longer tells whole numbers apart
FIRST_DAYS = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # of serial number 0
NO_LEAP_DAY = 60  # serial number of 29 February 1900, which Excel has and no calendar
LAST_DAY = 2_958_466  # the first one after 9999


@dataclass(frozen=True)
class Row:
    """The values of a row by the number of their column, both from 1; blank cells are left out."""

    number: int
    values: dict[int, str]


def rows_of(workbook: Workbook, part: str) -> Iterator[Row]:
    """Yield the rows of a sheet that have a value, in their order."""
    reader = _Cells(workbook)
    for _ in workbook.parsing(part, reader.start, reader.end, reader.pieces.append):
        yield from reader.rows
        reader.rows.clear()


class _Cells:
    """Makes rows of the elements of a sheet. It is called millions of times: what is usual comes first."""

    def __init__(self, workbook: Workbook) -> None:
        self.rows: list[Row] = []
        self.pieces: list[str] = []
        self._texts, self._day_styles, self._begins_1904 = workbook.texts, workbook.day_styles, workbook.begins_1904
        self._row, self._values = 0, dict[int, str]()
        self._column, self._kind, self._style = 0, "n", ""
        self._value, self._formula = "", ""
        self._inline = TextReader("is", self._take)
        self._inline.pieces = self.pieces

    def _take(self, value: str) -> None:
        self._value = value

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            place = attributes.get("r")
            self._column = column_of(place.rstrip(DIGITS)) if place else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._value, self._formula = "", ""
        elif name in ("v", "f"):
            self.pieces.clear()
        elif name == "row":
            self._row = max(int(attributes.get("r", 0)), self._row + 1)
            self._column = 0
        else:
            self._inline.start(name, attributes)

    def end(self, name: str) -> None:
        if name == "v":
            self._value = "".join(self.pieces)
        elif name == "c":
            if value := self._found():
                if self._column in self._values:
                    raise ValueError(f"row {self._row} has two cells in one place")
                self._values[self._column] = value
        elif name == "row":
            self._close_row()
        elif name == "f":
            self._formula = f"={''.join(self.pieces)}"
        else:
            self._inline.end(name)

    def _close_row(self) -> None:
        if self._row > MOST_ROWS or max(self._values, default=0) > MOST_COLUMNS:
            raise ValueError("a sheet has more rows or columns than one can have")
        if self._values:
            self.rows.append(Row(self._row, self._values))
            self._values = {}

    def _found(self) -> str:
        value, kind = self._value, self._kind
        if not value:  # a formula that nobody has computed is shown: its row must not pass for one without a value
            return self._formula if kind != "str" else ""
        if kind == "n":
            return day_text(value, self._begins_1904) if self._style in self._day_styles else plain(value)
        if kind == "s":
            return self._texts[int(value)]
        if kind == "b":
            return "true" if value == "1" else "false"
        return unescaped(value) if kind == "str" else value


@lru_cache(MOST_COLUMNS)
def column_of(letters: str) -> int:
    """Return the number of a column, from 1.

    Examples
    --------
    >>> column_of("A"), column_of("AB")
    (1, 28)
    """
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise ValueError(f"a cell stands in column {letters[:9]!r}")
    column = 0
    for sign in letters:
        column = 26 * column + ord(sign) - 64
    return column


@lru_cache(REPEATED)
def plain(number: str) -> str:
    """Return a number as people write it: a whole one without decimals, others with the fewest digits that tell them.

    Examples
    --------
    >>> plain("12345"), plain("12345.0"), plain("2.6749999999999998"), plain("1.5E-3"), plain("1E+20")
    ('12345', '12345', '2.675', '0.0015', '1e+20')
    """
    if number.isdecimal() and number.isascii() and len(number) < 16:
        return number
    try:
        value = float(number)
    except ValueError:
        return number
    return str(int(value)) if abs(value) < EXACT and value == int(value) else str(value)


@lru_cache(REPEATED)
def day_text(serial: str, begins_1904: bool) -> str:
    """Return the day, and the time if there is one, of a serial number of days; a number that shows none stays one.

    Examples
    --------
    >>> [day_text(serial, False) for serial in ("40148.322916666664", "43831", "59", "0.5", "-1")]
    ['2009-12-01 07:45:00', '2020-01-01', '1900-02-28', '12:00:00', '-1']
    >>> day_text("42369", True)
    '2020-01-01'
    """
    try:
        days = float(serial)
    except ValueError:
        return serial
    if not 0 <= days < LAST_DAY or (not begins_1904 and int(days) == NO_LEAP_DAY):
        return plain(serial)
    if not begins_1904 and days < NO_LEAP_DAY:
        days += 1
    moment = FIRST_DAYS[begins_1904] + dt.timedelta(milliseconds=round(days * 86_400_000))
    if float(serial) < 1:
        return str(moment.time())
    return str(moment if moment.time() != dt.time() else moment.date())
