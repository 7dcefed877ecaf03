"""Simulated customers whose true parameters are known, to compare fits with."""

from __future__ import annotations

import numpy as np
import pandas as pd

PURCHASE_WORLDS = {
    "nbd": {"r": 0.8, "alpha": 12.0},
    "bg_nbd": {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 2.5},
    "mbg_nbd": {"r": 1.2, "alpha": 7.0, "a": 0.9, "b": 1.6},
    "pareto_nbd": {"r": 0.9, "alpha": 6.0, "s": 0.8, "beta": 15.0},
    "bg_cnbd_k": {"k": 2, "r": 0.9, "alpha": 3.0, "a": 0.6, "b": 2.5},
    "mbg_cnbd_k": {"k": 3, "r": 1.3, "alpha": 2.8, "a": 0.5, "b": 1.1},
}
SPEND_WORLDS = {"gamma_gamma": {"p": 6.0, "q": 4.0, "gamma": 15.0}}


def pausing_shop(customers: int = 200, days: int = 140) -> pd.DataFrame:
    """A log in which who has spent between 40 and 60 pauses for two months: trees can see it, not the first that come.

    Columns customer_id, date, amount; it begins on 2024-01-01.
    """
    rng = np.random.default_rng(0)
    rows = []
    for customer in range(customers):
        day = int(rng.integers(30))
        while day < days:
            amount = rng.uniform(0, 100)
            rows.append(
                (f"shopper-{customer:03}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=day), round(amount, 2))
            )
            day += 1 + 60 * (40 < amount < 60) + int(rng.exponential(8))
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


def chance_shop(customers: int = 400, days: int = 360, chance: float = 0.01) -> pd.DataFrame:
    """A log of customers who all return by the same chance every day: their past says nothing of what follows.

    Columns customer_id, date, amount; it begins on 2024-01-01, and everybody joins in the first third of it.
    """
    rng = np.random.default_rng(1)
    comes = rng.random((customers, days)) < chance
    joined = rng.integers(0, days // 3, customers)
    comes &= np.arange(days) >= joined[:, None]
    comes[np.arange(customers), joined] = True
    customer, day = np.nonzero(comes)
    return pd.DataFrame(
        {
            "customer_id": customer,
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D"),
            "amount": np.round(rng.gamma(4, 10, len(customer)), 2),
        }
    )
