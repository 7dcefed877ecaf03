"""Etsy: Settings > Options > Download Data. Orders (a row an order) or Order Items (a row a line)."""

from __future__ import annotations

from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

RULES = (
    Rule(RowOutcome.CANCELLED, "status", ("canceled", "cancelled")),
    Rule(RowOutcome.UNPAID, "status", ("payment processing", "unpaid")),
)
SALES = ("paid", "completed", "shipped", "open", "refunded", "fully refunded", "partially refunded", "processing")

ORDERS = Layout(
    name="etsy",
    title="Etsy's export of orders",
    needs=("ordered_at", "order_id", "amount", "net", "value"),
    names={
        "ordered_at": ("Sale Date",),
        "order_id": ("Order ID",),
        "customer_id": ("Buyer User ID",),
        "buyer": ("Buyer",),
        "currency": ("Currency",),
        "value": ("Order Value",),
        "amount": ("Order Total",),
        "adjusted": ("Adjusted Order Total",),
        "net": ("Order Net",),
        "discount": ("Discount Amount",),
        "status": ("Status",),
    },
    customer=("customer_id", "buyer"),
    without_customer="Download the orders again (CSV type Orders): its column 'Buyer User ID' tells the customer",
    rules=RULES,
    sales=SALES,
    refunded=("refunded", "fully refunded"),
)
ITEMS = Layout(
    name="etsy",
    title="Etsy's export of order items",
    needs=("ordered_at", "order_id", "amount", "line", "listing"),
    names={
        "ordered_at": ("Sale Date",),
        "order_id": ("Order ID",),
        "buyer": ("Buyer",),
        "currency": ("Currency",),
        "amount": ("Item Total",),
        "discount": ("Discount Amount",),
        "line": ("Item Name",),
        "listing": ("Listing ID",),
        "sku": ("SKU",),
        "status": ("Status",),
    },
    customer=("buyer",),
    without_customer=(
        "Download the order items again with the column 'Buyer', or the orders (CSV type Orders), whose column "
        "'Buyer User ID' tells the customer"
    ),
    lines=True,
    product=("sku", "listing"),
    rules=RULES,
    sales=SALES,
    refunded=("refunded", "fully refunded"),
)
