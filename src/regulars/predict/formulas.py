"""Texts that a spreadsheet would run as formulas: made harmless in CSV files, and turned back when they are read.

A text that begins with `=`, `+`, `-`, `@`, a tab or a line end gets an apostrophe before it, and so does one with
apostrophes before such a sign: each text is read back as it was. Numbers stay numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

MARK = "'"
RUNS = tuple("=+-@\t\r\n＝＋－＠")


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts no spreadsheet runs.

    Examples
    --------
    >>> frame = pd.DataFrame({"customer_id": ["=1+1", "'=1", "a-1"], "spend": [-1.0, 2.0, 3.0]})
    >>> without_formulas(frame)["customer_id"].tolist()
    ["'=1+1", "''=1", 'a-1']
    """
    return _changed(frame, lambda text: MARK + text if text.lstrip(MARK).startswith(RUNS) else text)


def with_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn the texts of a frame back into what they were before `without_formulas`.

    Examples
    --------
    >>> with_formulas(pd.DataFrame({"customer_id": ["'=1+1", "''=1", "'a"]}))["customer_id"].tolist()
    ['=1+1', "'=1", "'a"]
    """
    return _changed(frame, lambda text: text[1:] if text[0] == MARK and text.lstrip(MARK).startswith(RUNS) else text)


def _changed(frame: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    others = frame.select_dtypes(exclude=["number", "bool", "datetime", "datetimetz", "timedelta"])
    columns = {str(name): column for name in others if (column := _in_column(others[name], change)) is not None}
    return frame.assign(**columns)


def _in_column(values: pd.Series, change: Callable[[str], str]) -> pd.Series | None:
    """The column with its texts changed; None where all stay as they are."""
    before = values.to_numpy(dtype=object)
    after = [change(value) if isinstance(value, str) and value else value for value in before]
    if all(new is old for new, old in zip(after, before, strict=True)):
        return None
    dtype = values.dtype if isinstance(values.dtype, pd.StringDtype) else object
    return pd.Series(after, index=values.index, name=values.name, dtype=dtype)
