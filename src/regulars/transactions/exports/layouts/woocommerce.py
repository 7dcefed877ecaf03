"""WooCommerce: the Analytics report of orders, and what the order export extensions write."""

from __future__ import annotations

from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

RULES = (
    Rule(RowOutcome.CANCELLED, "status", ("cancelled", "wc-cancelled", "trash", "Annulée")),
    Rule(
        RowOutcome.UNPAID,
        "status",
        (
            *("pending", "pending payment", "wc-pending", "on-hold", "on hold", "wc-on-hold", "failed", "wc-failed"),
            *("draft", "checkout-draft", "wc-checkout-draft"),
            *(
                "En attente",
                "En attente paiement",
                "En attente de paiement",
                "Attente paiement",
                "Échouée",
                "Brouillon",
            ),
        ),
    ),
)
SALES = (
    *("completed", "wc-completed", "processing", "wc-processing", "refunded", "wc-refunded"),
    *("Terminée", "En cours", "Remboursée"),
)
REFUNDED = ("refunded", "wc-refunded", "Remboursée")
WITH_CUSTOMERS = (
    "Export the orders with an order export extension of WooCommerce: its columns 'customer_id' and 'billing_email' "
    "tell the customer"
)

ANALYTICS = Layout(
    name="woocommerce",
    title="WooCommerce's Analytics report of orders",
    needs=("order_id", "ordered_at", "status", "amount", "kind", "items"),
    names={
        "ordered_at": ("Date",),
        "order_id": ("Order #", "Commande n°", "N° de commande"),
        "status": ("Status", "État", "Statut"),
        "customer_name": ("Customer", "Client"),
        "kind": ("Customer type", "Type de client"),
        "items": ("Items sold", "Articles vendus"),
        "amount": ("Net Sales", "N. Revenue", "Ventes nettes"),
        "channel": ("Attribution",),
    },
    customer=("customer_name",),
    without_customer=WITH_CUSTOMERS,
    rules=RULES,
    sales=SALES,
    refunded=REFUNDED,
    nobody=("Guest", "Invité"),
    warning=(
        "This export tells customers by their names alone: two of one name count as one customer, and guests as none",
        f"{WITH_CUSTOMERS}.",
    ),
)

ORDER_NAMES = {
    "order_id": ("order_number", "order_id"),
    "ordered_at": ("date", "order_date"),
    "status": ("status", "order_status"),
    "customer_id": ("customer_id", "customer_user"),
    "email": ("billing_email", "customer_email"),
    "currency": ("order_currency", "currency"),
    "total": ("order_total",),
    "payment": ("payment_method",),
    "shipping": ("shipping_total", "order_shipping"),
}
ORDER_NEEDS = ("order_id", "ordered_at", "status", "total", "payment", "shipping")
CUSTOMER = ("customer_id", "email")

ORDERS = Layout(
    name="woocommerce",
    title="an order export of WooCommerce",
    needs=(*ORDER_NEEDS, "amount"),
    names={
        **ORDER_NAMES,
        "amount": ("order_total",),
        "refunded": ("refunded_total",),
        "discount": ("discount_total", "cart_discount"),
    },
    customer=CUSTOMER,
    without_customer="Export again with the columns 'customer_id' and 'billing_email'",
    rules=RULES,
    sales=SALES,
    refunded=REFUNDED,
    nobody=("0",),
)

LINES = Layout(
    name="woocommerce",
    title="an order export of WooCommerce with one row a line item",
    needs=(*ORDER_NEEDS, "amount", "line"),
    names={
        **ORDER_NAMES,
        "amount": ("item_total",),
        "refunded": ("item_refunded",),
        "line": ("item_name",),
        "sku": ("item_sku",),
    },
    customer=CUSTOMER,
    without_customer=ORDERS.without_customer,
    lines=True,
    product=("sku", "line"),
    rules=RULES,
    sales=SALES,
    refunded=REFUNDED,
    nobody=("0",),
)
