"""pandas and Arrow frames, made ready for DuckDB without changing a value."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from regulars.errors import InputError


def as_arrow(frame: Any) -> pa.Table:
    """Return a pandas or Arrow frame as an Arrow table; NaN in a pandas frame becomes null.

    Raises
    ------
    InputError
        If it is no frame, has no rows, or has two columns of one name.
    """
    if isinstance(frame, pd.DataFrame):
        names = [str(name) for name in frame.columns]
        table = pa.table([_column(frame.iloc[:, place]) for place in range(len(names))], names=names)
    elif hasattr(frame, "__arrow_c_stream__"):
        table = pa.table(frame)
    else:
        raise InputError(
            f"A {type(frame).__name__} cannot be read as a log. Give a path, 'demo', or a pandas or pyarrow frame."
        )
    twice = [name for place, name in enumerate(table.column_names) if name in table.column_names[:place]]
    if twice:
        raise InputError(f"The frame has more than one column named {twice[0]!r}. Rename one of them.")
    return table


def _column(values: pd.Series[Any]) -> Any:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert(None)  # pyarrow's own way warns on pandas 3.1; days are those of UTC in any case
    try:
        column = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        # Mixed objects (Excel gives numbers and texts in one column) are kept as their text.
        return pa.array(values.map(str, na_action="ignore"), type=pa.string(), from_pandas=True)
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
