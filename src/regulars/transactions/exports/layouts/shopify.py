"""Shopify: Orders > Export. An order's totals stand on its first line only; its other lines carry a product each."""

from __future__ import annotations

from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

ORDERS = Layout(
    name="shopify",
    title="Shopify's export of orders",
    needs=("order_id", "status", "ordered_at", "amount", "line"),
    names={
        "order_id": ("Name",),
        "email": ("Email",),
        "status": ("Financial Status",),
        "ordered_at": ("Created at",),
        "amount": ("Total",),
        "refunded": ("Refunded Amount",),
        "discount": ("Discount Amount",),
        "cancelled": ("Cancelled at",),
        "gateway": ("Payment Method",),
        "currency": ("Currency",),
        "consent": ("Accepts Marketing",),
        "channel": ("Source",),
        "line": ("Lineitem name",),
        "sku": ("Lineitem sku",),
    },
    customer=("email",),
    without_customer="Export the orders again (Orders > Export, plain CSV): its column 'Email' tells the customer",
    product=("sku", "line"),
    of_order=("email", "status", "ordered_at", "cancelled", "gateway", "currency", "consent", "channel"),
    rules=(
        Rule(RowOutcome.TEST, "gateway", ("bogus", "bogus gateway", "(for testing) bogus gateway")),
        Rule(RowOutcome.CANCELLED, "cancelled"),
        Rule(RowOutcome.CANCELLED, "status", ("voided",)),
        Rule(RowOutcome.UNPAID, "status", ("pending", "authorized", "expired", "unpaid")),
    ),
    sales=("paid", "partially_paid", "partially_refunded", "refunded"),
    refunded=("refunded",),
)
