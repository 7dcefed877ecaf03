"""PayPal: Activity > Download. A row a movement of the account, of which payments and refunds are the shop's."""

from __future__ import annotations

from regulars.transactions.exports.layouts.layout import Layout, Rule
from regulars.transactions.row_outcome import RowOutcome

PAYMENTS = (
    *("Express Checkout Payment", "PayPal Express Checkout Payment", "Website Payment", "Web Accept Payment Received"),
    *("Shopping Cart Payment Received", "Mobile Payment", "Mobile Express Checkout Payment", "General Payment"),
    *("Payment Received", "Subscription Payment", "Subscription Payment Received", "Recurring Payment"),
    *("Recurring Payment Received", "PreApproved Payment Bill User Payment", "Pre-approved Payment Bill User Payment"),
    *("eBay Auction Payment", "Auction Payment Received", "Virtual Terminal Transaction", "Virtual Terminal Payment"),
    *("Direct Credit Card Payment", "Direct Payment API", "PayPal Checkout APM Payment", "Invoice Payment"),
    *("Express-Zahlung", "PayPal Express-Zahlung", "PayPal Express-Kaufabwicklung", "Website-Zahlung", "Handyzahlung"),
    *(
        "Allgemeine Zahlung",
        "Abonnementzahlung",
        "Zahlung im Einzugsverfahren mit Zahlungsrechnung",
        "Wiederkehrende Zahlung",
    ),
)
REFUNDS = (
    *("Payment Refund", "Refund", "Refund Sent", "Payment Reversal", "Partial Refund", "Chargeback"),
    *("Rückzahlung", "Zahlungsrückerstattung", "Rückbuchung"),
)

ACTIVITY = Layout(
    name="paypal",
    title="PayPal's activity report",
    needs=("ordered_at", "kind", "status", "amount", "net", "order_id"),
    names={
        "ordered_at": ("Date", "Datum"),
        "kind": ("Type", "Typ"),
        "status": ("Status",),
        "currency": ("Currency", "Währung"),
        "amount": ("Gross", "Brutto"),
        "net": ("Net", "Netto"),
        "email": ("From Email Address", "Absender E-Mail-Adresse"),
        "to_email": ("To Email Address", "Empfänger E-Mail-Adresse"),
        "order_id": ("Transaction ID", "Transaktionscode"),
        "impact": ("Balance Impact", "Auswirkung auf Guthaben"),
    },
    customer=("email", "to_email"),
    without_customer=(
        "Download the activity again with all columns (Activity > Download > Customize report fields): 'From Email "
        "Address' tells the customer"
    ),
    rules=(
        Rule(RowOutcome.NO_SALE, "kind", (*PAYMENTS, *REFUNDS), others=True),
        Rule(RowOutcome.NO_SALE, "impact", ("memo",)),
        Rule(RowOutcome.CANCELLED, "status", ("canceled", "cancelled", "voided", "removed", "Storniert")),
        Rule(
            RowOutcome.UNPAID,
            "status",
            (
                *("pending", "denied", "failed", "expired", "unclaimed", "held", "on hold", "under review", "placed"),
                *("created", "processing", "returned", "uncleared", "Ausstehend", "Abgelehnt", "Fehlgeschlagen"),
            ),
        ),
    ),
    sales=(
        *("completed", "cleared", "paid", "refunded", "partially refunded", "reversed", "partially reversed", "active"),
        *("Abgeschlossen", "Zurückgezahlt", "Teilweise zurückgezahlt", "Rückerstattet", "Teilweise rückerstattet"),
    ),
    returned=Rule(RowOutcome.RETURN_FLAGGED, "kind", REFUNDS),
    outgoing=True,
)
