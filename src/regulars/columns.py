"""Columns that come in from outside: read as numbers or as days, or refused with what was found in them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.errors import Faults, InputError, ParamsError
from regulars.windows import as_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

LONGEST = 40  # characters of a value that a message shows
WORDS = {
    "str": "a text",
    "bool": "a boolean",
    "int": "a number",
    "int64": "a number",
    "float": "a number",
    "Timedelta": "a length of time",
    "timedelta": "a length of time",
    "Timestamp": "a time",
    "datetime": "a time",
}
KINDS = {"b": "booleans", "m": "lengths of time", "M": "times", "c": "complex numbers", "U": "texts", "S": "bytes"}
IN_ONE_UNIT = {"m": "; divide by one unit, as pandas.Timedelta(days=1)"}


def as_frame(value: Any, what: str) -> pd.DataFrame:
    """Return a frame as it is.

    Raises
    ------
    InputError
        If it is something else.

    Examples
    --------
    >>> as_frame({"frequency": [1]}, "The summary")
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: The summary is a dict; expected a pandas DataFrame. Make one with pandas.DataFrame(…).
    """
    if isinstance(value, pd.DataFrame):
        return value
    kind, made = type(value), "to_pandas()" if hasattr(value, "to_pandas") else "pandas.DataFrame(…)"
    found = f"{kind.__name__} of {kind.__module__.partition('.')[0]}" if kind.__name__ == "DataFrame" else kind.__name__
    raise InputError(f"{what} is a {found}; expected a pandas DataFrame. Make one with {made}.")


def note_several(table: pd.DataFrame, names: Iterable[str], faults: Faults) -> set[str]:
    """Note which of these names more than one column has, and return them."""
    found = several(table, names)
    for name, columns in found.items():
        faults.add(f"{columns} columns are named {name!r}; expected one: rename or drop the others")
    return set(found)


def several(table: pd.DataFrame, names: Iterable[str]) -> dict[str, int]:
    """How many columns have each of these names, of those that more than one has.

    Examples
    --------
    >>> several(pd.DataFrame([[1, 2, 3]], columns=["T", "T", "frequency"]), ["frequency", "T"])
    {'T': 2}
    """
    found = {name: int((table.columns == name).sum()) for name in names}
    return {name: columns for name, columns in found.items() if columns > 1}


def numbers(values: Any, name: str, faults: Faults) -> Floats | None:
    """Return numbers as doubles, nulls as NaN; None and a fault where anything else stands among them.

    Parameters
    ----------
    values : Series or array_like of shape (rows,)
        Integers, floats or decimals. Booleans, texts and lengths of time are none: what unit they would be in, or
        how they would be written, is not known.
    name : str
        How messages call them, as "column 'T'".
    faults : Faults
        Takes what is wrong.

    Examples
    --------
    >>> faults = Faults("The summary cannot be used")
    >>> numbers(pd.Series([1, 2]), "column 'T'", faults)
    array([1., 2.])
    >>> numbers(pd.Series([True]), "column 'T'", faults)
    >>> faults.found
    ["column 'T' holds booleans (first: True); expected numbers"]
    """
    column = _series(values)
    if column is None:
        faults.add(f"{name} is {_shown(values)}; expected one number for each row")
        return None
    kind = getattr(column.dtype, "kind", "O")
    if kind in "iuf" and pd.api.types.is_numeric_dtype(column.dtype):
        return np.ascontiguousarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    if kind in IN_ONE_UNIT or (kind in KINDS and len(column)):
        faults.add(f"{name} holds {KINDS[kind]}{_first(column)}; expected numbers{IN_ONE_UNIT.get(kind, '')}")
        return None
    return _one_by_one(column, _number, f"{name} holds", "expected numbers", faults)


def number(value: Any, name: str, expected: str = "a finite number") -> float:
    """Return a single number.

    Raises
    ------
    InputError
        If it is none, or not finite.

    Examples
    --------
    >>> number([30, 60], "t")
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: t is [30, 60]; expected a finite number.
    """
    single = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
    try:
        read = _number(single) if single is not None else np.nan
    except (TypeError, OverflowError):
        read = np.nan
    if not np.isfinite(read):
        raise InputError(f"{name} is {_shown(value)}; expected {expected}.")
    return read


def days(values: pd.Series, name: str, faults: Faults) -> pd.Series | None:
    """Return calendar days as timestamps of midnight; None and a fault where anything else stands among them.

    The same days are taken as from a cutoff (`windows.as_day`): dates, timestamps of midnight, and texts as YYYY-MM-DD.

    Examples
    --------
    >>> faults = Faults("The feature table cannot be used")
    >>> days(pd.Series(["1998-07-01"]), "column 'cutoff'", faults)
    0   1998-07-01
    dtype: datetime64[us]
    >>> days(pd.Series([19980701]), "column 'cutoff'", faults)
    >>> faults.found
    ["column 'cutoff' holds 19980701 (a number); expected calendar days: YYYY-MM-DD, dates or midnights"]
    """
    if nulls := int(values.isna().sum()):
        faults.add(null_days(name, nulls))
        return None
    met = pd.Series(values.unique(), dtype=values.dtype)
    read = _one_by_one(met, _day, f"{name} holds", "expected calendar days: YYYY-MM-DD, dates or midnights", faults)
    if read is None:
        return None
    of = dict(zip(met, read, strict=True))
    return pd.Series(values.map(of).to_numpy(dtype="datetime64[us]"), index=values.index)


def null_days(name: str, nulls: int) -> str:
    """The fault of a column of days that has nulls."""
    return f"{name} has {nulls} nulls; expected a calendar day in every row"


def plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a table as plain values, ready for JSON.

    Examples
    --------
    >>> plain_row({"due_on": pd.Timestamp("2024-03-01"), "tier": None, "orders": np.int64(3), "clv": float("nan")})
    {'due_on': '2024-03-01', 'tier': None, 'orders': 3, 'clv': None}
    """
    return {name: plain_value(value) for name, value in row.items()}


