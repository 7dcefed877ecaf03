"""First 90 days, due orders, anniversaries, thanks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty.watches import (
    anniversary,
    behind_by,
    due_on,
    falling_off,
    first_days,
    second_order_norm,
    spend_rank,
    thanks,
)
from regulars.params import LoyaltyParams

CUTOFF = dt.date(2024, 6, 1)


def new_and_old(*tenures: float) -> pd.DataFrame:
    """A hundred old customers, of whom fifty ordered again after 1 to 50 days; and new ones of one order.

    The first of the old ones is there since the log begins.
    """
    tenure = [400.0, *[300.0] * 99]
    old = pd.DataFrame(
        {"tenure": tenure, "frequency": [0.0] * 50 + [1.0] * 50, "gap_first": [*[np.nan] * 50, *range(1, 51)]}
    )
    new = pd.DataFrame({"tenure": tenures, "frequency": 0.0, "gap_first": np.nan})
    return pd.concat([old, new], ignore_index=True)


def test_the_norm_is_when_four_in_five_had_ordered_again() -> None:
    assert second_order_norm(new_and_old()) == 41.0  # the 80 % quantile of 1 to 50, rounded up to one that was seen


def test_new_customers_fall_behind_on_the_day_after_the_norm() -> None:
    table = new_and_old(41.0, 42.0, 60.0)
    norm = second_order_norm(table)
    found = first_days(table, behind_by(table, norm), norm, CUTOFF)
    assert found.iloc[:100].isna().all()
    assert found.iloc[100:].tolist() == ["on track", "behind since 2024-06-01", "behind since 2024-05-14"]
    assert behind_by(table, norm)[100:].tolist()[1:] == [1.0, 19.0]


def test_customers_still_in_their_first_days_do_not_set_the_norm() -> None:
    quick = pd.DataFrame({"tenure": 20.0, "frequency": 1.0, "gap_first": [1.0] * 500})
    assert second_order_norm(pd.concat([new_and_old(), quick], ignore_index=True)) == 41.0


def test_who_may_have_ordered_before_the_log_begins_does_not_set_the_norm() -> None:
    old = pd.DataFrame({"tenure": 400.0, "frequency": 1.0, "gap_first": [2.0] * 500})
    assert second_order_norm(pd.concat([new_and_old(), old], ignore_index=True)) == 41.0


def test_too_few_customers_make_no_norm() -> None:
    few = new_and_old(60.0).iloc[[0, *range(75, 101)]]
    assert second_order_norm(few) is None
    assert first_days(few, behind_by(few, None), None, CUTOFF).isna().all()


def test_the_next_order_is_due_after_the_usual_gap() -> None:
    table = pd.DataFrame({"days_since_last": [10.0, 31.0, 5.0, 30.0], "frequency": [3.0, 3.0, 0.0, 3.0]})
    found = due_on(table, np.full(4, 30.0), CUTOFF)
    assert found.iloc[0] == pd.Timestamp("2024-06-21")
    assert found.iloc[3] == pd.Timestamp("2024-06-01")
    assert found.isna().tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("first", "cutoff", "expected"),
    [
        ("2023-06-01", "2024-06-01", "2024-06-01"),
        ("2023-05-31", "2024-06-01", "2025-05-31"),
        ("2020-02-29", "2023-01-15", "2023-03-01"),
        ("2020-02-29", "2024-01-15", "2024-02-29"),
        ("2024-05-31", "2024-06-01", "2025-05-31"),
    ],
)
def test_anniversaries(first: str, cutoff: str, expected: str) -> None:
    tenure = float((dt.date.fromisoformat(cutoff) - dt.date.fromisoformat(first)).days)
    found = anniversary(pd.DataFrame({"tenure": [tenure]}), dt.date.fromisoformat(cutoff))
    assert str(found.iloc[0].date()) == expected


def test_thanks_for_a_full_year_and_for_round_numbers_of_orders() -> None:
    now = pd.DataFrame(
        {
            "frequency": [9.0, 10.0, 3.0, 3.0, 24.0],
            "tenure": [100.0, 100.0, 370.0, 370.0, 100.0],
            "orders_365": [10, 11, 2, 0, 25],
        },
        index=list("abcde"),
    )
    before = pd.DataFrame({"frequency": [8.0, 9.0, 3.0, 3.0]}, index=list("abcd"))
    found = thanks(now, before, 30)
    assert found["a"] == "10 order days"
    assert pd.isna(found["b"])  # had ten before
    assert found["c"] == "1 year a customer"
    assert pd.isna(found["d"])  # a year as a customer, but none who buys
    assert found["e"] == "25 order days"


def test_falling_off_takes_a_rank_lost_poor_health_and_more_than_one_order() -> None:
    states = pd.DataFrame(
        {
            "spend_rank": [0.5, 0.5, 0.5, 0.85, 0.5],
            "spend_rank_before": [0.9, 0.9, 0.9, 0.9, 0.7],
            "health": ["poor", "good", "poor", "poor", "poor"],
            "orders": [5, 5, 1, 5, 5],
        }
    )
    assert falling_off(states, LoyaltyParams()).tolist() == [True, False, False, False, False]


def test_the_rank_is_the_share_who_spent_less() -> None:
    assert spend_rank(pd.DataFrame({"net_180": [3.0, 1.0, 3.0, 2.0]})).tolist() == [0.5, 0.0, 0.5, 0.25]
