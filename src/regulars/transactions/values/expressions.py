"""How one column is read: SQL expressions that are typed, exact, and null where nothing is there.

Speed decides their shape. Decimals of more than 18 digits cost DuckDB some microseconds a value, those of up to 18
next to nothing; so every number is first read as DECIMAL(18,4), and the wide way is taken only where that is not exact.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars.transactions.sql import column

MONEY = "DECIMAL(18,4)"
WIDE = "DECIMAL(22,10)"  # an amount as read
FACTOR = "DECIMAL(19,7)"  # a quantity or price as read: the product of two fits into 38 digits
LIMIT = "1e12::DECIMAL(18,4)"
TEXT = "VARCHAR"
FLOATS = ("FLOAT", "DOUBLE")
EXACT = {"FLOAT": 2**24, "DOUBLE": 2**53}  # from here on they no longer tell whole numbers apart
WHOLE = r"(0|-?[1-9][0-9]*)\.0+"  # a whole number as floats are written
INTEGERS = tuple(sign + size for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"))
NUMBERS = (*INTEGERS, *FLOATS, "DECIMAL")
YES = ("true", "t", "yes", "y", "1", "1.0", "ja", "j", "wahr", "oui", "o", "vrai", "sí", "si", "s", "verdadero")
NO = ("false", "f", "no", "n", "0", "0.0", "nein", "falsch", "non", "faux", "falso")  # codespell:ignore falso


@dataclass(frozen=True)
class Reading:
    """How one column is read.

    Parameters
    ----------
    ours, theirs : str
        The name in `lines`, and the user's.
    present : str
        SQL condition: the value is not absent.
    value : str
        SQL expression: the typed value; null where it cannot be read.
    expected : str
        What a value should be, for messages.
    shown : str
        SQL expression: the value as the user knows it, for messages.
    """

    ours: str
    theirs: str
    present: str
    value: str
    expected: str
    shown: str


@dataclass(frozen=True)
class Number(Reading):
    """How a number is read: rounded half away from zero to the 4th digit.

    Parameters
    ----------
    short : str
        SQL expression: the number as DECIMAL(18,4), right where `exact` holds.
    exact : str
        SQL condition: nothing stands beyond the 4th digit.
    full : str
        SQL expression: the number as read, to 10 digits or more; slow.
    """

    short: str
    exact: str
    full: str

    @property
    def excess(self) -> str:
        """SQL expression: the number as read less the rounded one; null for none."""
        return f"CASE WHEN {self.present} AND NOT coalesce({self.exact}, false) THEN {self.full} - {self.value} END"


@dataclass(frozen=True)
class Id(Reading):
    """How the id of a customer is read.

    Parameters
    ----------
    rewritten : str
        SQL condition: it is a whole number that is written with decimals, and read without them.
    """

    rewritten: str


@dataclass(frozen=True)
class Moment(Reading):
    """How a day is read from moments that are written with their time zone.

    Parameters
    ----------
    elsewhere : str
        SQL condition: in the zone that is written it is another day.
    """

    elsewhere: str


def is_number(kind: str) -> bool:
    """Tell whether a DuckDB type is a number."""
    return kind.split("(")[0] in NUMBERS


def present(place: str, kind: str) -> str:
    """SQL condition: something stands in the column (not null, blank or NaN); never null itself."""
    if kind == TEXT:
        return rf"({place} IS NOT NULL AND {place} <> '' AND NOT regexp_full_match({place}, '[\s\x{{00A0}}]*'))"
    if kind in FLOATS:
        return f"({place} IS NOT NULL AND NOT isnan({place}))"
    return f"({place} IS NOT NULL)"


def number(ours: str, theirs: str, kind: str, plain: str | None = None) -> Number:
    """Read an exact number of a size below 1e12; `plain` is an expression of it in plain notation, where it is not."""
    place = plain or column(theirs)
    # The shortest text of a float is what the user sees: 2.675 and not 2.67499999999999982.
    text = f"CAST({place} AS VARCHAR)"
    short = f"TRY_CAST({text if kind == 'FLOAT' else place} AS {MONEY})"
    exact = f"(CAST({short} AS DOUBLE) = TRY_CAST({text if kind == 'FLOAT' else place} AS DOUBLE))"
    # DuckDB 1.5 reads 9e-6 as 0.0001: an exponent is written out first.
    written_out = (
        f"(CASE WHEN contains(lower({text}), 'e') THEN format('{{:.20f}}', TRY_CAST({text} AS DOUBLE)) ELSE {text} END)"
    )
    here, shown = present(column(theirs), kind), f"CAST({column(theirs)} AS VARCHAR)"
    return _number(ours, theirs, here, shown, short, exact, f"TRY_CAST({written_out} AS {WIDE})")


def product(quantity: Number, price: Number) -> Number:
    """Multiply exactly, then round once."""
    # DuckDB multiplies two DECIMAL(18,4) to DECIMAL(18,8), and fails where that overflows: no need below 1e9.
    small = f"abs(CAST({quantity.short} AS DOUBLE) * CAST({price.short} AS DOUBLE)) < 1e9"
    times = f"(CASE WHEN {small} THEN {quantity.short} * {price.short} END)"
    short = f"CAST({times} AS {MONEY})"
    exact = f"({quantity.exact} AND {price.exact} AND {short} = {times})"
    full = f"(TRY_CAST({quantity.full} AS {FACTOR}) * TRY_CAST({price.full} AS {FACTOR}))"
    here = f"({quantity.present} AND {price.present} AND {quantity.value} IS NOT NULL AND {price.value} IS NOT NULL)"
    shown = f"{quantity.shown} || ' × ' || {price.shown}"
    return _number("amount", f"{quantity.theirs} × {price.theirs}", here, shown, short, exact, full)


def _number(ours: str, theirs: str, here: str, shown: str, short: str, exact: str, full: str) -> Number:
    rounded = f"(CASE WHEN {exact} THEN {short} ELSE TRY_CAST({full} AS {MONEY}) END)"
    value = f"(CASE WHEN {here} AND abs({rounded}) < {LIMIT} THEN {rounded} END)"
    expected = "a number such as 1234.5 and below 1,000,000,000,000 in size"
    return Number(ours, theirs, here, value, expected, shown, short=short, exact=exact, full=full)


def flag(ours: str, theirs: str, kind: str) -> Reading:
    """Read yes or no; nothing there means no."""
    place = column(theirs)
    text = f"CAST({place} AS VARCHAR)"
    value = f"(CASE WHEN lower(trim({text})) IN {YES} THEN true WHEN lower(trim({text})) IN {NO} THEN false END)"
    expected = "true or false, yes or no, 1 or 0 (words may be English, German, French or Spanish)"
    return Reading(ours, theirs, present(place, kind), value, expected, text)


def label(ours: str, theirs: str, kind: str, *, as_text: bool = True) -> Reading:
    """Read a label as text, a whole number without decimals (7.0 as 7), or in its own type."""
    place = column(theirs)
    here, text = present(place, kind), f"CAST({place} AS VARCHAR)"
    whole = f"(CASE WHEN {_rewritten(text)} THEN split_part({text}, '.', 1) ELSE {text} END)"
    if as_text and kind != TEXT and kind.split("(")[0] not in (*FLOATS, "DECIMAL"):
        whole = text
    value = f"(CASE WHEN {here} THEN {whole if as_text else place} END)"
    return Reading(ours, theirs, here, value, "a label", text)


def _rewritten(text: str) -> str:
    return f"(contains({text}, '.0') AND regexp_full_match({text}, '{WHOLE}'))"


def customer(ours: str, theirs: str, kind: str, *, untyped: bool) -> Id:
    """Read an id in its own type, or as text where it has none: then 7, 7.0 and their texts are one id.

    A whole number that pandas would make a float of is text too.
    """
    keeps = is_number(kind) and not untyped and not kind.startswith(("HUGEINT", "UHUGEINT", "DECIMAL"))
    reading = label(ours, theirs, kind, as_text=not keeps)
    value, expected = reading.value, reading.expected
    if kind in FLOATS:
        value = f"(CASE WHEN abs({column(theirs)}) < {EXACT[kind]} THEN {value} END)"
        expected = f"an id that a float can tell from the next ({EXACT[kind]:,} and more it cannot): give ids as text"
    rewritten = "false" if keeps else _rewritten(reading.shown)
    return Id(ours, theirs, reading.present, value, expected, reading.shown, rewritten)
