"""Amazon: the Order Report, FBA's Shipments and the All Orders report. A row a line, its price that of all pieces."""

from __future__ import annotations

from dataclasses import replace

from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

NAMES = {
    "ordered_at": ("purchase-date",),
    "amount": ("item-price",),
    "discount": ("item-promotion-discount",),
    "sku": ("sku",),
    "currency": ("currency",),
    "channel": ("sales-channel",),
    "status": ("order-status",),
    "line_status": ("item-status",),
    "email": ("buyer-email",),
}
WITHOUT = (
    "Amazon's All Orders report names no buyers. Use the Order Report (Orders > Order Reports) or, for FBA, the report "
    "Amazon Fulfilled Shipments: their column 'buyer-email' tells the buyer"
)
RULES = (
    Rule(RowOutcome.CANCELLED, "status", ("cancelled", "canceled")),
    Rule(RowOutcome.CANCELLED, "line_status", ("cancelled", "canceled")),
    Rule(RowOutcome.UNPAID, "status", ("pending*",)),
)
SALES = ("shipped*", "shipping", "unshipped", "partiallyshipped", "partially shipped", "complete", "invoiceunconfirmed")

ORDER_REPORT = Layout(
    name="amazon",
    title="Amazon's Order Report",
    needs=("order_id", "line", "pieces", "ordered_at", "amount", "sku"),
    names={
        **NAMES,
        "order_id": ("order-id",),
        "line": ("order-item-id",),
        "pieces": ("quantity-purchased",),
    },
    customer=("email",),
    without_customer=WITHOUT,
    product=("sku",),
    rules=RULES,
    sales=SALES,
    lines=True,
    utc=True,
)
ALL_ORDERS = replace(
    ORDER_REPORT,
    title="Amazon's report of orders or shipments",
    needs=("order_id", "ordered_at", "amount", "sku"),
    names={**NAMES, "order_id": ("amazon-order-id",)},
)
