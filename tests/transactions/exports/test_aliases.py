from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from regulars.errors import InputError
from regulars.transactions import read_transactions
from regulars.transactions.exports.aliases import recognise

LOGS = {
    "online_retail.parquet": {
        "customer_id": "CustomerID",
        "ordered_at": "InvoiceDate",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
        "order_id": "InvoiceNo",
        "product_id": "StockCode",
    },
    "apparel_transactions.parquet": {"customer_id": "Id", "ordered_at": "Date", "amount": "Price"},
    "cdnow_master.parquet": {
        "customer_id": "customer_id",
        "ordered_at": "date",
        "amount": "amount",
        "quantity": "quantity",
    },
}


@pytest.mark.parametrize("name", LOGS)
def test_logs_that_many_have_are_recognised(real_data: Path, name: str) -> None:
    assert recognise(name, pq.read_schema(real_data / name).names).mapped() == LOGS[name]


@pytest.mark.parametrize(
    ("columns", "mapped"),
    [
        (
            ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"],
            {"customer_id": "Customer ID", "unit_price": "Price", "order_id": "Invoice", "ordered_at": "InvoiceDate"},
        ),
        (
            ["Name", "Email", "Created at", "Total", "Lineitem name", "Lineitem quantity", "Lineitem sku"],
            {"customer_id": "Email", "ordered_at": "Created at", "amount": "Total", "order_id": "Name"},
        ),
        (["name", "client", "bought_on", "revenue"], {"customer_id": "client", "amount": "revenue"}),
        (["cust", "date", "sales"], {"customer_id": "cust", "ordered_at": "date", "amount": "sales"}),
    ],
)
def test_exports_are_recognised(columns: list[str], mapped: dict[str, str]) -> None:
    found = recognise("export", columns).mapped()
    assert found | mapped == found
    assert ("order_id" in found) == ("order_id" in mapped)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["id", "client", "date", "amount"], "customer_id may be any of 'client', 'id'"),
        (["client", "date", "paid_at", "total", "sales"], "(?s)ordered_at may be any of .*amount may be any of"),
    ],
)
def test_what_may_be_several_things_is_asked_back(columns: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        recognise("log.csv", columns)


@pytest.mark.parametrize("columns", [["colour", "date", "amount"], ["cust", "date"], ["cust", "date", "quantity"]])
def test_nothing_is_made_of_what_lacks_customer_day_or_money(columns: list[str]) -> None:
    assert recognise("log.csv", columns) is None


@pytest.mark.slow
def test_a_log_is_read_by_usual_names_only_where_the_default_does_not_fit() -> None:
    days = ["2024-01-01", "2024-02-01"]
    usual = pd.DataFrame({"Customer ID": [1, 2], "InvoiceDate": days, "Quantity": [2, 3], "Price": [1.5, 2]})
    assert read_transactions(usual).ledger.money == 9
    default = pd.DataFrame({"customer_id": [1, 2], "date": days, "amount": [5, 6], "quantity": [-1, 1]})
    assert read_transactions(default).columns == {"customer_id", "day", "is_purchase", "money"}
    with pytest.raises(InputError, match=r"column 'amount' \(for amount\) is missing \(did you mean 'amuont'\?\)"):
        read_transactions(default.rename(columns={"amount": "amuont"}))
    with pytest.raises(InputError, match="column 'nobody'"):
        read_transactions(usual, {"customer_id": "nobody", "ordered_at": "InvoiceDate"})


def test_our_own_name_wins() -> None:
    assert recognise("log", ["id", "customer_id", "date", "amount"]).customer_id == "customer_id"
