from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from experiments.seasonal_shops import Shop, simulate
from regulars.notes import Note
from regulars.scorer import History
from regulars.scorer.log_totals import total_forecast
from regulars.scorer.past_totals import ORDER_DAYS
from regulars.scorer.total_forecast import Correction, Rows, TotalForecast, churn_shift, combined
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

pytestmark = pytest.mark.slow

HORIZON = 60
DAY = dt.timedelta(days=1)


@cache
def log_of(season: str, trend: str, months: int) -> pd.DataFrame:
    return simulate(Shop(season, trend, months, truncated=True, half="develop", seed=3, customers_a_day=2.0))


@cache
def history_of(season: str, trend: str, months: int = 30) -> History:
    return History(read_transactions(log_of(season, trend, months)))


def forecast(history: History, cutoff: dt.date) -> TotalForecast:
    return total_forecast(history, Windows(cutoff, HORIZON), "mbg_nbd")


def log_error(history: History, cutoff: dt.date) -> float:
    """Of the lifetime model's total of order days, as it turned out to be."""
    windows = Windows(cutoff, HORIZON)
    totals = history.totals([windows], "mbg_nbd")[windows]
    return float(np.log(totals.actual[ORDER_DAYS].sum() / totals.expected[ORDER_DAYS].sum()))


def errors(history: History, days_before_end: range) -> tuple[np.ndarray, np.ndarray]:
    """Log errors of the lifetime model and of the forecast at several cutoffs."""
    cutoffs = [history.tx.last_day + DAY - (HORIZON + days) * DAY for days in days_before_end]
    alone = np.array([log_error(history, cutoff) for cutoff in cutoffs])
    return alone, alone - np.array([forecast(history, cutoff).order_days.log_error for cutoff in cutoffs])


def rmse(log_errors: np.ndarray) -> float:
    return float(np.sqrt(np.mean(log_errors**2)))


def test_a_peak_that_the_year_before_had_is_expected_again() -> None:
    alone, ours = errors(history_of("peak", "steady"), range(0, 365, 91))
    assert rmse(alone) > 0.3
    assert rmse(ours) <= 0.15


def test_most_of_a_steep_decline_is_forecast_once_it_is_under_way() -> None:
    """Demand halves every 40 days.

    The latest cutoff lies 100 days into the decline. The earliest lies 61 days into it: the only test window of 60 days
    that shows it began with it, so most of it cannot be known.
    """
    alone, ours = errors(history_of("none", "decline"), range(0, 40, 13))
    assert rmse(alone) > np.log(3.0)
    assert abs(ours[0]) <= np.log(1.5)
    assert rmse(ours) <= 0.45 * rmse(alone)


def test_without_a_season_nothing_is_lost() -> None:
    alone, ours = errors(history_of("none", "steady"), range(0, 365, 91))
    assert rmse(ours) <= rmse(alone) + 0.02


def test_nothing_after_the_cutoff_is_seen() -> None:
    log, cutoff = log_of("peak", "steady", 30), pd.Timestamp("2023-06-01")
    later = log["date"] >= cutoff
    assert 0.05 < later.mean() < 0.95
    corrupted = log.assign(amount=log["amount"].where(~later, 1e6)).drop(log.index[later][::2])
    seen = [forecast(History(read_transactions(one)), cutoff.date()) for one in (log, corrupted, log[~later])]
    assert seen[0] == seen[1] == seen[2]


def test_the_order_of_rows_changes_nothing() -> None:
    log, cutoff = log_of("none", "decline", 30), dt.date(2023, 6, 1)
    shuffled = log.sample(frac=1.0, random_state=0)
    assert forecast(History(read_transactions(shuffled)), cutoff) == forecast(history_of("none", "decline"), cutoff)


def test_a_young_log_keeps_the_lifetime_model_and_the_notes_say_so(peaked: Transactions) -> None:
    made = total_forecast(History(peaked), Windows.at("2018-03-01", 56), "mbg_nbd")
    assert made == TotalForecast()
    alone = "forecast totals are the lifetime model's own: no test window had closed to correct them by"
    assert made.notes == [Note("totals", alone)]


def test_the_notes_name_the_heaviest_forecasters() -> None:
    made = forecast(history_of("peak", "steady"), dt.date(2023, 6, 1))
    assert len(made.notes) == 3
    assert made.notes[1].text.startswith("forecast total of order days: ")
    assert "year_before_rates" in made.notes[1].text
    assert sum(made.order_days.weights.values()) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("log_error", [0.0, 0.4, -0.4])
def test_churn_moves_to_the_forecast_number_of_returning_customers(log_error: float) -> None:
    returning = np.array([0.1, 0.5, 0.9])
    shift = churn_shift(pd.DataFrame({"p_purchase": returning}), TotalForecast(returning=Correction(log_error)))
    churn = expit(logit(1.0 - returning) + shift)
    assert (1.0 - churn).sum() == pytest.approx(np.exp(log_error) * returning.sum())


def test_no_more_customers_return_than_there_are() -> None:
    quantities = pd.DataFrame({"p_purchase": [0.8, 0.9]})
    assert np.isfinite(churn_shift(quantities, TotalForecast(returning=Correction(1.0))))


def test_a_forecaster_that_was_right_gets_the_weight() -> None:
    actual = np.array([0.4, 0.5, 0.3, 0.4])
    rows = Rows(actual, np.column_stack([np.zeros(4), actual]), np.ones(4))
    assert combined(np.array([0.0, 0.4]), rows, np.array([0.9, 0.1]))[1] > 0.8
    nothing = Rows(np.zeros(0), np.zeros((0, 2)), np.zeros(0))
    assert combined(np.array([0.0, 0.4]), nothing, np.array([0.9, 0.1])).tolist() == [0.9, 0.1]
    assert combined(np.array([0.0, np.nan]), rows, np.array([0.9, 0.1])).tolist() == [1.0, 0.0]


@pytest.fixture(scope="module")
def peaked() -> Transactions:
    """Two years and a half of customers who buy three times as much in November and December."""
    rng = np.random.default_rng(0)
    days = pd.date_range("2018-01-01", periods=900)
    season = np.where(days.month >= 11, 3.0, 1.0)
    rate = rng.gamma(2.0, 0.01, 500)
    customer, day = np.nonzero(rng.random((500, 900)) < rate[:, None] * season)
    return read_transactions(pd.DataFrame({"customer_id": customer, "date": days[day], "amount": 10.0}))
