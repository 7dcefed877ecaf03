from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.scorer import History
from regulars.scorer.timing import timing_notes
from regulars.transactions import read_transactions
from regulars.windows import Windows

BEGIN = pd.Timestamp("2023-01-02")


def log_of(orders_a_day: np.ndarray, customers: int | None = None) -> pd.DataFrame:
    """Orders of customers who take turns; or each of a customer who is new in these weeks."""
    day = np.repeat(np.arange(len(orders_a_day)), orders_a_day)
    who = np.arange(len(day)) % customers if customers else day // 28 * 1000 + np.arange(len(day)) % 3000
    return pd.DataFrame({"customer_id": who, "date": BEGIN + pd.to_timedelta(day, unit="D"), "amount": 10.0})


def told(log: pd.DataFrame, day: int, horizon_days: int = 60) -> dict[str, str]:
    cutoff = (BEGIN + pd.Timedelta(days=day)).date()
    history = History(read_transactions(log))
    return {note.code: note.text for note in timing_notes(history, Windows(cutoff, horizon_days))}


@pytest.fixture(scope="module")
def peaked() -> pd.DataFrame:
    orders = np.full(500, 20)
    orders[300:330] = 60
    return log_of(orders, customers=400)


@pytest.mark.medium
def test_a_peak_that_has_just_passed_is_named_with_its_days(peaked: pd.DataFrame) -> None:
    found = told(peaked, 340)["peak_passed"]
    assert found == (
        "a peak has just passed: customers came back most often from 2023-10-29 to 2023-11-25, so the 60 days from "
        "2023-12-08 may be quieter than those before"
    )
    assert "peak_passed" not in told(peaked, 290)
    assert "peak_passed" not in told(peaked, 400, 180), "within a horizon, but long ago"


@pytest.mark.medium
def test_days_that_the_log_has_never_seen_are_named_until_a_year_is_known(peaked: pd.DataFrame) -> None:
    assert told(peaked, 290)["days_unseen"] == (
        "days never seen: the log begins on 2023-01-02 and holds no year before the days from 2023-10-19 to "
        "2023-12-17, so a yearly peak or a quiet season in them is not in the forecast"
    )
    assert "days_unseen" not in told(peaked, 364)


@pytest.mark.medium
def test_growth_that_new_customers_bring_is_told_and_growth_of_old_ones_is_not() -> None:
    rising = np.round(10 * 1.01 ** np.arange(200)).astype(int)
    found = told(log_of(rising), 200)["growth_from_few"]
    assert found.startswith("growth from few old customers: order days rose by ")
    assert "of them came from customers who were new in it" in found
    assert "growth_from_few" not in told(log_of(rising, customers=50), 200)
    assert "growth_from_few" not in told(log_of(np.full(200, 20)), 200), "no growth"


@pytest.mark.medium
def test_what_follows_the_cutoff_changes_nothing(peaked: pd.DataFrame) -> None:
    cutoff = BEGIN + pd.Timedelta(days=340)
    assert told(peaked[peaked["date"] < cutoff], 340) == told(peaked, 340)
