"""A feature table that comes in from outside: its columns read as what they have to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from regulars.columns import days, numbers
from regulars.errors import Faults, InputError

# Scores are computed from these themselves, not only by trees and regressions, which know what to do with a null.
NEVER_NULL = ("frequency", "recency", "tenure", "net_total", "gross_total", "order_value_first", "paid_days")
REPEAT_VALUE = "repeat_value_mean"


def read_features(features: pd.DataFrame, names: Sequence[str]) -> tuple[pd.Series, pd.DataFrame]:
    """Return the cutoff of every row, and the named features as doubles.

    Raises
    ------
    InputError
        Naming every column that holds something else, infinite numbers, or nulls where none can be.
    """
    faults = Faults("The feature table cannot be used")
    table = features.reset_index(drop=True)
    cutoffs = days(table["cutoff"], "column 'cutoff'", faults)
    columns = {name: numbers(table[name], f"column {name!r}", faults) for name in names}
    read = {name: values for name, values in columns.items() if values is not None}
    for fault in _unusable(read):
        faults.add(fault)
    faults.raise_if_any(InputError)
    return pd.Series(cutoffs, name="cutoff"), pd.DataFrame(read, index=table.index)


def _unusable(columns: dict[str, np.ndarray]) -> Iterator[str]:
    for name, values in columns.items():
        if infinite := int(np.isinf(values).sum()):
            yield f"column {name!r} is infinite in {infinite:,} of {len(values):,} rows; expected finite numbers"
        nulls = np.isnan(values)
        if name == REPEAT_VALUE and "frequency" in columns:
            nulls &= columns["frequency"] > 0
        if (name in NEVER_NULL or name == REPEAT_VALUE) and nulls.any():
            yield (
                f"column {name!r} is null in {int(nulls.sum()):,} of {len(values):,} rows"
                f"{' of customers who came back' if name == REPEAT_VALUE else ''}; expected a number in every row"
            )


def facts_of(table: pd.DataFrame, cutoffs: pd.Series) -> dict[str, pd.Series]:
    """What every customer had done before the cutoff, for whoever reads the scores alone."""

    def day(ago: pd.Series) -> pd.Series:
        return (cutoffs - pd.to_timedelta(ago, unit="D")).astype("datetime64[us]")

    spent = table["net_total"] if "net_total" in table else pd.Series(np.nan, index=table.index)
    return {
        "first_order": day(table["tenure"]),
        "last_order": day(table["tenure"] - table["recency"]),
        "orders": (table["frequency"] + 1).astype(np.int64),
        "spend_so_far": spent,
    }
