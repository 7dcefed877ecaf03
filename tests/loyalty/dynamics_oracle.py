"""Movements, months, cohorts and repeat orders once more, in plain pandas on the lines, for comparison.

Lines are `customer`, `day`, `bought` and `money`; nothing is shared with the product.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def movement(lines: pd.DataFrame, cutoff: pd.Timestamp, days: int) -> dict[str, float]:
    """Customers and money of the last `days` before the cutoff, beside as many before them."""
    middle, start = cutoff - pd.Timedelta(days=days), cutoff - pd.Timedelta(days=2 * days)
    now, then = lines[lines["day"].between(middle, cutoff, "left")], lines[lines["day"].between(start, middle, "left")]
    ever = set(lines.loc[lines["bought"] & (lines["day"] < start), "customer"])
    ordered_now, ordered_then = set(now.loc[now["bought"], "customer"]), set(then.loc[then["bought"], "customer"])
    money_now, money_then = (part.groupby("customer")["money"].sum() for part in (now, then))
    change = money_now.sub(money_then, fill_value=0.0)
    kept, lost, came = ordered_now & ordered_then, ordered_then - ordered_now, ordered_now - ordered_then
    theirs = list(kept | lost)

    def total(customers: set[str], amounts: pd.Series = change) -> float:
        return float(amounts.reindex(list(customers)).fillna(0.0).sum())

    base = total(set(theirs), money_then)
    both = pd.DataFrame({"then": money_then, "now": money_now}).reindex(theirs).fillna(0.0)
    return {
        "customers_before": len(ordered_then),
        "customers_new": len(came - ever),
        "customers_back": len(came & ever),
        "customers_kept": len(kept),
        "customers_lost": len(lost),
        "customers_now": len(ordered_now),
        "money_before": float(then["money"].sum()),
        "money_new": total(came - ever),
        "money_back": total(came & ever),
        "money_more": total(set(theirs), change.clip(lower=0.0)),
        "money_less": total(kept, change.clip(upper=0.0)),
        "money_lost": total(lost, change.clip(upper=0.0)),
        "money_returns": total(set(change.index) - ordered_now - ordered_then),
        "money_now": float(now["money"].sum()),
        "retention": len(kept) / len(ordered_then),
        "gross_retention": float(both.min(axis="columns").sum()) / base,
        "net_retention": float(both["now"].sum()) / base,
    }


def months(lines: pd.DataFrame, loyal_orders: int) -> pd.DataFrame:
    """What each month brought; lines of whole months."""
    rows, seen = [], {}
    for month, part in lines.groupby(lines["day"].dt.to_period("M")):
        ordered = part[part["bought"]].groupby("customer")["day"].nunique()
        money = part.groupby("customer")["money"].sum()
        new = [name for name in ordered.index if name not in seen]
        loyal = [name for name in ordered.index if seen.get(name, 0) >= loyal_orders]
        rows.append(
            {
                "month": month.to_timestamp(),
                "customers": len(ordered),
                "new_customers": len(new),
                "loyal_customers": len(loyal),
                "order_days": int(ordered.sum()),
                "money": money.sum(),
                "new_money": money.reindex(new).sum(),
                "loyal_money": money.reindex(loyal).sum(),
                "returns_money": money.drop(ordered.index).sum(),
            }
        )
        for name, count in ordered.items():
            seen[name] = seen.get(name, 0) + count
    return pd.DataFrame(rows)


def cohorts(lines: pd.DataFrame) -> pd.DataFrame:
    """Active customers, order days and money of every cohort and age at which something happened."""
    month = lines["day"].dt.year * 12 + lines["day"].dt.month
    firsts = month[lines["bought"]].groupby(lines["customer"]).min()
    known = lines.assign(cohort=lines["customer"].map(firsts), month=month).dropna(subset="cohort")
    known["age_months"] = (known["month"] - known["cohort"]).clip(lower=0)
    cells = known.groupby(["cohort", "age_months"])
    bought = known[known["bought"]]
    return pd.DataFrame(
        {
            "active": bought.groupby(["cohort", "age_months"])["customer"].nunique(),
            "order_days": bought.drop_duplicates(["customer", "day"]).groupby(["cohort", "age_months"]).size(),
            "money": cells["money"].sum(),
        }
    ).fillna(0.0)


def share_within(lines: pd.DataFrame, cutoff: pd.Timestamp, order: int, days: int) -> float:
    """Share of customers who get to an order day within so many days, by the product-limit rule, day by day.

    Of those who ordered first after the log's first 90 days, or of all where nobody did.
    """
    bought = lines[lines["bought"]].drop_duplicates(["customer", "day"]).sort_values("day").groupby("customer")["day"]
    first, nth = bought.first(), bought.nth(order - 1)
    nth = pd.Series(nth.to_numpy(), index=lines.loc[nth.index, "customer"]).reindex(first.index)
    later = first[first >= first.min() + pd.Timedelta(days=90)]
    first = later if len(later) else first
    waited, known = (nth.reindex(first.index) - first).dt.days, (cutoff - first).dt.days
    still = 1.0
    for day in range(1, days + 1):
        at_risk = ((known > day) & ~(waited < day)).sum()
        if not at_risk:
            return np.nan
        still *= 1 - (waited == day).sum() / at_risk
    return 1 - still


def gini(amounts: pd.Series) -> float:
    """Half the mean absolute difference over the mean, pair by pair."""
    values = amounts.clip(lower=0.0).to_numpy()
    return float(np.abs(values[:, None] - values[None, :]).mean() / (2 * values.mean()))


def gini_by_rank(amounts: pd.Series) -> float:
    """The same from ranks: 2 Σ i x_(i) / (n Σ x) − (n + 1) / n."""
    ranked, count = amounts.clip(lower=0.0).sort_values(), len(amounts)
    return float(2 * (ranked.to_numpy() * np.arange(1, count + 1)).sum() / (count * ranked.sum()) - (count + 1) / count)
