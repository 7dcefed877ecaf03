"""Tiers, what is missing to the next one, and who brings most of the revenue."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.params import LoyaltyParams
from regulars.texts import TEXT_DTYPE

YEAR = 365.25  # days
MAIN_SHARE = 0.8  # of the spend of a year that main customers bring together


def yearly(features: pd.DataFrame) -> Floats:
    """Net spend of the last 365 days; order days where the log has no money."""
    return features["net_365" if "net_365" in features else "orders_365"].to_numpy()


def measured(features: pd.DataFrame, rules: LoyaltyParams) -> Floats:
    """What the tiers go by: net spend or order days of the last 365 days, or years since the first order."""
    if rules.tiers_by == "years":
        return features["tenure"].to_numpy() / YEAR
    return features["orders_365"].to_numpy() if rules.tiers_by == "orders" else yearly(features)


def thresholds(values: Floats, rules: LoyaltyParams) -> dict[str, float]:
    """The least that each tier takes, the highest tier first: as the shop has it, else by shares of the customers.

    A tier by share takes at least as much as its last customer has, and more than nothing.
    """
    if rules.tier_thresholds:
        return dict(sorted(rules.tier_thresholds.items(), key=lambda tier: -tier[1]))
    ranked = np.sort(values)[::-1]
    least = {
        name: float(ranked[max(int(np.ceil(share * len(ranked))), 1) - 1])
        for name, share in sorted(rules.tier_shares.items(), key=lambda tier: tier[1])
        if len(ranked)
    }
    return {name: amount for name, amount in least.items() if amount > 0}


def tiers_of(values: Floats, least: Mapping[str, float]) -> pd.DataFrame:
    """The tier of every customer, null below the lowest, and what is missing to the next one, 0 in the highest.

    Examples
    --------
    >>> tiers_of(np.array([5.0, 120.0]), {"gold": 100.0, "silver": 50.0})["to_next_tier"].tolist()
    [45.0, 0.0]
    """
    names, amounts = [None, *reversed(list(least))], sorted(least.values())
    place = np.searchsorted(amounts, values, side="right")  # how many tiers a customer has reached
    missing = np.array([*amounts, np.nan])[place] - values
    columns = {
        "tier": pd.array([names[k] for k in place], TEXT_DTYPE),
        "to_next_tier": np.where(missing > 0, missing, 0.0),
    }
    return pd.DataFrame(columns)


def is_main(features: pd.DataFrame) -> pd.Series[bool]:
    """Main customers: the fewest who together bring four fifths of the spend of the last 365 days; others are casual.

    Customers with equal spend are treated alike.
    """
    spend = np.maximum(yearly(features), 0.0)
    ranked = np.sort(spend)[::-1]
    together = np.cumsum(ranked)
    if not len(ranked) or together[-1] <= 0:
        return pd.Series(False, features.index, name="main")
    last = ranked[np.searchsorted(together, MAIN_SHARE * together[-1] * (1 - 1e-12))]
    return pd.Series((spend >= last) & (spend > 0), features.index, name="main")
