"""What recognition of each tier may cost: what those who stopped would have brought, for each customer of the tier."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from regulars.features import available, build_features_at
from regulars.loyalty.associations.driver import interval, percent
from regulars.loyalty.associations.estimates import share
from regulars.loyalty.tiers import measured, thresholds, tiers_of
from regulars.params import LoyaltyParams
from regulars.transactions import Transactions
from regulars.windows import Windows

YEAR = 365
LEAST = 30  # customers of a tier
USED = {"net_365", "orders_365", "tenure"}
COLUMNS = ("tier", "customers", "stopped", "stopped_low", "stopped_high", "stayer_margin", "worth_per_head", "meaning")


def tier_worth(tx: Transactions, windows: Windows, rules: LoyaltyParams, *, margin: float) -> pd.DataFrame:
    """Follow the customers of each tier for a year: the most that recognition may cost per head.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff: the end of the year. Tiers are those 365 days before it.
    rules : LoyaltyParams
        How tiers are made.
    margin : float
        Share of net money that is margin.

    Returns
    -------
    DataFrame
        One row a tier of 30 customers or more, the highest first: `customers`, the share who `stopped` (no order in the
        year) with its 95 % interval, `stayer_margin` (mean margin of the year of those who ordered),
        `worth_per_head` (stopped × stayer_margin), and `meaning`, a sentence. Without rows where the log has no money,
        or begins within the year.
    """
    before = windows.shifted(-YEAR)
    found: list[tuple[object, ...]] = []
    if tx.has_money and before.history_days(tx.first_day) > 0:
        used = [feature for feature in available(tx.columns) if feature.name in USED]
        tables = build_features_at(tx, [windows.cutoff, before.cutoff], used)
        found = list(_rows(tables[before.cutoff], tables[windows.cutoff], rules, margin))
    return pd.DataFrame(found, columns=list(COLUMNS))


def _rows(then: pd.DataFrame, now: pd.DataFrame, rules: LoyaltyParams, margin: float) -> Iterator[tuple[object, ...]]:
    values = measured(then, rules)
    least = thresholds(values, rules)
    tier = tiers_of(values, least)["tier"].set_axis(then.index)
    year = now.reindex(then.index)
    for name in least:  # the highest first
        own = year[tier == name]
        stayed = own["orders_365"] > 0
        if len(own) < LEAST or not stayed.any():
            continue
        stopped = share(int((~stayed).sum()), len(own))
        earned = margin * float(own.loc[stayed, "net_365"].mean())
        worth = stopped.value * earned
        ends = interval(percent(stopped.low), percent(stopped.high))
        meaning = (
            f"Tier {name}: of {len(own):,} customers a year ago, {percent(stopped.value)} have not ordered since "
            f"{ends}; the others brought {earned:,.2f} of margin each. "
        )
        meaning += (
            f"Recognition may cost {worth:,.2f} per customer and year at most, if it keeps everybody."
            if stopped.value
            else "There was nobody whom recognition could have kept."
        )
        yield name, len(own), stopped.value, stopped.low, stopped.high, earned, worth, meaning
