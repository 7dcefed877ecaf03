"""Figures in a text: found as English writes them, and written as Chinese does, by Babel."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_compact_decimal, format_percent

LOCALE = "zh_CN"
PLACE = "\ue000"  # stands for a figure; of Unicode's private use, so no text holds it

MONTHS = tuple(calendar.month_name[1:])
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_NAMES = "|".join(MONTHS)
_CURRENCIES = "|".join(Locale.parse(LOCALE).currencies)
_IN_WORDS = rf"\d{{1,2}} (?:{_NAMES})\b"
FIGURE = re.compile(
    rf"(?<![\w.{PLACE}])(?:"
    rf"\d{{4}}-\d{{2}}(?:-\d{{2}})?(?![\d-])|{_IN_WORDS}(?: \d{{4}})? to {_IN_WORDS} \d{{4}}|{_IN_WORDS}(?: \d{{4}})?|"
    rf"(?:[<>] )?[−+-]?(?:[$€£¥₹]|(?:{_CURRENCIES}) )?{_NUMBER}(?:e-\d+|[kM]\b)?(?: %)?(?![\w-]*[A-Za-z])"
    r")"
)
_DAY = re.compile(rf"(\d{{1,2}}) ({_NAMES})(?: (\d{{4}}))?")
_SPAN = re.compile(rf"({_IN_WORDS})(?: (\d{{4}}))? to ({_IN_WORDS}) (\d{{4}})")
_SHARE = re.compile(rf"([<>] )?([−+-]?)({_NUMBER}) %")
_SHORT = re.compile(rf"([−+-]?)({_NUMBER})([kM])")
_ON_AXIS = re.compile(rf"(?:(\d{{4}})-)?({'|'.join(calendar.month_abbr[1:])})(?:-(\d{{2}}))?")


def written(figure: str) -> str:
    """Write a figure that English wrote, as Chinese does; what is alike in both stays.

    Examples
    --------
    >>> written("1 July 1998"), written("27 December"), written("1998-07-01"), written("1998-Jul")
    ('1998年7月1日', '12月27日', '1998-07-01', '1998年7月')
    >>> written("1 July to 27 December 1998"), written("27 December 1998 to 2 January 1999")
    ('1998年7月1日至12月27日', '1998年12月27日至1999年1月2日')
    >>> written("83.5 %"), written("> 99 %"), written("−2 %"), written("£2,320,000"), written("1.25M"), written("20k")
    ('83.5%', '>99%', '−2%', '£2,320,000', '125万', '2万')
    """
    if day := _DAY.fullmatch(figure):
        number, month, year = day.groups()
        return _day(year, MONTHS.index(month) + 1, number)
    if span := _SPAN.fullmatch(figure):
        first, year, last, last_year = span.groups()
        ends = _date(first, year or last_year), _date(last, last_year)
        return format_interval(*ends, "yMMMd", locale=LOCALE).replace("\u2009–\u2009", "至")
    if on_axis := _ON_AXIS.fullmatch(figure):
        year, month, number = on_axis.groups()
        return _day(year, list(calendar.month_abbr).index(month), number)
    if share := _SHARE.fullmatch(figure):
        bound, sign, number = share.groups(default="")
        digits = len(number.partition(".")[2])
        pattern = f"#,##0{'.' if digits else ''}{'0' * digits}%"
        return f"{bound.strip()}{sign}{format_percent(_decimal(number) / 100, pattern, locale=LOCALE)}"
    if short := _SHORT.fullmatch(figure):
        sign, number, unit = short.groups()
        value = _decimal(number) * {"k": 1_000, "M": 1_000_000}[unit]
        return f"{sign}{format_compact_decimal(value, fraction_digits=2, locale=LOCALE)}"
    return figure


def _date(day: str, year: str) -> dt.date:
    number, month = day.split()
    return dt.date(int(year), MONTHS.index(month) + 1, int(number))


def is_on_axis(text: str) -> bool:
    """Whether a text is a month, as an axis of time writes it."""
    return bool(_ON_AXIS.fullmatch(text))


def _day(year: str | None, month: int, number: str | None) -> str:
    """A calendar day in words, or a month where no day is given; without its year where none is given."""
    date = dt.date(int(year or 2000), month, int(number or 1))
    if year and number:
        return format_date(date, "long", locale=LOCALE)
    return format_skeleton(f"{'y' if year else ''}MMM{'d' if number else ''}", date, locale=LOCALE)


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))
