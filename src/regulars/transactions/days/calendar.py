"""The calendar of a shop: how many customers came back on which day."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from regulars.transactions.log import Transactions
from regulars.windows import Windows

Counts: TypeAlias = NDArray[np.int64]


def returning_by_day(tx: Transactions, windows: Windows) -> Counts:
    """How many customers who had ordered before ordered again, on each day of a window `[cutoff, closes)`.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows
        The window; only what was known when it closed counts.

    Returns
    -------
    int array of shape (horizon_days,)
        Order days after the first, of all customers together.

    Examples
    --------
    >>> import pandas as pd
    >>> from regulars.transactions import read_transactions
    >>> days = ["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-02", "2024-01-04"]
    >>> tx = read_transactions(
    ...     pd.DataFrame({"customer_id": ["a", "a", "a", "b", "b"], "date": days, "amount": 1.0})
    ... )
    >>> returning_by_day(tx, Windows.at("2024-01-01", 5))
    array([0, 1, 0, 2, 0])
    """
    known = f"is_purchase AND {tx.history_sql(windows.shifted(windows.horizon_days))}"
    found = tx.connection.execute(f"""
        SELECT {windows.wait_sql("day")} AS place, count(DISTINCT customer_id)
        FROM lines JOIN (SELECT customer_id, min(day) AS first_day FROM lines WHERE {known} GROUP BY customer_id)
        USING (customer_id)
        WHERE {known} AND {windows.label_sql("day")} AND day <> first_day
        GROUP BY place""").fetchall()
    counts = np.zeros(windows.horizon_days, dtype=np.int64)
    for place, customers in found:
        counts[place] = customers
    return counts
