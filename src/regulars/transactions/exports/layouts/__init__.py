"""Known exports: one small declaration each, recognised by their headers and read with the right meaning."""

from regulars.transactions.exports.layouts import (
    amazon,
    bigcommerce,
    etsy,
    magento,
    online_retail,
    paypal,
    shopify,
    square,
    stripe,
    woocommerce,
)
from regulars.transactions.exports.layouts.layout import Layout, Rule

LAYOUTS: tuple[Layout, ...] = (
    shopify.ORDERS,
    woocommerce.ANALYTICS,
    woocommerce.ORDERS,
    woocommerce.LINES,
    stripe.PAYMENTS,
    square.TRANSACTIONS,
    paypal.ACTIVITY,
    amazon.ORDER_REPORT,
    amazon.ALL_ORDERS,
    etsy.ORDERS,
    etsy.ITEMS,
    magento.GRID,
    bigcommerce.ORDERS,
    online_retail.INVOICES,
)

NAMES = tuple(dict.fromkeys(layout.name for layout in LAYOUTS))

__all__ = ["LAYOUTS", "NAMES", "Layout", "Rule"]
