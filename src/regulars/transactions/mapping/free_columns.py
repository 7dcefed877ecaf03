"""Columns whose kind is not known beforehand: a number or a category, as their values tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

import duckdb

from regulars.errors import Faults
from regulars.transactions.mapping.mapping import refuse_unfit
from regulars.transactions.sources.read import Source
from regulars.transactions.sql import column, literal
from regulars.transactions.values.expressions import TEXT, Reading, is_number, label, present
from regulars.transactions.values.notation import plain_number

NAME = r"[A-Za-z][A-Za-z0-9_]{0,62}"
DAYS = ("DATE", "TIME", "INTERVAL")
WRITTEN_DAY = r"\d{4}-\d{2}-\d{2}([T ].*)?"
MOSTLY = 0.9  # share of the values from which a column is taken for numbers, or for names
FEW = 20  # customers, of whom all can differ by chance; or different values, that can be categories

AsNumber = Callable[[str, str, str, str], Reading]  # our name, theirs, its type, SQL of the plain number


@dataclass(frozen=True)
class FreeColumn:
    """How such a column is read; a category where it is not a number."""

    reading: Reading
    is_number: bool


def refuse_alike(names: Collection[str], faults: Faults) -> None:
    """Note names that SQL could not tell apart."""
    folded = Counter(name.casefold() for name in names)
    if alike := [name for name in names if folded[name.casefold()] > 1]:
        faults.add(f"{', '.join(alike)} differ only in upper and lower case: give them different names")


def free_column(
    connection: duckdb.DuckDBPyConnection, name: str, theirs: str, source: Source, faults: Faults, as_number: AsNumber
) -> FreeColumn | None:
    """How a column is read; its values decide where the file knows no types. None and a fault where it cannot be."""
    kind = source.types[theirs]
    if kind.startswith(DAYS) or (kind == TEXT and _all_match(connection, theirs, WRITTEN_DAY)):
        expected_kind = "numbers, categories, or yes and no. Give a length of time, as an age in years"
        faults.add(f"column {theirs!r} (for {name}) holds days or times; expected: {expected_kind}")
        return None
    if refuse_unfit(name, theirs, kind, faults):
        return None
    if is_number(kind):
        return FreeColumn(as_number(name, theirs, kind, column(theirs)), is_number=True)
    if kind == "BOOLEAN":
        value = f"CASE WHEN {column(theirs)} THEN 'yes' WHEN NOT {column(theirs)} THEN 'no' END"
        reading = Reading(name, theirs, present(column(theirs), kind), value, "yes or no", value)
        return FreeColumn(reading, is_number=False)
    return _text(connection, name, theirs, kind, faults, as_number)


def _text(
    connection: duckdb.DuckDBPyConnection, name: str, theirs: str, kind: str, faults: Faults, as_number: AsNumber
) -> FreeColumn | None:
    """A number where all values show one; a fault where nearly all of many different ones do; else a category."""
    unclear = Faults("")
    number = as_number(name, theirs, kind, plain_number(connection, name, theirs, kind, unclear))
    zeros = rf"regexp_full_match({column(theirs)}, '0\d+')" if kind == TEXT else "false"
    here, reads = number.present, f"{number.present} AND {number.value} IS NOT NULL"
    counts = (f"count(DISTINCT {column(theirs)}) FILTER ({here})", *(f"count(*) FILTER ({c})" for c in (here, reads)))
    asked = f"{', '.join(counts)}, coalesce(bool_or({zeros}), false)"
    different, values, numbers, codes = connection.execute(f"SELECT {asked} FROM source").fetchall()[0]
    are_numbers = numbers == values or (different > FEW and numbers >= MOSTLY * values)  # 1, 2, 3+ are categories
    if values and not codes and are_numbers:
        for fault in unclear.found:
            faults.add(fault)
        return FreeColumn(number, is_number=True)
    as_label = label(name, theirs, kind)
    trimmed = f"trim({as_label.value})"
    reading = Reading(name, theirs, as_label.present, trimmed, as_label.expected, as_label.shown)
    return FreeColumn(reading, is_number=False)


def _all_match(connection: duckdb.DuckDBPyConnection, theirs: str, pattern: str) -> bool:
    matches = f"bool_and(regexp_full_match(trim({column(theirs)}), {literal(pattern)}))"
    asked = f"SELECT coalesce({matches}, false) FROM source WHERE {present(column(theirs), TEXT)}"
    return bool(connection.execute(asked).fetchall()[0][0])
