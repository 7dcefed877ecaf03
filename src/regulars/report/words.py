"""Figures as people read them: thousands separators, ISO dates, a dash for what is not known."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

UNKNOWN = "–"
NARROW = "\N{NO-BREAK SPACE}"
_IN_WORDS = re.compile(rf"\b\d{{1,2}} (?:{'|'.join(calendar.month_name[1:])})(?: \d{{4}})?\b")
_TAG_OR_DAY = re.compile(r"<(style|title|svg|time)\b.*?</\1>|<[^>]*>|\b\d{4}-\d{2}-\d{2}\b", re.DOTALL)


def number(value: Any, digits: int = 0) -> str:
    """Write a number with thousands separators.

    Examples
    --------
    >>> number(23570), number(0.1234, 2), number(-3.5, 1), number(None)
    ('23,570', '0.12', '−3.5', '–')
    """
    if _unknown(value):
        return UNKNOWN
    text = f"{float(value):,.{digits}f}"
    text = text.removeprefix("-") if not any(digit in "123456789" for digit in text) else text
    return text.replace("-", "−")


@dataclass(frozen=True)
class Money:
    r"""How amounts are written: as by `money`, with the sign or code of a currency before them, if any.

    Examples
    --------
    >>> Money("$")(2500315.63), Money("EUR")(-12.5), Money(None)(None)
    ('$2,500,316', '−EUR\xa012.50', '–')
    """

    currency: str | None

    def __call__(self, value: Any) -> str:
        """Write an amount."""
        text = money(value)
        if self.currency is None or _unknown(value):
            return text
        gap = NARROW if self.currency[-1].isalnum() else ""
        sign, amount = ("−", text[1:]) if text.startswith("−") else ("", text)
        return f"{sign}{self.currency}{gap}{amount}"


def money(value: Any) -> str:
    """Write an amount: whole from 1,000 on, else to the cent.

    Examples
    --------
    >>> money(2500315.63), money(12.5)
    ('2,500,316', '12.50')
    """
    return UNKNOWN if _unknown(value) else number(value, 0 if abs(float(value)) >= 1000 else 2)


def rough(value: float, write: Callable[[float], str]) -> str:
    """Write a figure that is not exact to three digits.

    Examples
    --------
    >>> rough(2_320_366.4, Money("£")), rough(503.92, Money("£")), rough(4503.2, number), rough(0.0, number)
    ('£2,320,000', '£504', '4,500', '0')
    """
    text = write(round(value, 2 - math.floor(math.log10(abs(value)))) if abs(value) >= 1 else value)
    return text.removesuffix(".00")


def percent(value: Any, digits: int = 0) -> str:
    r"""Write a share as a percentage; what is nearly, but not, none or all is not rounded to it.

    Examples
    --------
    >>> percent(0.8374), percent(-0.0512, 1), percent(0.9999), percent(1.0)
    ('84\xa0%', '−5.1\xa0%', '>\xa099\xa0%', '100\xa0%')
    """
    if _unknown(value):
        return UNKNOWN
    share, half = float(value), 0.5 * 10 ** -(digits + 2)
    if 1 - half <= share < 1:
        return f">{NARROW}{number(100 - 10**-digits, digits)}{NARROW}%"
    if 0 < share < half:
        return f"<{NARROW}{number(10**-digits, digits)}{NARROW}%"
    return f"{number(100 * share, digits)}{NARROW}%"


def bias(value: Any) -> str:
    r"""Write how far a total lies from the actual one: with a plus where it is too high.

    Examples
    --------
    >>> bias(0.6), bias(-0.051)
    ('+60.0\xa0%', '−5.1\xa0%')
    """
    return UNKNOWN if _unknown(value) else f"{signed(100 * float(value), 1)}{NARROW}%"


def points(value: Any) -> str:
    """Write a difference between shares.

    Examples
    --------
    >>> points(0.0162), points(0.01)
    ('1.6 points', '1.0 points')
    """
    return f"{number(100 * float(value), 1)} points"


def minus(text: str) -> str:
    """Write the minus of every figure in a text as it stands in the tables; days and words keep their hyphens.

    Examples
    --------
    >>> minus("log-loss since 1998-07-01: -0.05 [-0.06, -4.2e-16]"), minus("-3.5")
    ('log-loss since 1998-07-01: −0.05 [−0.06, −4.2e−16]', '−3.5')
    """
    return re.sub(r"(?<![\w-])-(?=\d)|(?<=\de)-(?=\d)", "−", text)


def unbroken(page: str) -> str:
    r"""Keep percentages and calendar days in the text of a page on one line, whoever wrote the sentence.

    Examples
    --------
    >>> unbroken("<p class='1998-07-01'>15 % at 1998-07-01</p>")
    "<p class='1998-07-01'>15\xa0% at <time>1998-07-01</time></p>"
    >>> unbroken("2 January to 31 January 2018")
    '2\xa0January to 31\xa0January\xa02018'
    """
    page = _IN_WORDS.sub(lambda day: day[0].replace(" ", NARROW), page.replace(" %", f"{NARROW}%"))
    return _TAG_OR_DAY.sub(lambda found: found[0] if found[0][0] == "<" else f"<time>{found[0]}</time>", page)


def signed(value: Any, digits: int = 3) -> str:
    """Write a difference with its sign.

    Examples
    --------
    >>> signed(0.0123), signed(-0.5, 1), signed(0.00001)
    ('+0.012', '−0.5', '0.000')
    """
    text = number(value, digits)
    return text if _unknown(value) or text.startswith("−") or float(text.replace(",", "")) == 0 else f"+{text}"


def day(value: Any) -> str:
    """Write a calendar day as YYYY-MM-DD.

    Examples
    --------
    >>> day(pd.Timestamp("1998-07-01")), day(None)
    ('1998-07-01', '–')
    """
    return UNKNOWN if _unknown(value) else pd.Timestamp(value).date().isoformat()


def in_words(day: dt.date) -> str:
    """Write a calendar day in words.

    Examples
    --------
    >>> in_words(dt.date(1998, 7, 1))
    '1 July 1998'
    """
    return f"{day.day} {day:%B} {day.year}"


def span_in_words(first: dt.date, last: dt.date) -> str:
    """Write a period in words, from its first day to its last.

    Examples
    --------
    >>> span_in_words(dt.date(1998, 7, 1), dt.date(1998, 12, 27))
    '1 July to 27 December 1998'
    >>> span_in_words(dt.date(1998, 7, 1), dt.date(1999, 1, 2))
    '1 July 1998 to 2 January 1999'
    """
    start = in_words(first) if first.year != last.year else f"{first.day} {first:%B}"
    return f"{start} to {in_words(last)}"


def _unknown(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value))
