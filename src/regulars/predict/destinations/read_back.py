"""Scores as they come back from where they were written: whole, of one cutoff, and as a file has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import pandas as pd
import pyarrow as pa

from regulars.errors import InputError
from regulars.tables import SCORES

Held = TypeVar("Held")
DAYS = ("cutoff", "first_order", "last_order", "next_purchase_date", "next_purchase_low", "next_purchase_high")


class Read(NamedTuple):
    """Scores, and what messages call them."""

    frame: pd.DataFrame
    named: str


def refuse_missing(named: str, columns: Collection[str], tables: Iterable[str]) -> None:
    """Refuse a table of a database that is not there, or is none of scores.

    Parameters
    ----------
    named : str
        What messages call the table.
    columns : collection of str
        Its columns; none where it is not there.
    tables : iterable of str
        The tables that are there.

    Raises
    ------
    InputError

    Examples
    --------
    >>> refuse_missing("table 'scores' in 'shop.db'", [], ["orders"])
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: There is no table 'scores' in 'shop.db'; the database has: orders. Give the one that \
`regulars score` wrote (--table).
    """
    if not columns:
        here = ", ".join(sorted(tables)) or "none"
        raise InputError(
            f"There is no {named}; the database has: {here}. Give the one that `regulars score` wrote (--table)."
        )
    if missing := [name for name in SCORES if name not in columns]:
        raise InputError(
            f"The {named} is not the table that is expected: it lacks {', '.join(missing)}. Give the one that "
            "`regulars score` wrote (--table)."
        )


def chosen(held: Mapping[str, Held], asked: dt.date | None, named: str) -> Held:
    """What is held of the cutoff that is asked for, or of the latest.

    Parameters
    ----------
    held : mapping of str
        By the text of each cutoff, what there is of it.
    asked : date or None
    named : str
        What messages call the place.

    Raises
    ------
    InputError
        If there are none of that cutoff.
    """
    cutoff = max(held, default=None) if asked is None else str(asked)
    if cutoff is None or cutoff not in held:
        there = ", ".join(sorted(held)) or "none"
        needed = f"no scores at {asked}" if asked else "no scores"
        raise InputError(f"The {named} holds {needed}; cutoffs there: {there}. Give one of them, or score first.")
    return held[cutoff]


def refuse_other_count(rows: int, content: Mapping[str, Any], named: str) -> None:
    """Refuse scores of which rows are missing, or that have more than their manifest says."""
    if rows != content["rows"]:
        raise InputError(
            f"The {named} is not what its manifest says: {rows:,} rows at {content['cutoff']}, and {content['rows']:,} "
            "were written. Restore it, or score again."
        )


def as_in_a_file(table: pa.Table) -> pd.DataFrame:
    """Rows of a database as a file has them: days as times at midnight, in the order of the ids.

    Examples
    --------
    >>> as_in_a_file(pa.table({"customer_id": ["b", "a"], "cutoff": ["2024-01-31", "2024-01-31"]}))
      customer_id     cutoff
    0           a 2024-01-31
    1           b 2024-01-31
    """
    for name in set(DAYS) & set(table.column_names):
        place = table.column_names.index(name)
        table = table.set_column(place, name, table[name].cast(pa.timestamp("us")))
    frame: pd.DataFrame = table.to_pandas()
    return frame.sort_values("customer_id", ignore_index=True)
