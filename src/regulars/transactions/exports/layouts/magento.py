"""Magento and Adobe Commerce: Sales > Orders > Export. A row an order, with the columns that the grid shows."""

from __future__ import annotations

from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

GRID = Layout(
    name="magento",
    title="Magento's order grid",
    needs=("order_id", "ordered_at", "amount", "bill_to", "status"),
    names={
        "order_id": ("ID",),
        "ordered_at": ("Purchase Date",),
        "bill_to": ("Bill-to Name",),
        "amount": ("Grand Total (Base)", "Grand Total (Purchased)"),
        "refunded": ("Total Refunded",),
        "status": ("Status",),
        "channel": ("Purchase Point",),
        "email": ("Customer Email",),
    },
    customer=("email",),
    without_customer=(
        "Show the column 'Customer Email' in the order grid (Columns), with 'Total Refunded', and export again"
    ),
    rules=(
        Rule(RowOutcome.CANCELLED, "status", ("canceled", "cancelled")),
        Rule(
            RowOutcome.UNPAID,
            "status",
            ("pending*", "payment review", "payment_review", "fraud", "suspected fraud", "holded", "on hold"),
        ),
    ),
    sales=("complete", "processing", "closed"),
    refunded=("closed",),
)
