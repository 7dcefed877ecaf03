"""Health: rhythm, returns and trend."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty.health import health, usual_gap
from regulars.params import LoyaltyParams

STEADY = {
    "frequency": 8.0,
    "gap_mean": 20.0,
    "days_since_last": 10.0,
    "days_since_return": np.nan,
    "orders_90": 4.0,
    "orders_180": 8.0,
}


def judged(*, behind: bool = False, **changes: float) -> pd.Series:
    table = pd.DataFrame([{**STEADY, **changes}, {**STEADY}])  # the other lets the shop's usual gap be 20
    return health(table, np.array([behind, False]), LoyaltyParams()).iloc[0]


@pytest.mark.parametrize(
    ("changes", "level", "reason"),
    [
        ({}, "good", "last order 10 days ago; expected every 20 days"),
        ({"days_since_last": 1.0}, "good", "last order yesterday; expected every 20 days"),
        ({"days_since_last": 31.0}, "average", "last order 31 days ago; expected every 20 days"),
        ({"days_since_last": 61.0}, "poor", "last order 61 days ago; expected every 20 days"),
        ({"days_since_return": 5.0}, "average", "gave something back 5 days ago and has not ordered since"),
        ({"days_since_return": 10.0}, "good", "last order 10 days ago; expected every 20 days"),
        (
            {"days_since_last": 31.0, "days_since_return": 5.0},
            "poor",
            "gave something back 5 days ago and has not ordered since",
        ),
        ({"orders_90": 1.0, "orders_180": 4.0}, "average", "1 order day in the last 90 days, 3 in the 90 before"),
        ({"behind": True}, "average", "first order 10 days ago; most who order again have done so by then"),
    ],
)
def test_the_worst_that_applies_decides(changes: dict[str, float], level: str, reason: str) -> None:
    found = judged(**changes)
    assert (found["health"], found["health_reason"]) == (level, reason)


MONEY = {"orders_365": 16.0, "net_90": 200.0, "net_365": 1640.0, "order_value_std": 60.0}  # 50 an order day, 120 before


@pytest.mark.parametrize(
    ("changes", "level", "reason"),
    [
        ({}, "average", "brought 50 an order day in the last 90 days, 120 in the 275 before"),
        ({"net_90": 330.0, "net_365": 1770.0}, "good", "last order"),  # 82.50 of 120 is over two thirds
        ({"order_value_std": 90.0}, "good", "last order"),  # so far apart by chance
        ({"order_value_std": np.nan}, "good", "last order"),
        ({"orders_90": 2.0, "orders_180": 4.0, "net_90": 20.0}, "good", "last order"),  # too few to tell
        ({"orders_365": 4.0, "net_365": 200.0}, "good", "last order"),  # no orders to compare with
        ({"net_90": 0.0, "net_365": 0.0, "order_value_std": 0.0}, "good", "last order"),
        ({"days_since_last": 61.0}, "poor", "last order"),
    ],
)
def test_who_comes_as_often_for_far_less_money_is_not_well(changes: dict[str, float], level: str, reason: str) -> None:
    found = judged(**{**MONEY, **changes})
    assert found["health"] == level
    assert found["health_reason"].startswith(reason)


def test_a_customers_own_gap_outweighs_the_shops_with_every_order() -> None:
    table = pd.DataFrame({"frequency": [0.0, 1.0, 30.0, 4.0], "gap_mean": [np.nan, 10.0, 10.0, 50.0]})
    found = usual_gap(table)
    assert found[0] == 10.0  # the shop's: the median of 10, 10 and 50
    assert found[3] == pytest.approx((4 * 50 + 2 * 10) / 6)


def test_where_nobody_came_back_nobody_is_late() -> None:
    table = pd.DataFrame([{**STEADY, "frequency": 0.0, "gap_mean": np.nan, "orders_90": 1.0, "orders_180": 1.0}])
    found = health(table, np.array([False]), LoyaltyParams()).iloc[0]
    assert (found["health"], found["health_reason"]) == ("good", "last order 10 days ago")
    assert np.isnan(found["usual_gap"])
