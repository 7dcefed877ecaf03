"""A feature table of customers who do not exist, for signatures and documentation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from regulars.texts import TEXT_DTYPE

# One bought once, one comes back now and then, one is a regular.
_FREQUENCY, _RECENCY, _TENURE = [0.0, 2.0, 9.0], [0.0, 120.0, 380.0], [400.0, 400.0, 400.0]


def example_features(
    names: Sequence[str], cutoff: dt.date, ids: pd.Index, categories: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Three invented customers as a feature table.

    Parameters
    ----------
    names : sequence of str
        Features, in order.
    cutoff : date
        Their cutoff.
    ids : Index
        Real ids, of which only the type is taken.
    categories : mapping of str to sequence of str, optional
        The values of features that are categories.

    Examples
    --------
    >>> real = pd.Index(["00001", "00002"], name="customer_id")
    >>> example_features(["frequency", "recency", "tenure"], dt.date(1998, 7, 1), real).reset_index()
      customer_id     cutoff  frequency  recency  tenure
    0   example-1 1998-07-01        0.0      0.0   400.0
    1   example-2 1998-07-01        2.0    120.0   400.0
    2   example-3 1998-07-01        9.0    380.0   400.0
    """
    known = {
        "frequency": _FREQUENCY,
        "recency": _RECENCY,
        "tenure": _TENURE,
        "days_since_last": np.subtract(_TENURE, _RECENCY),
        "repeat_value_mean": [np.nan, 20.0, 30.0],
    }
    table = pd.DataFrame({name: known.get(name, np.add(_FREQUENCY, 1.0)) for name in names}, dtype=np.float64)
    for name, values in (categories or {}).items():
        table[name] = pd.Series([values[0], values[-1], None], dtype=TEXT_DTYPE)
    table.insert(0, "cutoff", pd.Timestamp(cutoff).as_unit("us"))
    number = pd.api.types.is_numeric_dtype(ids)
    invented = [k if number else f"example-{k}" for k in (1, 2, 3)]
    table.index = pd.Index(invented, dtype=ids.dtype, name="customer_id")
    return table
