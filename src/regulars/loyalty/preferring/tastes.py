"""How the customers of a shop differ in one thing: mean shares of its values, and how alike a customer's days are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.transactions import Transactions

ALIKE = (1e-3, 0.99)  # bounds of ρ: 0 would mean that customers do not differ, 1 that none ever changes


@dataclass(frozen=True, eq=False)
class Tastes:
    """The customers as a prior for each one of them.

    Parameters
    ----------
    means : Series of float
        Index: the values, sorted. The share of order days with each, of the average customer.
    strength : float
        How many order days the prior counts for.
    """

    means: pd.Series
    strength: float

    @classmethod
    def of(cls, tx: Transactions, visits: str) -> Tastes:
        """Learn from the customers with two order days or more.

        Parameters
        ----------
        tx : Transactions
        visits : str
            SQL with a row for each `customer_id`, `day` and `value`.

        Notes
        -----
        ρ = (Q − Σp²) / (Σp − Σp²), where p is the mean share of a value and Q the sum over values of the mean of
        k(k − 1) / n(n − 1): the chance that two order days of one customer have the same value. strength = (1 − ρ) / ρ.
        """
        counts = tx.connection.execute(f"""
            WITH visits AS ({visits}),
            days AS (SELECT customer_id, count(DISTINCT day) AS n FROM visits GROUP BY 1 HAVING n > 1)
            SELECT value, k, n, count(*) AS customers, (SELECT count(*) FROM days) AS of_all
            FROM (SELECT customer_id, value, count(*) AS k FROM visits GROUP BY ALL) JOIN days USING (customer_id)
            GROUP BY ALL ORDER BY value, k, n""").df()
        if counts.empty:
            return cls(pd.Series(dtype=float), 1.0)
        k, n, weight = (counts[name].to_numpy(float) for name in ("k", "n", "customers"))
        weight = weight / counts["of_all"].to_numpy(float)
        means = pd.Series(weight * k / n).groupby(counts["value"]).sum()
        same = math.fsum(weight * k * (k - 1) / (n * (n - 1)))
        chance = math.fsum(means**2)
        rho = (same - chance) / max(math.fsum(means) - chance, 1e-12)
        rho = float(np.clip(rho, *ALIKE))
        return cls(means, (1.0 - rho) / rho)
