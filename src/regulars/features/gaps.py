"""How regular customers are: the sum of the logarithms of the gaps between their order days, exactly.

Sums of doubles depend on the order of the terms, so logarithms are counted in whole billionths. Those of the numbers of
days up to 40,000 are so far from a tie that they are rounded alike on every machine.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.features.facts import ensure_facts
from regulars.transactions import Transactions
from regulars.windows import Windows

BILLION = 10**9


def build_log_gaps(tx: Transactions, windows: Windows) -> pd.Series:
    """Sum of the natural logarithms of the days between a customer's order days before the cutoff.

    Returns
    -------
    Series
        Index `customer_id` as in `build_features`; 0 where there is one order day.
    """
    sql = f"""
SELECT customer_id, coalesce(sum(round(ln(gap) * {BILLION})::BIGINT), 0)::DOUBLE / {BILLION} AS log_gaps
FROM {ensure_facts(tx, windows)} WHERE ordered AND {windows.history_sql("day")}
GROUP BY customer_id ORDER BY customer_id
"""
    table = tx.connection.execute(sql).df()
    return pd.Series(table["log_gaps"].to_numpy(), index=pd.Index(table["customer_id"]), name="log_gaps")


def log_billionths(days: NDArray[np.integer]) -> NDArray[np.int64]:
    """The logarithm of each number of days, in billionths; 0 where there are none."""
    logs = np.log(np.maximum(np.arange(days.max() + 1), 1))
    billionths: NDArray[np.int64] = np.rint(logs * BILLION).astype(np.int64)[days]
    return billionths
