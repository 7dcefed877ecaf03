"""The columns of scores in a table that other programs read: days as days, and a clear no to other columns."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from regulars.errors import InputError


def with_days(table: pa.Table) -> pa.Table:
    """Days as days, and not as times at midnight.

    Examples
    --------
    >>> import datetime as dt
    >>> with_days(pa.table({"cutoff": [dt.datetime(2024, 1, 1)]})).schema.field("cutoff").type
    DataType(date32[day])
    """
    fields = [pa.field(f.name, pa.date32() if pa.types.is_timestamp(f.type) else f.type) for f in table.schema]
    return table.cast(pa.schema(fields))


def refuse_other_columns(
    place: str, expected: Mapping[str, str | None], found: Mapping[str, str], instead: str
) -> None:
    """Refuse a table that is there and has other columns than those that are to be written.

    Parameters
    ----------
    place : str
        What messages call the table.
    expected, found : mapping of str to str
        Columns with their types; None where the type is not known yet. Their order does not matter.
    instead : str
        What the caller can do.

    Raises
    ------
    InputError

    Examples
    --------
    >>> refuse_other_columns("table", {"clv": "DOUBLE"}, {}, "drop it")
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: The table has other columns than scores: it lacks clv. Nothing was changed: drop it.
    """
    missing, more = ([name for name in a if name not in b] for a, b in ((expected, found), (found, expected)))
    other = [
        f"{name} is {found[name]}, not {kind}"
        for name, kind in expected.items()
        if name in found and kind is not None and kind != found[name]
    ]
    faults = [f"it lacks {', '.join(missing)}"] if missing else []
    faults += [f"it also has {', '.join(more)}"] if more else []
    if faults := [*faults, *other]:
        raise InputError(
            f"The {place} has other columns than scores: {'; '.join(faults)}. Nothing was changed: {instead}."
        )
