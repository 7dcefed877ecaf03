"""How numbers are written in a text column: which sign is the decimal one, and in which currency."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from regulars.errors import Faults
from regulars.transactions.sql import column, literal
from regulars.transactions.values.expressions import TEXT, present

# R$ and US$, signs as €, codes as EUR, and words as they are written beside amounts, with or without a point.
WORDS = "zł|zl|kč|kc|kr|rs|ft|lei|rp|rm|tl|fr|руб|лв"
CURRENCY = rf"[A-Z]{{0,3}}[$]|\p{{Sc}}|\b[A-Z]{{3}}\b|(?i:(?:{WORDS})[.]?)"
POINT, COMMA = "a decimal point", "a decimal comma"
# What only one of them can mean: 1,234 and 1.234 may be either.
ONLY = {
    POINT: r"[-+]?\d*\.(\d{1,2}|\d{4,})|[-+]?(0|\d{4,})\.\d+|[-+]?\d{1,3}(,\d{3})+\.\d+|[-+]?\d{1,3}(,\d{3}){2,}",
    COMMA: r"[-+]?\d*,(\d{1,2}|\d{4,})|[-+]?(0|\d{4,}),\d+|[-+]?\d{1,3}(\.\d{3})+,\d+|[-+]?\d{1,3}(\.\d{3}){2,}",
}
EITHER = r"[-+]?\d{1,3},\d{3}"
SIGNS = {POINT: (",", "."), COMMA: (".", ",")}  # that of groups, that of decimals


def plain_number(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str, kind: str, faults: Faults) -> str:
    """SQL expression: the column's numbers in plain notation, 1234.5.

    A column whose values are plain is taken as it is. Otherwise the whole column decides: one decimal sign that reads
    all, one currency; two of either are a fault, and so is a sign that may be either.
    """
    place = column(theirs)
    if kind != TEXT or _is_plain(connection, place):
        return place
    bare = _bare(place)
    kinds = [f"regexp_full_match({bare}, {literal(kind)})" for kind in (ONLY[POINT], ONLY[COMMA], EITHER)]
    counts = ", ".join(f"count(*) FILTER ({kind})" for kind in kinds)
    shown = f"list_sort(list(DISTINCT regexp_extract({place}, '{CURRENCY}')) FILTER (regexp_matches({place}, '[0-9]')))"
    asked = f"SELECT {counts}, min({place}) FILTER ({kinds[-1]}), {shown} FROM source WHERE {present(place, TEXT)}"
    points, commas, either, example, currencies = connection.execute(asked).fetchall()[0]
    for fault in _faults(points, commas, either, example, _different(currencies or [])):
        faults.add(f"column {theirs!r} (for {ours}) {fault}")
    if not (points or commas or either):
        return bare
    groups, decimals = SIGNS[COMMA if commas else POINT]
    return f"replace(replace({bare}, '{groups}', ''), '{decimals}', '.')"


def _different(currencies: list[str]) -> list[str]:
    """Return currencies without those that are another way to write one of them.

    Examples
    --------
    >>> _different(["Kr", "kr", "kr.", "€"])
    ['Kr', '€']
    """
    by_word: dict[str, str] = {}
    for currency in currencies:
        by_word.setdefault(currency.casefold().rstrip("."), currency)
    return list(by_word.values())


def _faults(points: int, commas: int, either: int, example: str, currencies: list[str]) -> Iterator[str]:
    if points and commas:
        yield f"has {points:,} numbers with {POINT} and {commas:,} with {COMMA}; expected: one way to write them"
    if either and not (points or commas):
        yield (
            f"holds {example!r}, and nothing that tells whether the comma parts thousands or decimals (rows: "
            f"{either:,}); write such numbers without the comma"
        )
    if len(currencies) > 1:
        yield (
            f"shows more than one currency ({', '.join(currency or 'none' for currency in currencies)}); "
            "expected: one, or none throughout. Convert the amounts first"
        )


def _bare(place: str) -> str:
    """SQL expression: a number without currency, blanks and apostrophes, and with its minus, if any, in front."""
    bare = rf"replace(regexp_replace({place}, '{CURRENCY}|[\s\x{{00A0}}\x{{202F}}’'']', '', 'g'), '−', '-')"
    return rf"regexp_replace({bare}, '^\((.+)\)$|^(.+)-$', '-\1\2')"  # as accounts and SAP write what is negative


def _is_plain(connection: duckdb.DuckDBPyConnection, place: str) -> bool:
    strange = f"{present(place, TEXT)} AND TRY_CAST({place} AS DOUBLE) IS NULL"
    return not connection.execute(f"SELECT coalesce(bool_or({strange}), false) FROM source").fetchall()[0][0]
