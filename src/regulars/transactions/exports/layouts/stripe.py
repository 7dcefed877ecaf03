"""Stripe: Payments > Export. A row a payment, failed ones among them; times are in UTC."""

from __future__ import annotations

from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

PAYMENTS = Layout(
    name="stripe",
    title="Stripe's export of payments",
    needs=("order_id", "ordered_at", "amount", "refunded", "status"),
    names={
        "order_id": ("id",),
        "ordered_at": ("Created date (UTC)", "Created (UTC)"),
        "amount": ("Converted Amount", "Amount"),
        "refunded": ("Converted Amount Refunded", "Amount Refunded"),
        "currency": ("Converted Currency", "Currency"),
        "status": ("Status",),
        "mode": ("Mode",),
        "captured": ("Captured",),
        "customer_id": ("Customer ID",),
        "email": ("Customer Email",),
    },
    customer=("customer_id", "email"),
    without_customer="Export the payments again with all columns: 'Customer ID' and 'Customer Email' tell the customer",
    rules=(
        Rule(RowOutcome.TEST, "mode", ("test",)),
        Rule(RowOutcome.CANCELLED, "status", ("canceled", "cancelled")),
        Rule(
            RowOutcome.UNPAID,
            "status",
            (
                *("failed", "pending", "uncaptured", "blocked", "incomplete", "expired", "requires*", "requires_*"),
                *("processing", "early fraud warning"),
            ),
        ),
        Rule(RowOutcome.UNPAID, "captured", ("false",)),
    ),
    sales=("paid", "succeeded", "refunded", "partially refunded", "partial refund", "disputed", "dispute*"),
    refunded=("refunded",),
    utc=True,
)
