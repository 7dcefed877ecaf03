from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from regulars.transactions import Transactions, read_transactions
from regulars.transactions.calendar import busiest_days, returning_by_day
from regulars.windows import Windows

YEAR = Windows.at("2023-01-02", 364)
DAYS = np.arange(364)


def shop(level: np.ndarray, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(level)


def test_order_days_after_the_first_are_counted_day_by_day(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    windows = Windows.at("1997-06-01", 100)
    days = cdnow_lines[["customer_id", "date"]].drop_duplicates()
    again = days[days["date"] > days.groupby("customer_id")["date"].transform("min")]
    expected = again["date"].value_counts().reindex(pd.date_range("1997-06-01", periods=100), fill_value=0)
    assert returning_by_day(cdnow, windows).tolist() == expected.tolist()


def test_only_what_was_known_when_the_window_closed_counts() -> None:
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "b"],
            "date": ["2024-01-01", "2024-01-03", "2024-01-04", "2024-01-01", "2024-01-04"],
            "amount": [1.0, 1.0, 1.0, 1.0, -1.0],
            "known": ["2024-01-01", "2024-01-03", "2024-02-01", "2024-01-01", "2024-01-04"],
        }
    )
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "ingested_at": "known"}
    tx = read_transactions(lines, columns)
    assert returning_by_day(tx, Windows.at("2024-01-01", 4)).tolist() == [0, 0, 1, 0]


def test_a_season_is_found_in_a_shop_that_grows_and_in_one_that_fades() -> None:
    for trend in (0.0, 1.0, -1.0):
        level = 40 * np.exp(trend * DAYS / 364) * np.where((DAYS >= 320) & (DAYS < 350), 1.8, 1.0)
        peak = busiest_days(shop(level), YEAR)
        assert peak is not None
        assert peak.horizon_days == 28
        assert abs((peak.cutoff - dt.date(2023, 11, 18)).days) <= 5


@pytest.mark.parametrize("trend", [-1.5, 0.0, 1.5])
@pytest.mark.parametrize("level", [3, 30, 300])
def test_a_trend_and_chance_are_no_season(trend: float, level: float) -> None:
    found = [busiest_days(shop(level * np.exp(trend * DAYS / 364), seed), YEAR) for seed in range(20)]
    assert sum(peak is not None for peak in found) <= 1


def test_a_small_swell_is_no_peak() -> None:
    assert busiest_days(np.where((DAYS >= 300) & (DAYS < 328), 120, 100), YEAR) is None


def test_of_a_few_weeks_or_of_a_shop_that_was_closed_for_half_a_year_no_peak_is_known() -> None:
    assert busiest_days(np.full(55, 3), Windows.at("2023-01-02", 55)) is None
    assert busiest_days(np.where(DAYS < 200, 0, 50), YEAR) is None
