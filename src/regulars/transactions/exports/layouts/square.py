"""Square: Transactions > Export. A row an event; refunds are rows of their own, with negative amounts."""

from __future__ import annotations

from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

TRANSACTIONS = Layout(
    name="square",
    title="Square's export of transactions",
    needs=("ordered_at", "amount", "order_id", "event", "collected"),
    names={
        "ordered_at": ("Date",),
        "amount": ("Net Sales",),
        "discount": ("Discounts",),
        "refunded": ("Partial Refunds",),
        "collected": ("Total Collected",),
        "order_id": ("Transaction ID",),
        "event": ("Event Type",),
        "channel": ("Source",),
        "customer_id": ("Customer ID",),
        "reference": ("Customer Reference ID",),
    },
    customer=("customer_id", "reference"),
    without_customer=(
        "Export the transactions again (Transactions > Export > Transactions CSV): its column 'Customer ID' tells the "
        "customer"
    ),
    returned=Rule(RowOutcome.RETURN_FLAGGED, "event", ("refund",)),
)
