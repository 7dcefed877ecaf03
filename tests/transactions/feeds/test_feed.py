"""What of a feed was known at a cutoff."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.transactions import Feed, Transactions, read_feed, read_transactions
from regulars.windows import Windows


@pytest.fixture(scope="module")
def tx() -> Transactions:
    lines = {"customer_id": [1, 2, 3], "date": ["2024-01-01", "2024-01-05", "2024-02-01"], "amount": 1.0}
    return read_transactions(pd.DataFrame(lines))


def complaints(*rows: tuple[float, str, str | None, float | None]) -> Feed:
    return read_feed("complaints", pd.DataFrame(rows, columns=["customer_id", "day", "resolved_on", "compensation"]))


def test_nothing_on_or_after_the_cutoff_is_known(tx: Transactions) -> None:
    feed = complaints(
        (1, "2024-01-10", "2024-01-31", 5.0),
        (2, "2024-01-31", "2024-02-01", 6.0),
        (2, "2024-02-01", None, None),
        (3, "2024-01-20", None, None),
        (9, "2024-01-20", None, None),
    )
    known = feed.at(Windows.at("2024-02-01", 30), tx)
    assert known.frame["customer"].tolist() == [1, 2]
    assert known.frame["resolved_on"].tolist() == [pd.Timestamp("2024-01-31"), pd.NaT]
    assert known.frame["compensation"].fillna(-1).tolist() == [5.0, -1.0]
    assert known.first_day == pd.Timestamp("2024-01-10")
    assert known.ledger.in_words == (
        "Feed complaints, the frame: 5 rows: 2 used (known at the cutoff), 1 excluded (on or after the cutoff), "
        "2 excluded (customer without orders before the cutoff); 2 values became known later."
    )
    assert known.ledger.to_dict()["values_later"] == 2
    assert len(feed.at(Windows.at("2024-02-02", 30), tx).frame) == 4


def test_an_e_mail_address_that_the_log_has_in_lower_case_may_be_in_any() -> None:
    lines = {
        "customer_id": ["ann@shop.com", "Bob@shop.com", "bob@shop.com", "c-1"],
        "date": "2024-01-01",
        "amount": 1.0,
    }
    rows = {"customer_id": ["Ann@Shop.com ", "Bob@shop.com", "BOB@shop.com", "C-1"], "day": "2024-01-10", "score": 9}
    known = read_feed("surveys", pd.DataFrame(rows)).at(
        Windows.at("2024-02-01", 30), read_transactions(pd.DataFrame(lines))
    )
    assert known.frame["customer"].tolist() == ["ann@shop.com", "bob@shop.com", "Bob@shop.com"]


def test_before_all_rows_nothing_is_known(tx: Transactions) -> None:
    known = complaints((1, "2024-01-10", None, None)).at(Windows.at("2024-01-02", 30), tx)
    assert known.frame.empty
    assert known.first_day is None


def test_leads_need_no_orders_and_costs_no_customer(tx: Transactions) -> None:
    at = Windows.at("2024-02-01", 30)
    leads = read_feed("leads", pd.DataFrame({"customer_id": [1, 3, 77], "day": "2024-01-01"})).at(at, tx)
    assert leads.frame["customer"].tolist() == [1, None, None]
    costs = pd.DataFrame({"day": "2024-01-01", "amount": 5.0, "customer_id": [1, None, 77]})
    assert read_feed("costs", costs).at(at, tx).frame["customer"].tolist() == [1, None]
    alone = read_feed("costs", costs[["day", "amount"]]).at(at, tx)
    assert len(alone.frame) == 3
    assert repr(read_feed("costs", costs)) == "Feed(costs: 3 rows of day, amount, customer_id)"
