from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from experiments.seasonal_shops import Shop, simulate
from regulars.scorer.like_for_like import like_for_like
from regulars.scorer.new_customers import NewCustomers, new_customers
from regulars.transactions import read_transactions
from regulars.windows import Windows

DAY = dt.timedelta(days=1)
BEGINS = Windows.at("2022-01-01", 60)


def forecast(by_day: np.ndarray, cutoff: dt.date) -> NewCustomers | None:
    """Of a shop whose new customers bring so many order days on each day from 2022-01-01, each worth 20."""

    def brought(window: Windows) -> tuple[float, float]:
        begin = window.history_days(BEGINS.cutoff)
        assert window.closed_by(cutoff), "an outcome of the future was asked for"
        total = float(by_day[begin : begin + window.horizon_days].sum())
        return total, 20.0 * total

    return new_customers(Windows(cutoff, 60), BEGINS, brought, has_money=True)


def test_a_steady_flow_goes_on_and_has_a_range() -> None:
    made = forecast(np.full(800, 10.0), dt.date(2023, 12, 1))
    assert made is not None
    assert made.purchases.expected == pytest.approx(600.0)
    assert made.spend is not None
    assert made.spend.expected == pytest.approx(12_000.0)
    assert made.purchases.low is not None
    assert 400 < made.purchases.low < 600


def test_the_season_of_the_year_before_comes_again() -> None:
    """New customers are three times as many in December and January."""
    day = np.arange(1100)
    flow = np.where(((day % 364) >= 334) | ((day % 364) < 30), 30.0, 10.0)
    cutoff = dt.date(2022, 1, 1) + (2 * 364 + 334) * DAY
    made = forecast(flow, cutoff)
    assert made is not None
    assert made.purchases.expected == pytest.approx(1800.0, rel=0.25)  # the latest window brought 600


def test_a_log_that_is_too_short_or_a_cohort_has_no_forecast() -> None:
    assert forecast(np.full(800, 10.0), dt.date(2022, 5, 1)) is None
    assert forecast(np.where(np.arange(800) < 90, 10.0, 0.0), dt.date(2023, 6, 1)) is None


@pytest.mark.medium
def test_new_customers_are_counted_as_plain_pandas_counts_them_and_know_no_future() -> None:
    log = simulate(Shop("none", "steady", 12, truncated=True, half="develop", seed=3))
    windows = Windows(log["date"].max().date() - 60 * DAY, 30)
    known = log[log["date"] < pd.Timestamp(windows.cutoff)]
    made, early = (like_for_like(read_transactions(one), windows, 365).new for one in (log, known))
    assert made == early
    first = known.groupby("customer_id")["date"].transform("min")
    last = known[first >= pd.Timestamp(windows.before_cutoff().cutoff)]
    assert made is not None
    assert made.purchases.expected == pytest.approx(len(last), rel=0.3)
    assert made.purchases.low is not None
    assert made.purchases.high is not None
    assert made.purchases.low < len(last) < made.purchases.high
