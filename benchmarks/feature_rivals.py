"""Thirty features at several cutoffs as people write them without an engine: a query a cutoff, and pandas."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

WINDOWS = (7, 30, 90, 180, 365)
THIRTY = (
    *("days_since_last", "recency", "tenure", "frequency", "order_rate", "weekend_share", "lines_per_order"),
    *("gap_mean", "gap_median", "gap_std", "gap_cv", "gap_longest", "gap_last", "overdue_ratio"),
    *("net_total", "gross_total", "order_value_mean", "order_value_std", "order_value_last", "order_value_largest"),
    *(f"orders_{days}" for days in WINDOWS),
    *(f"net_{days}" for days in WINDOWS),
)


def query_at(cutoff: dt.date) -> str:
    """One plain query over the table `log` (customer_id, date, amount)."""
    orders = ", ".join(f"count(*) FILTER (ordered AND age <= {days}) AS orders_{days}" for days in WINDOWS)
    net = ", ".join(f"coalesce(sum(net) FILTER (age <= {days}), 0) AS net_{days}" for days in WINDOWS)
    return f"""
WITH days AS (
  SELECT customer_id, date, DATE '{cutoff}' - date AS age, count(*) FILTER (amount >= 0) AS lines, lines > 0 AS ordered,
    sum(amount) FILTER (amount >= 0) AS gross, sum(amount) AS net
  FROM log WHERE date < DATE '{cutoff}' GROUP BY customer_id, date
), steps AS (
  SELECT *, CASE WHEN ordered THEN date - lag(date) OVER (PARTITION BY customer_id, ordered ORDER BY date) END AS gap
  FROM days
), sums AS (
  SELECT customer_id, count(*) FILTER (ordered) AS orders, min(age) FILTER (ordered) AS days_since_last,
    max(age) FILTER (ordered) AS tenure, tenure - days_since_last AS recency, orders - 1 AS frequency,
    30.0 * (orders - 1) / tenure AS order_rate,
    count(*) FILTER (ordered AND isodow(date) > 5) / orders AS weekend_share,
    sum(lines) / orders AS lines_per_order, avg(gap) AS gap_mean, median(gap) AS gap_median,
    stddev_samp(gap) AS gap_std, gap_std / gap_mean AS gap_cv, max(gap) AS gap_longest,
    arg_max(gap, date) FILTER (ordered) AS gap_last, days_since_last / gap_mean AS overdue_ratio,
    sum(net) AS net_total, sum(gross) AS gross_total, avg(gross) AS order_value_mean,
    stddev_samp(gross) AS order_value_std, arg_max(gross, date) FILTER (ordered) AS order_value_last,
    max(gross) AS order_value_largest, {orders}, {net}
  FROM steps GROUP BY customer_id
)
SELECT customer_id, {", ".join(f"CAST({name} AS DOUBLE) AS {name}" for name in THIRTY)}
FROM sums WHERE orders > 0 ORDER BY customer_id"""


def pandas_at(log: pd.DataFrame, cutoff: dt.date) -> pd.DataFrame:
    """The same with pandas, a groupby for the days and a few for the customers."""
    close = pd.Timestamp(cutoff)
    log = log[log["date"] < close]
    bought = log["amount"] >= 0
    log = log.assign(lines=bought, gross=log["amount"].where(bought, 0.0))
    days = log.groupby(["customer_id", "date"], as_index=False).agg(
        lines=("lines", "sum"), gross=("gross", "sum"), net=("amount", "sum")
    )
    days["age"] = (close - days["date"]).dt.days
    orders = days[days["lines"] > 0].copy()
    orders["gap"] = -orders.groupby("customer_id")["age"].diff()
    orders["weekend"] = orders["date"].dt.day_of_week > 4
    by = orders.groupby("customer_id")
    made = by.agg(
        orders=("age", "size"),
        days_since_last=("age", "min"),
        tenure=("age", "max"),
        weekend=("weekend", "sum"),
        lines=("lines", "sum"),
        gap_mean=("gap", "mean"),
        gap_median=("gap", "median"),
        gap_std=("gap", "std"),
        gap_longest=("gap", "max"),
        gross_total=("gross", "sum"),
        order_value_mean=("gross", "mean"),
        order_value_std=("gross", "std"),
        order_value_largest=("gross", "max"),
    )
    last = by.tail(1).set_index("customer_id")
    made["gap_last"], made["order_value_last"] = last["gap"], last["gross"]
    made["net_total"] = days.groupby("customer_id")["net"].sum()
    for window in WINDOWS:
        recent = days[days["age"] <= window]
        made[f"orders_{window}"] = recent[recent["lines"] > 0].groupby("customer_id").size()
        made[f"net_{window}"] = recent.groupby("customer_id")["net"].sum()
    made = made.fillna({f"{what}_{window}": 0.0 for what in ("orders", "net") for window in WINDOWS})
    made["recency"] = made["tenure"] - made["days_since_last"]
    made["frequency"] = made["orders"] - 1
    made["order_rate"] = 30.0 * made["frequency"] / made["tenure"]
    made["weekend_share"] = made["weekend"] / made["orders"]
    made["lines_per_order"] = made["lines"] / made["orders"]
    made["gap_cv"] = made["gap_std"] / made["gap_mean"]
    made["overdue_ratio"] = made["days_since_last"] / made["gap_mean"]
    return made[list(THIRTY)].astype(np.float64)
