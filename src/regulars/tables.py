"""The column contracts of the tables that leave a room.

One list a table, in the order in which the columns are written. Their meanings
are in `meanings.py`.
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

TREAT, CONTROL = "treat", "control"  # the groups of a work list, and of the campaign history

TARGETS = (
    "customer_id",
    "campaign",
    "group",
    "contact_on",
    "channel",
    "offer",
    "kind",
    "expected_profit",
    "expected_cost",
    "last_order",
    "orders",
    "spend_so_far",
    "p_churn",
    "p_lost",
    "expected_spend",
    "clv",
    "reason_1",
    "reason_2",
    "reason_3",
    "opening",
    "next_product",
    "next_product_why",
    "cutoff",
    "horizon_days",
    "model_version",
)

LET_GO = ("customer_id", "last_order", "orders", "spend_so_far", "p_churn", "p_lost", "best_profit", "reason")

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
    "days_since_last",
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

SEGMENTS = (
    "customer_id",
    "cutoff",
    "first_order",
    "last_order",
    "orders",
    "spend_so_far",
    "recency_score",
    "frequency_score",
    "money_score",
    "segment",
    "segment_before",
    "best",
    "stage",
    "usual_gap",
    "health",
    "health_reason",
    "tier",
    "tier_before",
    "to_next_tier",
    "main",
    "spend_rank",
    "spend_rank_before",
    "falling_off",
    "first_90_days",
    "due_on",
    "anniversary",
    "thanks",
    "action",
)

DRIVERS = (
    "driver",
    "group",
    "comparison",
    "measure",
    "estimate",
    "low",
    "high",
    "customers",
    "compared",
    "adjusted_for",
    "is_clear",
    "meaning",
)

NEXT_SALE = (
    "customer_id",
    "rank",
    "kind",
    "product_id",
    "because",
    "customers_of_both",
    "lift",
    "conversion",
    "lead_days",
    "why",
)

PREFERENCES = (
    "customer_id",
    "about",
    "preferred",
    "order_days",
    "of_days",
    "share",
    "low",
    "high",
    "usual_share",
    "probability",
    "is_sure",
)

LOYALTY_MEASURES = (
    "customer_id",
    "orders",
    "tenure",
    "days_since_last",
    "gap_change",
    "order_change",
    "breadth",
    "known_products",
    "channels",
    "full_price",
    "back_after_return",
    "index",
)

FORGOTTEN = ("customer", "recorded_on")
