from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from regulars.transactions.days.peak import busiest_days
from regulars.windows import Windows

YEAR = Windows.at("2023-01-02", 364)
DAYS = np.arange(364)


def shop(level: np.ndarray, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(level)


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
