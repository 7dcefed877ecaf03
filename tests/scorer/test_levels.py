from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from regulars.scorer import History, training_slices
from regulars.scorer.levels import LARGEST_AGREED, OUTCOMES, Levels, agreed, expected_levels, missed, seasonal
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

FIRST = pd.Timestamp("2018-01-01")


@pytest.fixture(scope="module")
def peaked() -> Transactions:
    """Two years and a half of customers who buy three times as much in November and December."""
    rng = np.random.default_rng(0)
    days = pd.date_range(FIRST, periods=900)
    season = np.where(days.month >= 11, 3.0, 1.0)
    rate = rng.gamma(2.0, 0.01, 500)
    customer, day = np.nonzero(rng.random((500, 900)) < rate[:, None] * season)
    return read_transactions(pd.DataFrame({"customer_id": customer, "date": days[day], "amount": 10.0}))


def levels_at(tx: Transactions, cutoff: str) -> tuple[dict[str, float], list[str]]:
    history, windows = History(tx), Windows.at(cutoff, 56)
    levels, why = expected_levels(history, windows, training_slices(history, windows), "mbg_nbd")
    return {name: getattr(levels, name) for name in OUTCOMES}, why


@pytest.mark.slow
def test_the_season_of_the_year_before_is_expected_again(peaked: Transactions) -> None:
    levels, why = levels_at(peaked, "2019-11-01")
    assert levels["purchases"] > 0.5
    assert levels["spend"] > 0.5
    assert levels["churned"] < -0.3
    assert "the level of order days follows the season: the same days a year before are a guide" in why
    came = missed(History(peaked), Windows.at("2019-11-01", 56), "mbg_nbd")
    assert levels["purchases"] == pytest.approx(came["purchases"].by, abs=0.25)


@pytest.mark.slow
def test_a_log_of_less_than_two_years_has_no_season(peaked: Transactions) -> None:
    levels, why = levels_at(peaked, "2018-11-01")
    assert not why
    assert all(abs(level) <= LARGEST_AGREED for level in levels.values())


@pytest.mark.slow
def test_nothing_after_the_cutoff_is_seen(peaked: Transactions) -> None:
    log = peaked.connection.execute("SELECT customer_id, day AS date, money::DOUBLE AS amount FROM lines").df()
    past = read_transactions(log[log["date"] < pd.Timestamp("2019-11-01")])
    assert levels_at(past, "2019-11-01") == levels_at(peaked, "2019-11-01")


@pytest.mark.slow
def test_a_few_customers_a_year_ago_are_no_guide() -> None:
    """A shop that grew from thirty customers to fifteen hundred, without any season."""
    rng = np.random.default_rng(3)
    joined = (600 * np.sqrt(rng.random(1500))).astype(int).clip(20) - 20
    rate = rng.gamma(1.0, 0.03, 1500)
    customer, day = np.nonzero(rng.random((1500, 600)) < rate[:, None])
    kept = day >= joined[customer]
    days = FIRST + pd.to_timedelta(day[kept], unit="D")
    tx = read_transactions(pd.DataFrame({"customer_id": customer[kept], "date": days, "amount": 10.0}))
    levels, why = levels_at(tx, "2019-06-15")
    assert not why
    assert all(abs(level) <= LARGEST_AGREED for level in levels.values())


def test_without_slices_nothing_is_moved(peaked: Transactions) -> None:
    levels, why = expected_levels(History(peaked), Windows(dt.date(2018, 2, 1), 56), [], "mbg_nbd")
    assert levels == Levels()
    assert not why


def test_a_miss_is_what_would_have_made_it_add_up(peaked: Transactions) -> None:
    history, windows = History(peaked), Windows.at("2019-06-01", 56)
    said = history.lifetime(windows, "mbg_nbd").quantities(history.summary(windows), 56)
    came, miss = history.labels(windows), missed(history, windows, "mbg_nbd")
    assert said["expected_purchases"].sum() * np.exp(miss["purchases"].by) == pytest.approx(came["purchases"].sum())
    odds = np.log((1 - said["p_purchase"]) / said["p_purchase"]) + miss["churned"].by
    assert (1 / (1 + np.exp(-odds))).mean() == pytest.approx(came["churned"].mean(), abs=1e-3)


def test_misses_are_those_of_the_slices_that_are_learned_from(peaked: Transactions) -> None:
    """The first slices know a month of the log, and are off by more than a factor of two."""
    history, windows = History(peaked), Windows.at("2018-05-01", 56)
    slices = training_slices(history, windows)
    levels, _ = expected_levels(history, windows, slices, "mbg_nbd")
    own = [missed(history, closed, "mbg_nbd")["purchases"].by for closed in slices]
    assert levels.misses["purchases"] == tuple(round(miss, 4) for miss in own if abs(miss) <= np.log(2))
    kept = len(levels.misses["purchases"])
    assert levels.windows == pytest.approx(1 + (kept - 1) / 4)
    assert len(levels.misses["spend"]) == kept
    one, _ = expected_levels(history, windows, slices[:1], "mbg_nbd")
    assert one.windows == 1.0


@pytest.mark.parametrize(
    ("misses", "expected"), [([], 0.0), ([0.04], 0.02), ([-0.5, -0.06], -0.03), ([0.9, 0.8], 0.1), ([0.1, -0.1], 0.0)]
)
def test_what_is_agreed(misses: list[float], expected: float) -> None:
    assert agreed(np.array(misses)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("misses", "year_before", "last_year"),
    [([0.3, 0.3], [-0.3, -0.2], 0.8), ([0.3, -0.3], [0.2, 0.3], 0.7), ([0.02, -0.01], [0.0, 0.0], 0.1)],
)
def test_a_season_that_did_not_come_again_is_not_believed(
    misses: list[float], year_before: list[float], last_year: float
) -> None:
    assert seasonal(np.array(misses), np.array(year_before), last_year) is None


def test_what_last_year_foretells_is_shrunk_by_how_far_it_was_off() -> None:
    exact = seasonal(np.array([0.5, -0.4]), np.array([0.5, -0.4]), 0.6)
    near = seasonal(np.array([0.5, -0.4]), np.array([0.3, -0.2]), 0.6)
    assert exact is not None
    assert near is not None
    assert 0.4 < near < exact < 0.6
