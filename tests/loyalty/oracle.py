"""The states of customers once more, customer by customer in plain pandas, for comparison."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

CUTS = ((5, 30), (4, 90), (3, 180), (2, 365), (1, np.inf))


def states(lines: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """States from lines of customer_id, date and amount, by the default rules, one customer after the other."""
    at = pd.Timestamp(cutoff)
    known = lines[lines["date"] < at]
    earlier = known[known["date"] < at - pd.Timedelta(days=30)]
    one = pd.DataFrame({customer: _one(own, at) for customer, own in known.groupby("customer_id")}).T
    gaps = [row["gap"] for row in one.to_dict("records") if row["orders"] > 1]
    shop = float(np.median(gaps))
    n = len(one)
    rows = {}
    before_spend = _spend(earlier, at - pd.Timedelta(days=30), 180)
    before = {c: (before_spend < value).mean() for c, value in before_spend.items()}
    for customer, row in one.iterrows():
        less = {name: (one[name] < row[name]).sum() for name in ("orders", "spend", "spend_180", "spend_365")}
        recency = next(score for score, days in CUTS if row["silent"] <= days)
        frequency, money = (int(5 * less[name] // n) + 1 for name in ("orders", "spend"))
        usual = ((row["gap"] if row["orders"] > 1 else 0.0) * (row["orders"] - 1) + 2 * shop) / (row["orders"] + 1)
        if row["silent"] > 3 * usual:
            health = "poor"
        elif (
            row["silent"] > 1.5 * usual
            or 2 * row["orders_90"] < row["orders_180"] - row["orders_90"]
            or _smaller(known[known["customer_id"] == customer], at)
        ):
            health = "average"
        else:
            health = "good"
        rank = less["spend_180"] / n
        rank_before = before.get(customer, np.nan)
        rows[customer] = {
            "recency_score": recency,
            "frequency_score": frequency,
            "money_score": money,
            "best": row["silent"] <= 30 and frequency == 5 and money == 5,
            "stage": "first_time"
            if row["orders"] == 1
            else "advocate"
            if row["orders"] >= 6 and row["silent"] <= 365
            else "repeat",
            "usual_gap": usual,
            "health": health,
            "spend_rank": rank,
            "spend_rank_before": rank_before,
            "falling_off": rank_before >= 0.8 and rank_before - rank >= 0.1 and health != "good" and row["orders"] > 1,
        }
    return pd.DataFrame(rows).T


def _one(own: pd.DataFrame, at: pd.Timestamp) -> dict[str, float]:
    days = sorted(own["date"].unique())
    ages = [(at - day).days for day in days]
    spend = {
        f"spend_{k}": own.loc[own["date"] >= at - pd.Timedelta(days=k), "amount"].sum().round(4) for k in (180, 365)
    }
    return {
        "orders": len(days),
        "silent": ages[-1],
        "gap": float(np.mean([(b - a).days for a, b in pairwise(days)])) if len(days) > 1 else np.nan,
        "orders_90": sum(age <= 90 for age in ages),
        "orders_180": sum(age <= 180 for age in ages),
        "spend": own["amount"].sum().round(4),
        **spend,
    }


def _smaller(own: pd.DataFrame, at: pd.Timestamp) -> bool:
    days = own.groupby("date")["amount"].sum()
    age = (at - days.index).days
    late, before = days[age <= 90], days[(age > 90) & (age <= 365)]
    if len(late) < 3 or before.empty:
        return False
    chance = 1.645 * days.std() * np.sqrt(1 / len(late) + 1 / len(before))
    return bool(late.mean() < 2 / 3 * before.mean() and before.mean() - late.mean() > chance)


def _spend(known: pd.DataFrame, at: pd.Timestamp, days: int) -> pd.Series:
    late = known[known["date"] >= at - pd.Timedelta(days=days)]
    found = late.groupby("customer_id")["amount"].sum().round(4)
    return found.reindex(known["customer_id"].unique(), fill_value=0.0)
