from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from regulars.errors import InsufficientHistoryError
from regulars.transactions import Transactions, assess, read_transactions
from regulars.transactions.mapping.profile import ColumnProfile
from regulars.windows import Windows

DAYS = pd.date_range("2020-01-01", periods=400)


def shop(n: int, orders: int = 2) -> pd.DataFrame:
    """`n` customers who buy `orders` times, joining evenly over the days."""
    rows = [(c, DAYS[(c * 3 + 5 * k) % 400], 10.0 + k) for c in range(n) for k in range(orders)]
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


def said(frame: pd.DataFrame, windows: Windows | None = None, **columns: str) -> list[tuple[str, str]]:
    mapping = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", **columns}
    return [(f.severity, f.what) for f in assess(read_transactions(frame, mapping), windows).findings]


def test_a_good_log_has_no_findings() -> None:
    assert said(shop(133), Windows.at("2021-02-04", 180)) == []


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        (shop(1), "One customer has a purchase; at least 2 customers are needed"),
        (shop(120, orders=1), "None of 120 customers came back on a second day; repeat buyers are needed"),
    ],
)
def test_what_refuses_training(frame: pd.DataFrame, what: str) -> None:
    report = read_transactions(frame).report
    assert report.refuses_training
    assert [refusal.what for refusal in report.refusals] == [what]


def test_a_refusal_says_why_and_what_to_do() -> None:
    with pytest.raises(
        InsufficientHistoryError, match=r"Training is refused:\n  - One customer has .*\. Give a longer log"
    ):
        read_transactions(shop(1)).report.raise_if_refused()
    read_transactions(shop(133)).report.raise_if_refused()


def test_only_what_lies_before_the_cutoff_counts() -> None:
    report = assess(read_transactions(shop(133)), Windows.at("2020-01-02", 1))
    assert [refusal.what for refusal in report.refusals] == [
        "One customer has a purchase; at least 2 customers are needed"
    ]
    assert said(shop(133), Windows.at("2019-12-01", 30))[0] == (
        "error",
        "No customer has a purchase; at least 2 customers are needed",
    )


@pytest.mark.slow
@pytest.mark.parametrize(("after", "advised"), [(0, True), (1, False), (40, False)])
def test_a_later_cutoff_is_advised_only_where_orders_lie_after_it(after: int, advised: bool) -> None:
    tx = read_transactions(shop(80))
    few = assess(tx, Windows.at(tx.last_day, 30).shifted(after)).findings[0]
    assert "100 are needed" in few.what
    assert ("later cutoff" in few.to_do) == advised
    assert "later cutoff" not in assess(tx).findings[0].to_do


def test_few_customers_and_few_repeaters_are_warned_of() -> None:
    frame = pd.concat([shop(50)[:40], shop(90, orders=1)[30:]])
    assert said(frame) == [
        ("warning", "80 customers; 100 are needed"),
        ("warning", "20 customers came back on a second day; 30 are needed"),
    ]


def test_a_short_history_is_warned_of_but_trains() -> None:
    tx = read_transactions(shop(133))
    report = assess(tx, Windows.at("2020-12-01", 180))
    assert [finding.what for finding in report.findings] == [
        "335 days of history before 2020-12-01; 2 horizons (360 days) are needed: one to learn from, one of outcomes",
        "335 days of history before 2020-12-01, less than a year: no season can be told from it",
    ]
    assert not report.refuses_training


def test_a_log_that_stops_before_the_cutoff_is_warned_of() -> None:
    tx = read_transactions(shop(133))
    told = [f.what for f in assess(tx, Windows.at(tx.last_day, 30).shifted(40)).findings if f.severity == "warning"]
    assert len(told) == 1
    assert told[0].startswith(
        f"Nobody ordered in the 39 days before {tx.last_day + dt.timedelta(days=40)}; the longest"
    )


def test_a_history_shorter_than_the_horizon_is_refused() -> None:
    report = assess(read_transactions(shop(133)), Windows.at("2020-04-01", 180))
    assert [finding.what.split(";")[0] for finding in report.refusals] == ["91 days of history before 2020-04-01"]
    assert report.refusals[0].to_do == "Shorten the horizon (--set windows.horizon_days=30), or give a longer log."


def test_a_refusal_names_too_what_a_shorter_horizon_does_not_mend() -> None:
    report = assess(read_transactions(shop(5)), Windows.at("2020-01-20", 180))
    with pytest.raises(InsufficientHistoryError) as refused:
        report.raise_if_refused()
    _, first, *others = str(refused.value).splitlines()
    assert "(--set windows.horizon_days=" in first
    assert "  - 5 customers; 100 are needed. Trust no interval. Give a longer log." in others


