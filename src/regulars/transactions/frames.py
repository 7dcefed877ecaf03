"""pandas and pyarrow frames, made ready for DuckDB without changing a value."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from regulars.errors import InputError


def as_arrow(frame: Any) -> pa.Table:
    """Return a pandas or pyarrow frame as an Arrow table; NaN in a pandas frame becomes null."""
    if isinstance(frame, pa.Table | pa.RecordBatch):
        table = pa.table(frame) if isinstance(frame, pa.RecordBatch) else frame
    elif isinstance(frame, pd.DataFrame):
        names = [str(name) for name in frame.columns]
        table = pa.table([_column(frame.iloc[:, i]) for i in range(len(names))], names=names)
    else:
        raise InputError(
            f"A {type(frame).__name__} cannot be read as a log. Give a path, 'demo', a pandas or a pyarrow frame."
        )
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise InputError(f"The frame has more than one column named {twice[0]!r}. Rename one of them.")
    if table.num_rows == 0:
        raise InputError("The frame has no rows. A log has a row a line of an order.")
    return table


def _column(values: pd.Series[Any]) -> pa.Array | pa.ChunkedArray:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.dtype.categories.dtype)
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        # Mixed objects (Excel gives numbers and texts in one column) are kept as their text.
        return pa.array(values.map(str, na_action="ignore"), type=pa.string(), from_pandas=True)
