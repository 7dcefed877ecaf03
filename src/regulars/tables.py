"""The column contracts of the tables that leave a room.

One list a table, in the order in which the columns are written. The meanings stand in
`docs/data-dictionary.md`.
"""

from __future__ import annotations

SCORES = (
    "customer_id",
    "cutoff",
    "horizon_days",
    "p_churn",
    "p_alive",
    "expected_purchases",
    "expected_spend",
    "clv",
    "clv_low",
    "clv_high",
    "next_purchase_date",
    "next_purchase_low",
    "next_purchase_high",
    "disagreement",
    "reason_1",
    "reason_2",
    "reason_3",
    "model_version",
)

PREDICTIONS = (
    "origin",
    "customer_id",
    "contender",
    "p_churn",
    "expected_purchases",
    "expected_spend",
    "actual_purchases",
    "actual_spend",
)

TARGETS = (
    "customer_id",
    "campaign",
    "group",
    "day",
    "channel",
    "offer",
    "expected_profit",
    "expected_cost",
    "p_churn",
    "expected_spend",
    "reason_1",
    "reason_2",
    "reason_3",
    "opening",
)
