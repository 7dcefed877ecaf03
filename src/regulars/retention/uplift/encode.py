"""Columns of any file as numbers that trees can split: what was known of a customer before the contact."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.texts import TEXT_DTYPE

ONE_BY_ONE = 5  # categories up to which each has a column of its own; of more, their places in the alphabet count
MOST = 200  # categories; texts with more of them tell customers from each other, and are left out
UNKNOWN = ("", "na", "n/a", "nan", "null", "none", "-", "?")  # how files write that a number is not known


def encoded(values: pd.Series, name: str) -> pd.DataFrame | str:
    """A column as numbers, NaN where it is not known; or why it cannot be one.

    Parameters
    ----------
    values : Series
    name : str
        What the made columns are called after.

    Examples
    --------
    >>> encoded(pd.Series(["Web", "Phone", "Web"]), "channel").to_dict("list")
    {'channel': [1.0, 0.0, 1.0]}
    >>> encoded(pd.Series(["1", "2.5", "NA"]), "amount").to_dict("list")
    {'amount': [1.0, 2.5, nan]}
    >>> encoded(pd.Series([3, 3]), "size")
    'it has the same value in every row'
    """
    if values.nunique() < 2 and not values.isna().any():
        return "it has the same value in every row"
    if values.isna().all():
        return "it is not known for any row"
    numbers = _numbers(values)
    if numbers is None:
        return _categories(values, name)
    if not np.isfinite(numbers[~np.isnan(numbers)]).all():
        return "it holds infinite numbers"
    whole = pd.api.types.is_integer_dtype(values.dtype) or not pd.api.types.is_numeric_dtype(values.dtype)
    if whole and len(values) > MOST and values.is_unique and not pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "it has another whole number in every row, as an id has"
    return pd.DataFrame({name: numbers}, index=values.index)


def _numbers(values: pd.Series) -> Floats | None:
    """The column as doubles; None where it is a category."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = (values - values.min()) / pd.Timedelta(days=1)
        return np.asarray(days, dtype=np.float64)
    if pd.api.types.is_numeric_dtype(values.dtype):  # booleans among them
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    texts = values.astype(TEXT_DTYPE).str.strip()
    gaps = values.isna() | texts.str.casefold().isin(UNKNOWN)
    read = pd.to_numeric(texts.where(~gaps), errors="coerce")
    if gaps.all() or (read.isna() & ~gaps).any():
        return None
    return read.to_numpy(dtype=np.float64, na_value=np.nan)


def _categories(values: pd.Series, name: str) -> pd.DataFrame | str:
    texts = values.astype(TEXT_DTYPE).where(values.notna())
    known = sorted(texts.dropna().unique())
    if len(known) > MOST:
        return f"it is a text with {len(known):,} different values"
    if len(known) <= 2:
        codes = texts.map({text: float(k) for k, text in enumerate(known)})
        return pd.DataFrame({name: codes.astype("float64")}, index=values.index)
    if len(known) <= ONE_BY_ONE:
        columns = {f"{name} {k + 1}": (texts == text) * 1.0 for k, text in enumerate(known)}
        return pd.DataFrame(columns, index=values.index)
    places = texts.map({text: float(k) for k, text in enumerate(known)})
    return pd.DataFrame({name: places.astype("float64")}, index=values.index)
