"""The user's columns as SQL expressions that read them: typed, exact, null where nothing is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from regulars.errors import Faults, ParamsError, nearest
from regulars.params import ColumnParams, TransactionParams
from regulars.transactions.read import Source
from regulars.transactions.sql import identifier

TEXT = "VARCHAR"
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
           "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip
WIDE = "DECIMAL(22,10)"  # holds sizes below 1e12
BLANKS = "E' \\t\\r\\n'"


@dataclass(frozen=True)
class Reading:
    """How one column is read.

    Parameters
    ----------
    ours, theirs : str
        The name in `lines`, and the user's.
    present : str
        SQL condition: something stands there.
    value : str
        SQL expression: the typed value; null where it cannot be read.
    wanted : str
        What a value should be, for messages.
    """

    ours: str
    theirs: str
    present: str
    value: str
    wanted: str


def column_params(columns: Mapping[str, str] | ColumnParams | None) -> ColumnParams:
    """Check a mapping that was given as a dict; none means the default mapping."""
    if columns is None:
        return TransactionParams().columns
    if isinstance(columns, ColumnParams):
        return columns
    known = list(ColumnParams.model_fields)
    faults = Faults("The column mapping cannot be used")
    for unknown in [key for key in columns if key not in known]:
        faults.add(f"unknown column {unknown!r}{nearest(str(unknown), known)}; known: {', '.join(known)}")
    for needed in ("customer_id", "ordered_at"):
        if needed not in columns:
            faults.add(f"{needed} is not mapped. Add {needed}: the name of your column")
    faults.raise_if_any(ParamsError)
    try:
        return ColumnParams.model_validate(dict(columns))
    except ValidationError as invalid:
        for error in invalid.errors():
            faults.add(f"{'.'.join(map(str, error['loc']))} {error['msg']}".strip())
    faults.raise_if_any(ParamsError)
    raise AssertionError


def check_columns(mapped: Mapping[str, str], source: Source, faults: Faults) -> None:
    """Note every mapped column that the source does not have."""
    for ours, theirs in mapped.items():
        if theirs not in source.types:
            found = ", ".join(source.types)
            faults.add(f"column {theirs!r} (for {ours}) is missing{nearest(theirs, source.types)}; found: {found}")


def is_number(kind: str) -> bool:
    """Tell whether a DuckDB type is a number."""
    return kind.split("(")[0] in NUMBERS


def present(column: str, kind: str) -> str:
    """SQL condition: something stands in the column (not null, blank or NaN)."""
    if kind == TEXT:
        return f"(trim({column}, {BLANKS}) <> '')"
    if kind in ("FLOAT", "DOUBLE"):
        return f"({column} IS NOT NULL AND NOT isnan({column}))"
    return f"({column} IS NOT NULL)"


def number(ours: str, theirs: str, kind: str) -> Reading:
    """Read an exact number of any size below 1e12."""
    column = identifier(theirs)
    text = f"TRY_CAST(CAST({column} AS VARCHAR) AS {WIDE})"
    if kind == "DOUBLE":  # the shortest text of a float is what the user sees; most amounts need no detour through it
        short = f"TRY_CAST({column} AS DECIMAL(18,4))"
        value = f"CASE WHEN CAST({short} AS DOUBLE) = {column} THEN TRY_CAST({short} AS {WIDE}) ELSE {text} END"
    elif kind in (TEXT, "FLOAT"):
        value = text
    else:
        value = f"TRY_CAST({column} AS {WIDE})"
    return Reading(ours, theirs, present(column, kind), f"({value})", "a number below 1,000,000,000,000 in size")


def flag(ours: str, theirs: str, kind: str) -> Reading:
    """Read yes or no."""
    column = identifier(theirs)
    word = f"lower(trim(CAST({column} AS VARCHAR), {BLANKS}))"
    yes, no = "('true', 't', 'yes', 'y', '1', '1.0')", "('false', 'f', 'no', 'n', '0', '0.0')"
    value = f"(CASE WHEN {word} IN {yes} THEN true WHEN {word} IN {no} THEN false END)"
    return Reading(ours, theirs, present(column, kind), value, "true or false")


def word(ours: str, theirs: str, kind: str) -> Reading:
    """Read a label as text."""
    column = identifier(theirs)
    here = present(column, kind)
    return Reading(ours, theirs, here, f"CASE WHEN {here} THEN CAST({column} AS VARCHAR) END", "a text")


def as_types(source: Source, mapped: Mapping[str, str]) -> dict[str, Any]:
    """Return our names with the DuckDB types of the user's columns."""
    return {ours: source.types[theirs] for ours, theirs in mapped.items()}
