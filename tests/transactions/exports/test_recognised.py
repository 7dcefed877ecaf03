from __future__ import annotations

from typing import get_args

import pytest

from regulars.errors import InputError, ParamsError
from regulars.params import TransactionParams
from regulars.transactions import read_transactions
from regulars.transactions.exports.layouts import LAYOUTS, NAMES
from regulars.transactions.exports.recognised import AUTO, recognise_layout
from tests.transactions.example_exports import EXPORTS, HEADERS


def header_of(name: str) -> list[str]:
    sign = "\t" if name.startswith("amazon") else ","
    return [column.strip('"') for column in HEADERS[name].split(sign)]


def test_the_parameter_knows_every_layout() -> None:
    assert get_args(TransactionParams.model_fields["layout"].annotation) == (AUTO, *NAMES)
    assert all({"order_id", "ordered_at", "amount"} & set(layout.needs) for layout in LAYOUTS)
    assert all({"order_id", "ordered_at"} <= set(layout.needs) for layout in LAYOUTS)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_header_is_recognised_as_one_platforms(name: str) -> None:
    found = recognise_layout("log", header_of(name))
    assert found is not None
    assert found.layout.name == name.split("-")[0]
    others = set(NAMES) - {found.layout.name}
    for other in others:
        with pytest.raises(InputError, match=rf"transactions.layout is '{other}', but log has not the header"):
            recognise_layout("log", header_of(name), other)


def test_order_and_case_of_columns_do_not_matter() -> None:
    header = [name.upper() for name in reversed(header_of("shopify"))]
    found = recognise_layout("log", header)
    assert found is not None
    assert found.layout.name == "shopify"


@pytest.mark.parametrize(
    ("name", "dropped", "said"),
    [
        ("shopify", ["Email"], "its column 'Email' tells the customer"),
        ("woocommerce-analytics", ["Customer"], "'customer_id' and 'billing_email' tell the customer"),
        ("woocommerce-orders", ["customer_id", "billing_email"], "'customer_id' and 'billing_email'"),
        ("stripe", ["Customer ID", "Customer Email"], "'Customer ID' and 'Customer Email' tell the customer"),
        ("square", ["Customer ID", "Customer Reference ID"], "'Customer ID' tells the customer"),
        ("paypal", ["From Email Address", "To Email Address"], "'From Email Address' tells the customer"),
        ("amazon-all-orders", [], "names no buyers. Use the Order Report"),
        ("etsy-orders", ["Buyer User ID", "Buyer"], "'Buyer User ID' tells the customer"),
        ("etsy-items", ["Buyer"], "the column 'Buyer', or the orders"),
        ("magento", ["Customer Email"], "Show the column 'Customer Email'"),
        ("bigcommerce", ["Customer ID", "Customer Email"], "'Customer ID' and 'Customer Email' tell the customer"),
        ("online_retail", ["CustomerID"], "has a column 'CustomerID'"),
    ],
)
def test_an_export_without_customers_is_refused_with_the_one_that_has_them(
    name: str, dropped: list[str], said: str
) -> None:
    header = [column for column in header_of(name) if column not in dropped]
    with pytest.raises(InputError, match=f"no column of it tells the customer. .*{said}"):
        recognise_layout("log", header)


@pytest.mark.parametrize("customer", ["customer", "client_id", "User ID"])
def test_a_log_with_uci_columns_may_call_its_customers_otherwise(customer: str) -> None:
    header = [customer if column == "CustomerID" else column for column in header_of("online_retail")]
    found = recognise_layout("log", header)
    assert found is not None
    assert found.found["customer_id"] == customer


def test_the_number_of_a_row_is_no_customer() -> None:
    header = ["id" if column == "CustomerID" else column for column in header_of("online_retail")]
    with pytest.raises(InputError, match="no column of it tells the customer"):
        recognise_layout("log", header)


def test_a_layout_that_does_not_fit_lists_the_missing_columns() -> None:
    with pytest.raises(InputError) as refused:
        recognise_layout("orders.csv", ["Name", "Email", "Total"], "shopify")
    assert [line.strip() for line in str(refused.value).splitlines()][:4] == [
        "transactions.layout is 'shopify', but orders.csv has not the header of Shopify's export of orders:",
        "- column 'Financial Status' is missing",
        "- column 'Created at' is missing",
        "- column 'Lineitem name' is missing",
    ]


@pytest.mark.parametrize(
    "header",
    [
        ["customer_id", "date", "amount"],
        ["cust", "date", "sales"],
        ["order_id", "purchase_date", "item_price", "sku", "customer_id", "quantity"],
        ["household_id", "basket_id", "transaction_timestamp", "product_id", "quantity", "sales_value"],
        ["id", "date", "status", "amount", "customer"],
        ["order_id", "order_date", "status", "order_total", "customer_id"],
    ],
)
def test_other_headers_are_no_known_export(header: list[str]) -> None:
    assert recognise_layout("log", header) is None


@pytest.mark.slow
def test_columns_that_are_given_win_over_what_is_recognised() -> None:
    file = EXPORTS["stripe"]
    columns = {"customer_id": "Currency", "ordered_at": "Created date (UTC)", "amount": "Amount"}
    tx = read_transactions(file, columns)
    assert (tx.layout, tx.n_customers, tx.ledger.booked) == (None, 2, 350)
    with pytest.raises(ParamsError, match=r"layout is 'stripe', and transactions.columns are given too"):
        read_transactions(file, columns, layout="stripe")
    named = read_transactions(file, layout="stripe").layout
    assert named is not None
    assert (named.by_header, "as transactions.layout says" in named.in_words) == (False, True)


def test_an_unknown_layout_is_refused_with_the_nearest() -> None:
    with pytest.raises(ParamsError, match=r"layout is 'shopfy' \(did you mean 'shopify'\?\)"):
        read_transactions("demo", layout="shopfy")
    with pytest.raises(ParamsError, match="layout is None"):
        read_transactions("demo", layout=None)  # type: ignore[arg-type]
