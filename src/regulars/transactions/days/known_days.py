"""Days that are known ahead: promotions, closures, holidays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from regulars.columns import as_frame, days, numbers
from regulars.errors import Faults, InputError
from regulars.texts import TEXT_DTYPE

DAY, NAME, VALUE = "day", "name", "value"
KNOWN = (DAY, NAME, VALUE)
MOST_FACTOR = 100.0  # a value beyond this is a mistake


@dataclass(frozen=True, eq=False)
class KnownDays:
    """Days known ahead, past and to come.

    Parameters
    ----------
    table : DataFrame
        A row a day and name, sorted: `day` (datetime64), `name` (text), `value` (how strong, 1 where none is given).

    Examples
    --------
    >>> rows = pd.DataFrame({"day": ["2024-11-29", "2023-11-24"], "name": "black friday"})
    >>> KnownDays.of(rows).table
             day          name  value
    0 2023-11-24  black friday    1.0
    1 2024-11-29  black friday    1.0
    >>> KnownDays.of(rows.assign(day=["2024-11-29", "soon"], name=["sale", ""]))
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: The calendar cannot be used:
      - column 'day' holds 'soon' (a text); expected calendar days: YYYY-MM-DD, dates or midnights
      - 1 of 2 rows have no name (first: row 1)
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, rows: pd.DataFrame, what: str = "The calendar") -> KnownDays:
        """Check a table with the columns `day`, `name` and, if any, `value`.

        Raises
        ------
        InputError
            Naming every fault.
        """
        frame, faults = as_frame(rows, what), Faults(f"{what} cannot be used")
        if missing := [name for name in (DAY, NAME) if name not in frame]:
            found = ", ".join(map(str, frame.columns)) or "none"
            faults.add(f"column {' and '.join(missing)} is missing; found: {found}; expected: day, name, value if any")
        if unknown := [str(name) for name in frame.columns if name not in KNOWN]:
            faults.add(f"unknown columns {', '.join(unknown)}; expected: day, name, value if any")
        if frame.empty:
            faults.add("it has no rows; expected a row a day")
        day = days(frame[DAY], "column 'day'", faults) if DAY in frame and len(frame) else None
        name = frame[NAME].fillna("").astype(TEXT_DTYPE).str.strip() if NAME in frame else pd.Series(dtype=TEXT_DTYPE)
        if nameless := int((name == "").sum()):
            faults.add(f"{nameless} of {len(frame)} rows have no name (first: row {int(np.argmax(name == ''))})")
        value = numbers(frame.get(VALUE, pd.Series(1.0, frame.index)), "column 'value'", faults)
        if value is not None and (bad := ~(np.isfinite(value) & (np.abs(value) <= MOST_FACTOR))).any():
            limit = f"a number from -{MOST_FACTOR:g} to {MOST_FACTOR:g}"
            faults.add(f"{bad.sum()} of {len(frame)} values are not {limit} (first: row {int(bad.argmax())})")
        if day is not None and (twice := pd.DataFrame({DAY: day, NAME: name}).duplicated()).any():
            first = int(np.argmax(twice))
            faults.add(f"{twice.sum()} rows repeat a day and a name (first: row {first}, {day.iloc[first]:%Y-%m-%d})")
        faults.raise_if_any(InputError)
        table = pd.DataFrame({DAY: day, NAME: name.to_numpy(), VALUE: value})
        return cls(table.sort_values([DAY, NAME], ignore_index=True))

    def with_more(self, other: KnownDays) -> KnownDays:
        """These days and those of another calendar; a day and name in both counts as it stands here."""
        both = pd.concat([self.table, other.table]).drop_duplicates([DAY, NAME])
        return KnownDays(both.sort_values([DAY, NAME], ignore_index=True))


def read_known_days(path: str | Path) -> KnownDays:
    """Read a calendar from a CSV or Parquet file with the columns `day`, `name` and, if any, `value`.

    Raises
    ------
    InputError
        If the file cannot be read, or naming every fault of its content.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(
            f"There is no file {str(path)!r}, which calendar.path names. Correct the path, or leave it out."
        )
    try:
        parquet = file.suffix == ".parquet"
        rows = pd.read_parquet(file) if parquet else pd.read_csv(file, dtype={DAY: str, NAME: str})
    except (ValueError, OSError) as error:
        raise InputError(f"The calendar {str(path)!r} cannot be read as a table: {error}") from None
    return KnownDays.of(rows, f"The calendar {str(path)!r}")
