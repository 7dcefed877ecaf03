"""Margins and last products, from before the cutoff alone."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.features.last_orders import build_consents, build_last_products, build_margins
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.transactions.example_exports import EXPORTS

COLUMNS = {
    "customer_id": "customer",
    "ordered_at": "date",
    "quantity": "units",
    "amount": "paid",
    "unit_cost": "cost",
    "product_id": "product",
}
WINDOWS = Windows.at("2024-03-01", 30)


def log(lines: list[tuple[int, str, int, float, float | None, str]]) -> Transactions:
    return read_transactions(pd.DataFrame(lines, columns=list(COLUMNS.values())), COLUMNS)


@pytest.fixture
def tx() -> Transactions:
    return log(
        [
            (1, "2024-01-01", 2, 20.0, 4.0, "tea pot"),
            (1, "2024-02-01", 1, 20.0, 12.0, "blue cup"),
            (1, "2024-03-01", 1, 900.0, 1.0, "gold cup"),  # from the cutoff on: not known
            (2, "2024-01-05", 1, 10.0, None, "tea pot"),
            (3, "2024-01-05", 1, 30.0, 15.0, "tea pot"),
            (3, "2024-01-09", -1, -30.0, 15.0, "tea pot"),
        ]
    )


def test_margins_are_net_of_goods_before_the_cutoff(tx: Transactions) -> None:
    margins = build_margins(tx, WINDOWS)
    assert margins is not None
    assert margins.loc[1] == pytest.approx(1 - (2 * 4 + 12) / 40)
    assert margins.get(2) is None, "no line tells what it cost"
    assert pd.isna(margins.loc[3]), "all was returned"


def test_last_products_are_those_before_the_cutoff(tx: Transactions) -> None:
    products = build_last_products(tx, WINDOWS)
    assert products is not None
    assert products.to_dict() == {1: "blue cup", 2: "tea pot", 3: "tea pot"}


def test_a_log_that_does_not_tell_has_none() -> None:
    plain = read_transactions(
        pd.DataFrame({"customer_id": [1], "date": ["2024-01-01"], "amount": [3.0]}),
    )
    assert build_margins(plain, WINDOWS) is None
    assert build_last_products(plain, WINDOWS) is None


@pytest.mark.medium
def test_consents_are_those_of_the_last_orders_that_tell() -> None:
    export = pd.read_csv(EXPORTS["shopify"], dtype=str)
    by_day = {"2024-01-31": ["ann@example.com"], "2024-02-01": ["ann@example.com"], "2024-02-03": []}
    tx = read_transactions(export)  # Ann says yes on 31 January and no on 2 February, Bob no on 3 February
    for day, consenting in by_day.items():
        found = build_consents(tx, Windows.at(day, 30).shifted(1))
        assert found is not None
        assert found.tolist() == consenting
    assert build_consents(log([(1, "2024-01-01", 2, 20.0, 4.0, "tea pot")]), WINDOWS) is None
