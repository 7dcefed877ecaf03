"""Movements between two periods, on customers that can be counted by hand."""

from __future__ import annotations

import math

import pytest

from regulars.loyalty.movements import AT_MOST, COLUMNS, Movement, movements, movements_frame
from regulars.transactions import Transactions
from regulars.windows import Windows
from tests.loyalty.conftest import log

AT = Windows.at("2024-07-01", 30)  # [2024-06-01, 2024-07-01) beside [2024-05-02, 2024-06-01)


@pytest.fixture(scope="module")
def shop() -> Transactions:
    return log(
        ("kept-more", "2024-05-02", 10.0),
        ("kept-more", "2024-06-01", 30.0),
        ("kept-less", "2024-05-31", 40.0),
        ("kept-less", "2024-06-30", 25.0),
        ("lost", "2024-05-10", 50.0),
        ("lost", "2024-06-10", -20.0),
        ("new", "2024-06-15", 7.0),
        ("back", "2024-01-01", 1.0),
        ("back", "2024-06-15", 3.0),
        ("away", "2024-01-01", 90.0),
        ("away", "2024-06-02", -90.0),
        ("later", "2024-07-01", 1000.0),
    )


def test_customers_and_money_by_hand(shop: Transactions) -> None:
    found = movements(shop, AT)[-1]
    assert found.customers == {"kept": 2, "lost": 1, "new": 1, "back": 1}
    assert (found.before, found.now) == (3, 4)
    expected = {"before": 100, "new": 7, "back": 3, "more": 20, "less": -15, "lost": -70, "returns": -90, "now": -45}
    assert {name: found.money[name] for name in expected} == expected
    assert found.retention == pytest.approx(2 / 3)
    assert found.gross_retention == pytest.approx(0.15)  # 10 + 25 - 20 of 100
    assert found.net_retention == pytest.approx(0.35)  # 30 + 25 - 20 of 100
    assert found.half_life_days == pytest.approx(30 * math.log(0.5) / math.log(2 / 3))
    assert found.worth_of_point == pytest.approx(0.01 * 3 * 70 / 1)


def test_a_row_for_every_month_that_the_log_reaches_two_periods_back_for(shop: Transactions) -> None:
    frame = movements_frame(movements(shop, AT))
    assert tuple(frame.columns) == COLUMNS
    assert frame["cutoff"].dt.strftime("%Y-%m-%d").tolist() == [f"2024-0{month}-01" for month in range(3, 8)]
    assert len(movements(shop, Windows.at("2026-07-15", 30))) == AT_MOST


def test_nobody_before_and_nobody_kept_have_no_shares() -> None:
    money = dict.fromkeys(("before", "now", "new", "back", "more", "less", "lost", "returns"), 0.0)
    nobody = Movement(AT, {"new": 3, "back": 0, "kept": 0, "lost": 0}, {**money, "theirs_before": 0.0})
    assert all(map(math.isnan, (nobody.retention, nobody.net_retention, nobody.half_life_days, nobody.worth_of_point)))
    all_kept = Movement(AT, {"new": 0, "back": 0, "kept": 5, "lost": 0}, {**money, "theirs_before": 9.0})
    assert all_kept.retention == 1.0
    assert math.isnan(all_kept.half_life_days)
