"""BigCommerce: Orders > Export, default template. A row an order."""

from __future__ import annotations

from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

ORDERS = Layout(
    name="bigcommerce",
    title="BigCommerce's export of orders",
    needs=("order_id", "ordered_at", "status", "amount"),
    names={
        "order_id": ("Order ID",),
        "ordered_at": ("Order Date",),
        "status": ("Order Status",),
        "amount": ("Order Total (inc tax)",),
        "refunded": ("Refund Amount",),
        "currency": ("Order Currency Code",),
        "channel": ("Channel Name",),
        "customer_id": ("Customer ID",),
        "email": ("Customer Email", "Billing Email"),
    },
    customer=("customer_id", "email"),
    without_customer=(
        "Export the orders again with the default template: its columns 'Customer ID' and 'Customer Email' tell the "
        "customer"
    ),
    rules=(
        Rule(RowOutcome.CANCELLED, "status", ("cancelled", "canceled", "declined")),
        Rule(RowOutcome.UNPAID, "status", ("pending", "awaiting payment", "incomplete")),
    ),
    sales=(
        *("completed", "shipped", "partially shipped", "awaiting shipment", "awaiting pickup", "awaiting fulfillment"),
        *("refunded", "partially refunded", "disputed", "manual verification required", "verification required"),
    ),
    refunded=("refunded",),
    nobody=("0",),
)
