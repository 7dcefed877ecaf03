"""The column contracts of the tables that leave a room.

One list a table, in the order in which the columns are written. Their meanings
are in `dictionary.py`.
"""

from __future__ import annotations

SCORES = (
    "customer_id",
    "cutoff",
    "horizon_days",
    "first_order",
    "last_order",
    "orders",
    "spend_so_far",
    "p_churn",
    "p_alive",
    "expected_purchases",
    "expected_spend",
    "p_lost",
    "order_value",
    "spend_if_back",
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

MEASURED = (
    "campaign",
    "by",
    "part",
    "outcome",
    "horizons",
    "method",
    "treated",
    "control",
    "treated_mean",
    "control_mean",
    "effect",
    "low",
    "high",
    "total",
    "total_low",
    "total_high",
    "confidence",
    "p_value",
)

CAMPAIGN_HISTORY = (
    "customer",
    "campaign",
    "start",
    "horizon_days",
    "cutoff",
    "model_version",
    "group",
    "offer",
    "kind",
    "p_churn",
    "p_lost",
    "expected_spend",
    "clv",
    "expected_profit",
    "expected_cost",
    "ordered",
    "order_days",
    "revenue",
    "margin",
    "profit",
    "redeemed",
    "currency",
)