def plain_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain values, ready for JSON.

    Examples
    --------
    >>> plain_records(pd.DataFrame({"orders": [1, 2]}))
    [{'orders': 1}, {'orders': 2}]
    """
    return [plain_row({str(name): value for name, value in row.items()}) for row in table.to_dict("records")]


def plain_value(value: Any) -> Any:
    """A value of a table as JSON has it: a day as YYYY-MM-DD, null for what is not known, a decimal as a float."""
    if pd.isna(value):
        return None
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, np.generic):
        return value.item()
    return float(value) if isinstance(value, Decimal) else value


def _one_by_one(
    column: pd.Series, read: Callable[[Any], Any], found: str, expected: str, faults: Faults
) -> NDArray[Any] | None:
    made = []
    for value in column:
        try:
            made.append(read(value))
        except (TypeError, OverflowError, ParamsError):
            kind = type(value).__name__
            faults.add(f"{found} {_shown(value)} ({WORDS.get(kind, f'of type {kind}')}); {expected}")
            return None
    return np.array(made, dtype=np.float64 if read is _number else "datetime64[us]")


def _number(value: Any) -> float:
    if value is None or value is pd.NA:
        return float("nan")
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Decimal):
        raise TypeError
    return float(value)


def _day(value: Any) -> Any:
    return np.datetime64(as_day(value), "us")


def _series(values: Any) -> pd.Series | None:
    if isinstance(values, pd.Series):
        return values
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        return None
    return pd.Series(array) if array.ndim == 1 else None


def _first(column: pd.Series) -> str:
    return f" (first: {_shown(column.iloc[0])})" if len(column) else ""


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, pd.Timedelta | pd.Timestamp | np.generic) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def days_between(earlier: pd.Series, later: pd.Series) -> Floats:
    """Whole days from each day to the other, row by row; NaN where one is not known."""
    apart = pd.to_datetime(later) - pd.to_datetime(earlier)
    return np.asarray(apart / pd.Timedelta(days=1), dtype=np.float64)
