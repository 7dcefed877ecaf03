"""What customers had done before the cutoff, in the words of whoever reads a table alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

SO_FAR = ("tenure", "recency", "frequency", "net_total")


def facts_so_far(features: pd.DataFrame, cutoffs: pd.Series) -> dict[str, pd.Series]:
    """First and last order day, order days and net spend so far; the spend is NaN where the log has no money.

    Parameters
    ----------
    features : DataFrame, shape (n, k)
        The feature table, or the part of it that `SO_FAR` names; `net_total` only where the log has money.
    cutoffs : Series of datetime64, shape (n,)
        The cutoff of each row; index as in `features`.

    Examples
    --------
    >>> table = pd.DataFrame({"tenure": [10.0], "recency": [7.0], "frequency": [2.0]})
    >>> found = facts_so_far(table, pd.Series([pd.Timestamp("2024-01-11")]))
    >>> str(found["last_order"][0].date()), int(found["orders"][0])
    ('2024-01-08', 3)
    """

    def day(ago: pd.Series) -> pd.Series:
        return (cutoffs - pd.to_timedelta(ago, unit="D")).astype("datetime64[us]")

    spent = features["net_total"] if "net_total" in features else pd.Series(np.nan, index=features.index)
    return {
        "first_order": day(features["tenure"]),
        "last_order": day(features["tenure"] - features["recency"]),
        "orders": (features["frequency"] + 1).astype(np.int64),
        "spend_so_far": spent,
    }
