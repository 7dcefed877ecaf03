from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest

from experiments.seasonal_shops import Shop, simulate
from regulars.evaluation import decide, grade, judge, try_totals
from regulars.evaluation.backtest import Backtest
from regulars.evaluation.total_errors import TotalErrors
from regulars.params import LifetimeParams
from regulars.scorer import History, ScorerSettings
from regulars.transactions import read_transactions
from regulars.windows import Windows

DAY = dt.timedelta(days=1)
HORIZON = 30
SETTINGS = ScorerSettings(HORIZON, LifetimeParams(model="mbg_nbd"), {}, 0)
FORECAST = ["origin", "outcome", "expected", "low", "high", "windows"]

Simulate = Callable[..., pd.DataFrame]


@cache
def log_of(trend: str) -> pd.DataFrame:
    return simulate(Shop("none", trend, 9, truncated=True, half="develop", seed=3, customers_a_day=4.0))


def tried_on(log: pd.DataFrame, cutoff: dt.date) -> pd.DataFrame:
    return try_totals(History(read_transactions(log)), Windows(cutoff, HORIZON), SETTINGS)


@cache
def tried(trend: str) -> pd.DataFrame:
    log = log_of(trend)
    return tried_on(log, log["date"].max().date() + DAY)


@pytest.fixture
def judged(simulate: Simulate) -> Callable[[str], Backtest]:
    """A backtest whose totals are right at the origins; the earlier cutoffs are those of a simulated shop."""
    predictions = simulate({"regulars": 0.0, "days_since_last": 1.0, "frequency": 1.5}, customers=3000)
    return lambda trend: judge(predictions, earlier_totals=tried(trend), replicates=60)


def points(made: Backtest) -> dict[str, int]:
    found = grade(made)
    assert found is not None
    return {mark.name: mark.points for mark in found.marks}


@pytest.mark.slow
def test_totals_that_are_off_at_earlier_cutoffs_are_told_by_gate_and_grade(judged: Callable[[str], Backtest]) -> None:
    made = judged("decline")
    warnings = decide(made).warnings
    for what in ("order days lie", "money lies"):
        (told,) = [text for text in warnings if text.startswith(f"Expected {what}")]
        assert "earlier cutoffs from" in told
        assert "(their windows overlap, so they are not independent)" in told
        assert "beyond the bound of 10 %" in told
    assert points(made)["level"] == 0
    assert decide(made).passed  # totals warn


@pytest.mark.slow
def test_totals_that_are_near_at_earlier_cutoffs_pass(judged: Callable[[str], Backtest]) -> None:
    made = judged("steady")
    checks = {check.name: check for check in decide(made).checks}
    assert checks["count_bias"].passed
    assert checks["spend_bias"].passed
    assert checks["count_bias"].figures["cutoffs"] >= 20
    assert points(made)["level"] >= 1


@pytest.mark.slow
def test_an_earlier_forecast_knows_nothing_from_its_own_cutoff_on() -> None:
    """Half of the rows after a day in the middle are gone, and the others have another amount."""
    log, whole = log_of("steady"), tried("steady")
    end = log["date"].max()
    day = pd.Timestamp(whole["origin"].iloc[len(whole) // 2])
    later = (log["date"] >= day) & (log["date"] < end)
    corrupted = log.assign(amount=log["amount"].where(~later, 7e3)).drop(log.index[later][::2])
    other = tried_on(corrupted, end.date() + DAY)
    known = whole["origin"] <= str(day.date())
    assert known.sum() >= 10
    pd.testing.assert_frame_equal(whole.loc[known, FORECAST], other.loc[known, FORECAST], check_exact=True)
    assert (whole.loc[~known, "expected"] != other.loc[~known, "expected"]).all()  # a corruption that is seen


@pytest.mark.slow
def test_what_comes_after_the_training_cutoff_changes_nothing() -> None:
    log = log_of("steady")
    cutoff = log["date"].max().date() - 100 * DAY
    known = log["date"] < pd.Timestamp(cutoff)
    seen = [tried_on(one, cutoff) for one in (log, log[known], log.assign(amount=log["amount"].where(known, 7e3)))]
    pd.testing.assert_frame_equal(seen[0], seen[1], check_exact=True)
    pd.testing.assert_frame_equal(seen[0], seen[2], check_exact=True)
    assert pd.Timestamp(seen[0]["origin"].max()) + HORIZON * DAY <= pd.Timestamp(cutoff)


@pytest.mark.slow
def test_the_same_log_gives_the_same_forecasts_in_any_order_of_rows() -> None:
    shuffled = log_of("decline").sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(
        tried_on(shuffled, shuffled["date"].max().date() + DAY), tried("decline"), check_exact=True
    )


def test_errors_are_told_with_their_cutoffs_and_side() -> None:
    table = pd.DataFrame(
        {
            "origin": ["2024-01-04", "2024-01-11", "2024-01-18"],
            "outcome": "spend",
            "expected": [110.0, 130.0, 90.0],
            "actual": [100.0, 100.0, 100.0],
            "horizon_days": 7,
        }
    )
    found = TotalErrors.of(table, "spend")
    assert found is not None
    assert found.off == pytest.approx(0.5 / 3)
    assert found.worst == pytest.approx(0.3)
    assert found.where == " at 3 earlier cutoffs from 2024-01-04 to 2024-01-18"
    assert found.direction == "too high at 2 of 3 cutoffs"
    assert TotalErrors.of(table, "purchases") is None
    one = TotalErrors.of(table[:1], "spend")
    assert one is not None
    assert one.where == " at the earlier cutoff 2024-01-04"
    longer = TotalErrors.of(table.assign(horizon_days=8), "spend")
    assert longer is not None
    assert longer.where == (
        " at 3 earlier cutoffs from 2024-01-04 to 2024-01-18 (their windows overlap, so they are not independent)"
    )


def test_without_earlier_cutoffs_totals_are_judged_at_the_origins(simulate: Simulate) -> None:
    made = judge(simulate({"regulars": 0.0, "days_since_last": 1.0}, customers=300), replicates=60)
    found = made.total_errors("spend")
    assert found.are_origins
    assert found.off == pytest.approx(made.off("regulars", "spend_bias"))
