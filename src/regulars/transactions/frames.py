"""Frames of pandas, Polars and Arrow, made ready for DuckDB without changing a value."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from regulars.errors import InputError


def as_arrow(frame: Any) -> pa.Table:
    """Return a frame of pandas, or one that Arrow can take over, as an Arrow table; NaN of pandas becomes null.

    Raises
    ------
    InputError
        If it is no frame, has no columns, or has two of one name.
    """
    if isinstance(frame, pd.DataFrame):
        names = [str(name) for name in frame.columns]
        table = pa.table([_column(frame.iloc[:, place]) for place in range(len(names))], names=names)
    elif hasattr(frame, "__arrow_c_stream__"):  # Arrow's own, those of Polars, and of others
        table = pa.table(frame)
    else:
        raise InputError(
            f"A {type(frame).__name__} cannot be read as a log. Give a path, 'demo', or a frame of pandas, Polars or "
            "Arrow."
        )
    if not table.column_names:
        raise InputError("The frame has no columns. A log has one for the customer and one for the date at least.")
    folded = [name.casefold() for name in table.column_names]
    twice = [name for place, name in enumerate(table.column_names) if folded[place] in folded[:place]]
    if twice:
        raise InputError(f"The frame has more than one column named {twice[0]!r}. Rename one of them.")
    return table


def _column(values: pd.Series[Any]) -> Any:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert(None)  # pyarrow's own way warns on pandas 3.1; days are those of UTC in any case
    try:
        column = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        # Mixed objects (Excel gives numbers and texts in one column) are kept as their text.
        return pa.array(values.map(str, na_action="ignore"), type=pa.string(), from_pandas=True)
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
