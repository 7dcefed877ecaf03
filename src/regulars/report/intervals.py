"""Whether intervals and dates held, from the summary of a backtest to what a page says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEAN = "mean"
GROUPS = {
    "all": "all customers",
    "active": "bought within one horizon before",
    "6": "most active sixth",
    "5": "second sixth",
    "4": "third sixth",
    "3": "fourth sixth",
    "2": "fifth sixth",
    "1": "least active sixth",
}


def by_group(backtest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a group of customers, all of them first: share inside and mean width of both outcomes, over origins."""
    rows: dict[str, dict[str, Any]] = {}
    for row in backtest.get("coverage", []):
        if row["origin"] == MEAN:
            at = rows.setdefault(row["group"], {"name": GROUPS[row["group"]], "customers": row["customers"]})
            at |= {f"{row['outcome']}_inside": row["coverage"], f"{row['outcome']}_width": row["width"]}
    return [rows[group] for group in GROUPS if group in rows]


def of_all_together(backtest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row an origin: the forecast total with its interval, and the actual total."""
    rows: dict[str, dict[str, Any]] = {}
    for row in backtest.get("totals", []):
        rows.setdefault(row["origin"], {"origin": row["origin"]})[row["outcome"]] = row
    return list(rows.values())


def next_dates(backtest: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How the dates of the next purchase did over origins; None where nobody came back."""
    means = [row for row in backtest.get("dates", []) if row["origin"] == MEAN]
    return means[0] if means and means[0]["concordance"] is not None else None
