from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars.transactions import Transactions, read_transactions
from regulars.transactions.quality.rhythms import find_rhythms, rhythm_findings
from regulars.windows import Windows


def log(days: Iterable[dt.date], customers: int = 20, share: float = 0.9) -> Transactions:
    """Customers who order on a share of these days."""
    rng = np.random.default_rng(1)
    lines = [(customer, day) for day in days for customer in range(customers) if rng.random() < share]
    return read_transactions(pd.DataFrame(lines, columns=["customer_id", "date"]).assign(amount=5.0))


def said(tx: Transactions, cutoff: str, horizon: int) -> list[str]:
    return [finding.what for finding in rhythm_findings(tx, Windows.at(cutoff, horizon))]


FIRSTS = pd.date_range("2023-01-01", "2024-01-01", freq="MS")


@pytest.mark.medium
def test_a_window_without_the_first_of_a_month_is_told_to_a_shop_that_bills_then() -> None:
    (what,) = said(log(FIRSTS), "2024-01-02", 30)
    assert "day 1 of the month" in what
    assert "holds 0 such days, an average window of 30 days 1.0: that alone changes its orders by -100 %" in what
    assert said(log(FIRSTS), "2024-01-01", 31) == []


def test_weekdays_count_where_the_window_is_short() -> None:
    tx = log(day for day in pd.date_range("2023-01-02", "2023-06-30") if day.weekday() != 6)
    assert [rhythm.name for rhythm in find_rhythms(tx, Windows.at("2023-07-01", 90))] == ["Sundays"]
    assert said(tx, "2023-07-01", 90) == []
    (what,) = said(tx, "2023-07-02", 1)
    assert "holds 1 such days" in what
    assert "-100 %" in what


@pytest.mark.slow
def test_a_season_in_which_the_shop_is_closed_is_told_before_it_comes() -> None:
    tx = log(day for day in pd.date_range("2022-01-01", "2024-06-30") if day.month not in (7, 8))
    (what,) = said(tx, "2024-07-01", 60)
    assert "no sale from 202" in what
    assert "holds 60 such days" in what
    assert any("holds 0 such days" in what for what in said(tx, "2024-09-01", 60))
    once = log(day for day in pd.date_range("2022-01-01", "2024-06-30") if (day.year, day.month) != (2022, 7))
    assert said(once, "2024-07-01", 30) == []  # in 2023 it was open then


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_chance_is_no_rhythm(share: float) -> None:
    days = list(pd.date_range("2023-01-01", "2024-03-31"))
    for customers in (2, 20):
        for cutoff in ("2023-04-01", "2024-04-01"):
            assert find_rhythms(log(days, customers, share), Windows.at(cutoff, 30)) == []


@pytest.mark.parametrize("horizon", [30, 90, 180])
def test_cdnow_has_no_rhythm_that_matters(cdnow: Transactions, horizon: int) -> None:
    assert said(cdnow, "1998-07-01", horizon) == []


@pytest.mark.slow
def test_a_shop_closed_on_saturdays_is_told_nothing_where_the_window_is_long(real_data: Path) -> None:
    columns = {"customer_id": "customer_id", "ordered_at": "date"}
    lines = pd.read_parquet(real_data / "online_retail_ii.parquet").rename(columns={"Customer ID": "customer_id"})
    lines["date"] = pd.to_datetime(lines["InvoiceDate"]).dt.normalize()
    tx = read_transactions(lines[["customer_id", "date"]].drop_duplicates(), columns)
    assert "Saturdays" in find_rhythms(tx, Windows.at("2011-06-01", 90))[0].name
    assert said(tx, "2011-06-01", 90) == said(tx, "2011-06-01", 180) == said(tx, "2011-12-10", 180) == []
