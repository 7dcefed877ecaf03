"""Forecasters of log errors, on shops in which everybody is alike and the lifetime model always expects 100."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from regulars.errors import ModelError
from regulars.scorer.past_totals import GROUPS, OUTCOMES, Totals
from regulars.scorer.total_forecasters import CARRIED_ON, FORECASTERS, YEAR_BEFORE, PastTotals
from regulars.windows import Windows

FIRST, CUTOFF, HORIZON = dt.date(2022, 1, 3), dt.date(2024, 3, 4), 56
LAST = CUTOFF - dt.timedelta(days=1)
MANY = 1e6  # customers: their rates are known well, so the usual rate counts for nothing


def past(error: Callable[[dt.date], float], *, first_day: dt.date = FIRST) -> PastTotals:
    """Totals whose log errors are known: actual = 100 exp(error) in a window from this day."""

    def read(asked: Sequence[Windows]) -> Mapping[Windows, Totals]:
        return {windows: totals(error(windows.cutoff), windows.history_days(first_day) // 7) for windows in asked}

    return PastTotals(Windows(CUTOFF, HORIZON), first_day, LAST, read)


def totals(error: float, weeks: int) -> Totals:
    """As many order days as expected are due; so many weeks before the cutoff had .3 more than were, as a logarithm."""
    here = np.eye(1, GROUPS)[0]
    expected = np.outer(np.full(OUTCOMES, 100.0), here)
    ratios, due = np.full(weeks, 0.3), np.full(8, 12.5)
    return Totals(MANY * here, expected, np.exp(error) * expected, np.zeros(OUTCOMES), ratios, due)


def forecasts(made: PastTotals) -> dict[str, float]:
    """Of order days, by forecaster."""
    return dict(zip(FORECASTERS, made.forecasts(made.windows)[:, 1].tolist(), strict=True))


def test_an_error_that_never_changes_is_forecast_by_all_but_the_lifetime_model() -> None:
    made = forecasts(past(lambda _: 0.3))
    assert made.pop("lifetime") == 0.0
    assert list(made.values()) == pytest.approx([0.3] * len(made), abs=1e-4)


def test_a_steady_change_is_carried_on_by_half() -> None:
    def error(day: dt.date) -> float:
        return -0.002 * (day - FIRST).days

    made = past(error)
    month = made.test_windows(28).log_errors[0, 1]
    behind = forecasts(made)["trend"] - month
    days = (month - error(CUTOFF)) / 0.002 + HORIZON / 2 - 28 / 2  # from the middle of that month to that of the window
    assert behind == pytest.approx(-0.002 * CARRIED_ON * days)


def test_a_season_is_known_from_the_year_before_alone() -> None:
    def error(day: dt.date) -> float:
        return 0.8 if day.month in (3, 4) else 0.0

    made = forecasts(past(error))
    assert made["latest_window"] == made["latest_month"] == 0.0
    for name in ("year_before_error", "year_before_rates", "year_before_ratio", "year_before_rates_now"):
        assert made[name] == pytest.approx(0.8, abs=1e-3), name


def test_without_a_year_before_its_forecasters_have_no_forecast() -> None:
    young = past(lambda _: 0.3, first_day=dt.date(2023, 6, 5))
    assert young.year_behind() == 0.0
    np.testing.assert_array_equal(np.isnan(young.forecasts(young.windows)[:, 1]), YEAR_BEFORE)
    old = past(lambda _: 0.3)
    assert old.year_behind() == pytest.approx(((CUTOFF - FIRST).days - 364) / HORIZON)


def test_few_customers_of_a_group_keep_the_usual_rate() -> None:
    def read(asked: Sequence[Windows]) -> Mapping[Windows, Totals]:
        return {windows: replace(totals(1.0, 0), customers=np.eye(1, GROUPS)[0]) for windows in asked}

    made = forecasts(PastTotals(Windows(CUTOFF, HORIZON), FIRST, LAST, read))
    assert made["latest_window"] == pytest.approx(1.0)
    assert 0.0 < made["latest_rates"] < 0.5


def test_only_test_windows_that_have_closed_are_used_and_the_first_weeks_are_not() -> None:
    made = past(lambda _: 0.0)
    for horizon in made.horizons:
        ages = made.test_windows(horizon).ages
        assert ages.max() + horizon <= (CUTOFF - FIRST).days
        assert ages.min() >= min(56, 2 * horizon)
        assert (np.diff(ages) == -made.step_days).all()


def test_outcomes_of_a_window_that_has_not_closed_are_refused() -> None:
    made = past(lambda _: 0.0)
    with pytest.raises(ModelError, match=f"closes after {CUTOFF}: its outcomes are not known"):
        made.log_error(made.windows)
