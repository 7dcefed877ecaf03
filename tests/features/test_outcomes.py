"""What every customer brought in a window, to the cent."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.features import build_labels, build_outcomes
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

LINES = pd.DataFrame(
    {
        "customer_id": ["a", "a", "a", "a", "b", "c", "c"],
        "date": pd.to_datetime(
            ["2024-01-01", "2024-01-01", "2024-01-09", "2024-01-11", "2023-12-31", "2024-01-10", "2024-01-10"]
        ),
        "amount": [10.0, 5.5, -5.5, 99.0, 50.0, 20.0, 30.0],
        "quantity": [1, 2, -2, 1, 1, 1, 3],
        "discount": [2.0, None, 1.0, 7.0, 4.0, -3.0, 0.0],
        "unit_cost": [4.0, 1.0, 1.0, 1.0, 1.0, None, 5.0],
    }
)
BASE = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "quantity": "quantity"}
WINDOW = Windows.at("2024-01-01", 10)


def outcomes(*more: str) -> pd.DataFrame:
    return build_outcomes(read_transactions(LINES, BASE | {name: name for name in more}), WINDOW, margin=0.5)


def test_every_customer_of_the_log_has_a_row_and_only_the_window_counts() -> None:
    found = outcomes()
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["order_days"].tolist() == [1.0, 0.0, 1.0]
    assert found["revenue"].tolist() == [10.0, 0.0, 50.0]
    assert found["margin"].tolist() == [5.0, 0.0, 25.0]
    assert found["discount"].isna().all()


def test_goods_that_come_back_bring_their_cost_back() -> None:
    assert outcomes("unit_cost")["margin"].tolist() == [6.0, 0.0, 30.0 - 15.0 + 10.0]


def test_discounts_of_purchases_are_counted_by_their_size() -> None:
    assert outcomes("discount")["discount"].tolist() == [2.0, 0.0, 3.0]


def test_without_money_only_orders_are_known() -> None:
    found = build_outcomes(
        read_transactions(LINES, {"customer_id": "customer_id", "ordered_at": "date"}), WINDOW, margin=1
    )
    assert found["order_days"].tolist() == [2.0, 0.0, 1.0]
    assert found[["revenue", "margin"]].isna().all(axis=None)


def test_it_counts_what_the_labels_count(cdnow: Transactions) -> None:
    tx, window = cdnow, Windows.at("1998-01-01", 90)
    found, labels = build_outcomes(tx, window, margin=1.0), build_labels(tx, window)
    assert found["order_days"].sum() == labels["purchases"].sum()
    assert found["revenue"].sum() == pytest.approx(labels["spend"].sum())
