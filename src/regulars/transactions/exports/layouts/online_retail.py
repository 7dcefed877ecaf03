"""UCI Online Retail, both versions. A row a line; invoices that begin with C cancel what was bought."""

from __future__ import annotations

from regulars.transactions.exports.aliases import ALIASES
from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

# A column `id` beside invoices is the number of the row.
_CUSTOMER = tuple(name for name in ALIASES["customer_id"] if name != "id")

INVOICES = Layout(
    name="online_retail",
    title="UCI's Online Retail",
    needs=("order_id", "product_id", "quantity", "ordered_at", "unit_price"),
    names={
        "order_id": ("InvoiceNo", "Invoice"),
        "product_id": ("StockCode",),
        "quantity": ("Quantity",),
        "ordered_at": ("InvoiceDate",),
        "unit_price": ("UnitPrice", "Price"),
        "customer_id": ("CustomerID", *_CUSTOMER),
    },
    customer=("customer_id",),
    without_customer="UCI's file has a column 'CustomerID' (in the second version 'Customer ID')",
    lines=True,
    product=("product_id",),
    returned=Rule(RowOutcome.RETURN_FLAGGED, "order_id", ("c*",)),
)
