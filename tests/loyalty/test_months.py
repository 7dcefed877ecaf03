"""Calendar months: whole ones alone, without gaps, each with who is new and who is loyal."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty.months import COLUMNS, loyal_share, months
from regulars.windows import Windows
from tests.loyalty.conftest import log


def test_a_month_without_orders_has_a_row_and_the_month_of_the_cutoff_has_none() -> None:
    tx = log(("a", "2024-01-31", 5.0), ("a", "2024-03-01", 6.0), ("b", "2024-03-31", 7.0), ("b", "2024-04-01", 8.0))
    found = months(tx, Windows.at("2024-04-20", 30), loyal_orders=1)
    assert tuple(found.columns) == COLUMNS
    assert found["month"].dt.strftime("%Y-%m").tolist() == ["2024-01", "2024-02", "2024-03"]
    assert found["money"].tolist() == [5.0, 0.0, 13.0]
    assert found["new_customers"].tolist() == [1, 0, 1]
    assert found["loyal_money"].tolist() == [0.0, 0.0, 6.0]
    assert len(months(tx, Windows.at("2024-05-01", 30), loyal_orders=1)) == 4


def test_before_the_first_whole_month_there_is_none() -> None:
    tx = log(("a", "2024-01-05", 5.0))
    assert months(tx, Windows.at("2024-01-20", 30), loyal_orders=1).empty


def test_loyalty_counts_order_days_before_the_month_alone() -> None:
    days = [("a", f"2024-01-0{k}", 1.0) for k in range(1, 4)]
    tx = log(*days, ("a", "2024-02-01", 10.0), ("b", "2024-02-01", 5.0))
    found = months(tx, Windows.at("2024-03-01", 30), loyal_orders=3)
    assert found["loyal_customers"].tolist() == [0, 1]
    assert found["loyal_money"].tolist() == [0.0, 10.0]


def test_without_money_there_is_no_share() -> None:
    starts = pd.to_datetime(["2024-04-01", "2024-05-01"])
    table = pd.DataFrame({"month": starts, "money": [np.nan, np.nan], "loyal_money": [np.nan, np.nan]})
    assert all(np.isnan(loyal_share(table, dt.date(2024, 1, 1))))


def test_months_that_begin_in_the_first_days_of_the_log_are_not_the_weakest() -> None:
    starts = pd.date_range("2024-01-01", "2024-09-01", freq="MS")
    table = pd.DataFrame({"month": starts, "money": [1.0] * 4 + [10.0, 8.0, 10.0, 10.0, 10.0]})
    table["loyal_money"] = [0.0] * 4 + [5.0, 6.0, 5.0, 5.0, 5.0]
    assert loyal_share(table, dt.date(2024, 1, 20)) == pytest.approx((6 / 8, 26 / 48))
    assert loyal_share(table, dt.date(2024, 1, 1)) == pytest.approx((6 / 9, 26 / 49))  # April begins 91 days later
    assert all(np.isnan(loyal_share(table.head(4), dt.date(2024, 1, 20))))