def test_findings_on_lines() -> None:
    frame = shop(133)
    frame.loc[:29, "customer_id"] = None
    frame = pd.concat([frame, frame[40:41]])
    assert said(frame) == [
        ("warning", "30 of 267 rows (11 %) carry no customer and are excluded"),
        ("warning", "1 line equals an earlier one in every column and is kept, since no order_id is mapped"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("column", "what"), [("date", "date"), ("amount", "amount")])
def test_many_rows_without_a_date_or_an_amount_are_warned_of(column: str, what: str) -> None:
    frame = shop(133)
    frame.loc[frame.index[:13], column] = None
    assert said(frame) == []
    frame.loc[frame.index[:14], column] = None
    assert said(frame) == [("warning", f"14 of 266 rows (5 %) carry no {what} and are excluded")]


ORDERS = shop(133).assign(order=range(266), amount=10.0)
COUNTED = {"customer_id": "customer_id", "ordered_at": "date", "order_id": "order"}


@pytest.mark.parametrize(
    ("copies", "what"), [(2, []), (3, ["3 of 269 rows (1.1 %) equal an earlier line of their order"])]
)
def test_many_exact_duplicates_are_warned_of(copies: int, what: list[str]) -> None:
    found = read_transactions(pd.concat([ORDERS, ORDERS[:copies]]), {**COUNTED, "amount": "amount"}).report.findings
    assert [finding.what.partition(" in every")[0] for finding in found] == what
    assert [finding.what.rpartition(", with ")[2] for finding in found] == ["30.00 of 2,690.00 in money" for _ in what]
    assert all("give the log a column that tells lines apart" in finding.to_do for finding in found)


def test_few_exact_duplicates_that_are_much_of_the_money_are_warned_of() -> None:
    costly = ORDERS[:1].assign(amount=1000.0, order=-1)
    (found,) = read_transactions(pd.concat([ORDERS, costly, costly]), {**COUNTED, "amount": "amount"}).report.findings
    assert found.what.startswith("1 of 268 rows (0.4 %) equal")
    assert found.what.endswith("with 1,000.00 of 4,660.00 in money")


def test_exact_duplicates_without_money_are_counted() -> None:
    found = [f.what for f in read_transactions(pd.concat([ORDERS, ORDERS]), COUNTED).report.findings]
    assert found[0].endswith(
        "266 of 532 rows (50.0 %) equal an earlier line of their order in every column and are excluded as copies"
    )


def test_no_money_and_no_positive_amount() -> None:
    tx = read_transactions(shop(133), {"customer_id": "customer_id", "ordered_at": "date"})
    assert [f.what for f in tx.report.findings] == ["The log carries no money: spend and lifetime value stay null"]
    assert said(shop(133).assign(amount=0)) == [("warning", "No purchase has an amount above zero")]


def test_one_time_buyers_and_a_collective_id() -> None:
    many = shop(133, orders=1)
    guest = pd.DataFrame({"customer_id": -1, "date": DAYS[:60], "amount": 5.0})
    few = shop(133)[:10].assign(customer_id=lambda f: f["customer_id"] + 1000)
    found = said(pd.concat([many, guest, few]))
    assert ("warning", "One customer holds 30 % of all purchase lines") in found
    assert ("advice", "96 % of the customers bought on one day only") in found


def test_a_left_truncated_log_is_seen() -> None:
    early = shop(90).assign(
        customer_id=lambda f: f["customer_id"] + 1000, date=lambda f: DAYS[(f.index % 25).to_numpy()]
    )
    assert said(pd.concat([early, shop(133)])) == [
        (
            "advice",
            "101 customers are new in the first 30 days, 10 in the next: many will have bought before the log began",
        )
    ]


def test_the_cohort_of_cdnow_is_not_taken_for_truncated(cdnow: Transactions) -> None:
    assert [finding.severity for finding in cdnow.report.findings] == ["warning"]  # 255 duplicates kept


def test_plain_values_show_no_customer(cdnow: Transactions) -> None:
    plain = json.loads(json.dumps(cdnow.report.to_dict()))
    assert plain["columns"][0]["theirs"] == "customer_id"
    assert plain["columns"][0]["examples"] == []
    assert plain["columns"][0]["smallest"] is None
    assert plain["columns"][2] == {
        "ours": "amount",
        "theirs": "amount",
        "kind": "VARCHAR",
        "rows": 69659,
        "absent": 0,
        "smallest": "0",
        "largest": "1286.01",
        "holds": "text, read as numbers",
        "examples": ["105.15", "93.13", "74.28"],
    }


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        *[("ENUM('a', 'b')", "text, read as numbers"), ("UBIGINT", "whole number"), ("DECIMAL(9,2)", "number")],
        *[("FLOAT", "number"), ("DATE", "day"), ("TIMESTAMP_NS", "time"), ("TIMESTAMP WITH TIME ZONE", "time")],
    ],
)
def test_types_in_plain_words(kind: str, holds: str) -> None:
    assert ColumnProfile("amount", "amount", kind, 1, 0).holds == holds


@pytest.mark.parametrize(
    ("ours", "holds"),
    [("customer_id", "text"), ("unit_price", "text, read as numbers"), ("ordered_at", "text, read as dates")],
)
def test_what_text_is_read_as(ours: str, holds: str) -> None:
    assert ColumnProfile(ours, ours, "VARCHAR", 1, 0).holds == holds


@pytest.mark.slow
def test_examples_are_the_same_values_in_any_order_of_rows_and_with_any_threads(shop: pd.DataFrame) -> None:
    log = shop.assign(channel=shop["amount"].gt(20).map({True: "web", False: "till"}))
    names = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "channel": "channel"}
    profiles = read_transactions(log, names).profiles
    assert [len(profile.examples) for profile in profiles] == [0, 3, 3, 2]
    for seed in range(3):
        assert read_transactions(log.sample(frac=1.0, random_state=seed), names).profiles == profiles
