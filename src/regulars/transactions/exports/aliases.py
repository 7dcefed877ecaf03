"""Columns recognised by their usual names, where no mapping is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regulars.errors import Faults, InputError
from regulars.params import ColumnParams
from regulars.progress import note

# As they are called in UCI Online Retail, CDNOW, CLVTools, BTYDplus, lifetimes, Complete Journey, and exports of
# Shopify and WooCommerce; in lower case, without blanks and signs.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "customer_id": (
        *("customerid", "customer", "cust", "custid", "client", "clientid", "userid", "memberid", "householdid"),
        *("householdkey", "household", "buyerid", "accountid", "customeruserid", "customeremail", "email", "id"),
    ),
    "ordered_at": (
        *("orderedat", "date", "orderdate", "invoicedate", "purchasedate", "transactiondate", "transactiontimestamp"),
        *("timestamp", "datetime", "createdat", "paidat", "boughtat", "boughton"),
    ),
    "amount": (
        *(
            "amount",
            "sales",
            "salesvalue",
            "revenue",
            "total",
            "totalamount",
            "ordertotal",
            "ordertotalamount",
            "spend",
        ),
        *("monetaryvalue", "lineamount", "linetotal"),
    ),
    "quantity": ("quantity", "qty", "lineitemquantity", "itemquantity", "units"),
    "unit_price": ("unitprice", "lineitemprice", "itemprice", "priceperunit"),
    "order_id": (
        *("orderid", "orderno", "ordernumber", "invoice", "invoiceno", "invoiceid", "basketid", "transactionid"),
        *("receiptid", "name"),
    ),
    "product_id": ("productid", "stockcode", "sku", "lineitemsku", "itemid", "articleid"),
    "category": ("category", "productcategory", "department"),
    "channel": ("channel", "saleschannel"),
    "is_return": ("isreturn", "returned"),
}
SHOPIFY = "lineitemname"  # only where it is there, `name` is the number of an order


def recognise(source: str, found: Iterable[str]) -> ColumnParams | None:
    """Map the columns of a log by their usual names, and say how; None where one that is needed is not there.

    Parameters
    ----------
    source : str
        How messages call the log.
    found : iterable of str
        The user's columns.

    Raises
    ------
    InputError
        If more than one column may be the same thing.

    Examples
    --------
    >>> recognise("a log", ["cust", "Date", "sales"]).mapped()
    {'customer_id': 'cust', 'ordered_at': 'Date', 'amount': 'sales'}
    """
    by_alias = {plain(name): name for name in found}
    faults = Faults(f"The columns of {source} cannot be told by their names; map them under transactions.columns")
    mapped = {}
    for ours, names in _usual_names(by_alias).items():
        candidates = [by_alias[name] for name in names if name in by_alias]
        exact = [theirs for theirs in candidates if theirs == ours]
        if len(exact or candidates) > 1:
            faults.add(f"{ours} may be any of {', '.join(map(repr, candidates))}")
        elif candidates:
            mapped[ours] = (exact or candidates)[0]
    faults.raise_if_any(InputError)
    if not {"customer_id", "ordered_at"} <= set(mapped) or not _tells_money(mapped):
        return None
    if "amount" in mapped:
        mapped.pop("unit_price", None)
    pairs = ", ".join(f"{ours}: {theirs}" for ours, theirs in mapped.items())
    note(f"transactions.columns is not given, so columns are taken by their usual names: {pairs}.")
    return ColumnParams(**mapped)


def _tells_money(mapped: Mapping[str, str]) -> bool:
    return "amount" in mapped or {"quantity", "unit_price"} <= set(mapped)


def _usual_names(by_alias: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The aliases in this log: a price is one of a unit beside a quantity, and the amount without."""
    names = dict(ALIASES)
    if SHOPIFY not in by_alias:
        names["order_id"] = tuple(name for name in names["order_id"] if name != "name")
    priced = "unit_price" if any(name in by_alias for name in names["quantity"]) else "amount"
    names[priced] = (*names[priced], "price")
    return names


def plain(name: str) -> str:
    """Return a name in lower case, without blanks and signs."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())
