"""What the card of one customer says: the right lines, and none that are not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty import Customer, one_customer
from regulars.params import LoyaltyParams
from regulars.predict import Outlook
from regulars.report import history_line, sections
from regulars.transactions import read_transactions
from regulars.windows import Windows

AT = Windows.at("2024-06-01", 30)
ROWS = [
    ("a", "2023-12-01", 30.0, "tea", 0.0),
    ("a", "2024-01-01", 10.0, "tea", 0.0),
    ("a", "2024-02-01", 20.0, "pot", 5.0),
    ("a", "2024-02-03", -20.0, "pot", 0.0),
    ("b", "2024-01-01", 99.0, "cup", 0.0),
    ("b", "2024-05-01", 99.0, "cup", 0.0),
]
SCORES: dict[str, Any] = {
    "cutoff": pd.Timestamp("2024-06-01"),
    "horizon_days": 180,
    "p_churn": 0.834,
    "p_lost": 0.6,
    "expected_purchases": 0.31,
    "expected_spend": 12.3,
    "clv": 40.0,
    "clv_low": 0.0,
    "clv_high": 90.5,
    "next_purchase_date": pd.Timestamp("2024-07-01"),
    "next_purchase_low": pd.Timestamp("2024-06-10"),
    "next_purchase_high": pd.Timestamp("2024-09-01"),
    "reason_1": "last order 121 days ago",
    "reason_2": None,
    "reason_3": None,
    "model_version": "0123456789ab",
}


@pytest.fixture(scope="module")
def customer() -> Customer:
    names = ["customer_id", "ordered_at", "amount", "product_id", "discount"]
    tx = read_transactions(pd.DataFrame(ROWS, columns=names), {name: name for name in names})
    return one_customer(tx, "a", AT, LoyaltyParams())


def told(customer: Customer, outlook: Outlook | str = "There is no store.") -> dict[str, list[tuple[str, str]]]:
    return {section.title: list(section.lines) for section in sections(customer, outlook)}


def test_facts_and_orders(customer: Customer) -> None:
    found = told(customer)
    facts = dict(found["Facts"])
    assert facts["first order"] == "2023-12-01, 183 days before the cutoff"
    assert facts["spend so far"] == "40.00, net of returns"
    assert facts["usual order day"] == "20.00 (median)"
    assert facts["returns"] == "20.00 on 1 day, the last on 2024-02-03: pot"
    assert facts["discounts"] == "5.00 off, on 1 of 3 order days"
    assert facts["buys most"] == "tea (2 order days), pot (1 order day)"
    assert found["Last orders"] == [
        ("2024-02-01", "20.00, after 31 days, 5.00 off: pot"),
        ("2024-01-01", "10.00, after 31 days: tea"),
        ("2023-12-01", "30.00, first order: tea"),
    ]
    assert dict(found["Rhythm"])["silent now"] == "121 days: longer than 2 of 2 own gaps"


def test_what_has_changed_and_what_to_do(customer: Customer) -> None:
    found = told(customer)
    changed = dict(found["What has changed since 2024-05-02"])
    assert changed["orders in 90 days"] == "0 (2 in the 90 before)"
    assert changed["money in 90 days"] == "0.00 (30.00 in the 90 before)"
    assert next(iter(found)) == "What to do"
    assert dict(found["What to do"])["anniversary"] == "2024-12-01"


def test_without_scores_it_says_why(customer: Customer) -> None:
    assert told(customer)["Outlook"] == [("no scores", "There is no store.")]


def test_the_outlook_has_the_value_with_its_range_the_next_order_and_the_reasons(customer: Customer) -> None:
    outlook = told(
        customer, Outlook(SCORES, "models:/regulars@champion", ("spends 20 an order raises the value",), 365)
    )
    assert outlook["Outlook"] == [
        ("scored by", "models:/regulars@champion, model 0123456789ab, at 2024-06-01"),
        ("no order in 180 days", "83\N{NO-BREAK SPACE}%; gone for good: 60\N{NO-BREAK SPACE}%"),
        ("order days in 180 days", "0.3 expected"),
        ("spend in 180 days", "12.30 expected"),
        ("lifetime value", "40.00 over 365 days; 90 % range 0.00 to 90.50"),
        ("next order", "2024-07-01 (80 %: 2024-06-10 to 2024-09-01), if one comes"),
        ("why this risk", "last order 121 days ago"),
        ("why this value", "spends 20 an order raises the value"),
    ]


def test_what_is_not_known_is_left_out(customer: Customer) -> None:
    blank = dict.fromkeys(("expected_spend", "clv", "clv_low", "clv_high"), np.nan)
    dates = dict.fromkeys(("next_purchase_date", "next_purchase_low", "next_purchase_high"), pd.NaT)
    outlook = dict(told(customer, Outlook({**SCORES, **blank, **dates}, "scores.csv"))["Outlook"])
    assert "lifetime value" not in outlook
    assert "spend in 180 days" not in outlook
    assert outlook["next order"].startswith("no date: ")


def test_the_history_stands_on_one_line(customer: Customer) -> None:
    assert history_line(customer) == "2023-12 ███··· 2024-05"


def test_the_work_list_comes_first(customer: Customer) -> None:
    row = {"group": "treat", "campaign": "spring", "contact_on": "2024-06-03", "channel": "phone", "kind": "win_back"}
    row |= {"offer": "voucher", "expected_profit": 12.5, "opening": "Hello."}
    lines = sections(customer, "none", row)[0].lines
    assert lines[:3] == (
        ("contact on", "2024-06-03 by phone, campaign spring (win back)"),
        ("offer", "voucher; expected profit 12.50 (assumed acceptance)"),
        ("opening", "Hello."),
    )
    held_out = sections(customer, "none", {**row, "group": "control", "contact_on": None, "opening": None})[0].lines
    assert held_out[0] == ("do not contact", "held out in the campaign spring, which is measured by such customers")
    assert sections(customer, "none", "It has no row.")[0].lines[0] == ("not on the work list", "It has no row.")
