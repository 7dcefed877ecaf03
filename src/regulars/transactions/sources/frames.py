"""Frames of pandas, Polars and Arrow, made ready for DuckDB without changing a value."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from regulars.errors import InputError
from regulars.transactions.sql import in_words


def as_arrow(frame: Any) -> tuple[pa.Table, frozenset[str]]:
    """Make an Arrow table of a frame of pandas, or of one that Arrow can take over; NaN of pandas becomes null.

    Returns
    -------
    tuple of Table and frozenset of str
        The table, and the columns in which pandas has values of several types.

    Raises
    ------
    InputError
        If it is no frame, has no columns, has two of one name, or one of a type that Arrow does not know.
    """
    mixed: frozenset[str] = frozenset()
    try:
        if isinstance(frame, pd.DataFrame):
            names = [str(name) for name in frame.columns]
            columns = [frame.iloc[:, place] for place in range(len(names))]
            table = pa.table([_column(column) for column in columns], names=names)
            mixed = frozenset(name for name, column in zip(names, columns, strict=True) if _is_mixed(column))
        elif hasattr(frame, "__arrow_c_stream__") and not isinstance(frame, pd.Series):  # Arrow, Polars, and others
            table = pa.table(frame)
            table.validate(full=True)  # DuckDB trusts what it is handed: bytes that are no UTF-8 gave it other rows
        else:
            collected = " Call its collect() first." if hasattr(frame, "collect") else ""
            raise InputError(
                f"A {type(frame).__name__} cannot be read as a log. Give a path, 'demo', or a frame of "
                f"pandas, Polars or Arrow.{collected}"
            )
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        found = in_words(error).rstrip(".")
        raise InputError(
            f"The frame cannot be read: {found}. Its columns should be numbers of up to 64 bits, texts in UTF-8 and "
            "dates: turn others, such as Int128, into these."
        ) from None
    if not table.column_names:
        raise InputError("The frame has no columns. A log has one for the customer and one for the date at least.")
    folded = [name.casefold() for name in table.column_names]
    twice = [name for place, name in enumerate(table.column_names) if folded[place] in folded[:place]]
    if twice:
        raise InputError(f"The frame has more than one column named {twice[0]!r}. Rename one of them.")
    return table, mixed


def _is_mixed(values: pd.Series[Any]) -> bool:
    return values.dtype == object and pd.api.types.infer_dtype(values, skipna=True).startswith("mixed")


def _column(values: pd.Series[Any]) -> Any:
    if isinstance(values.dtype, pd.DatetimeTZDtype):  # pyarrow's own way warns on pandas 3.1
        moments = pa.array(values.dt.tz_convert(None), from_pandas=True)
        return moments.cast(pa.timestamp(moments.type.unit, "UTC"))
    if isinstance(values.dtype, pd.PeriodDtype):  # Arrow has them as bare numbers
        raise InputError(
            f"Column {str(values.name)!r} of the frame holds periods ({values.dtype}); expected dates. Turn them into "
            "such: frame[column].dt.to_timestamp()."
        )
    if isinstance(values.dtype, pd.SparseDtype):
        values = values.astype(values.dtype.subtype)
    if values.dtype == "float16":  # DuckDB has no floats of this size
        values = values.astype("float32")
    try:
        column = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError, TypeError):
        # Objects of several types, or of one that Arrow does not know, are kept as their text.
        return pa.array(values.map(str, na_action="ignore"), type=pa.string(), from_pandas=True)
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
