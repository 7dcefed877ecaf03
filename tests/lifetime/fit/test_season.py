from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.lifetime import Season
from regulars.lifetime.fit.season import FARTHEST, cutoff_of

WEEKLY = Season.of(np.exp(0.7 * np.sin(np.arange(52) / 5.0)))
DAILY = Season.of(1.0 + 0.5 * np.cos(2 * np.pi * np.arange(365) / 365))


@pytest.mark.parametrize("season", [WEEKLY, DAILY])
def test_factors_have_a_mean_of_1_over_the_days_of_a_year(season: Season) -> None:
    days = np.arange(np.datetime64("2023-01-01"), np.datetime64("2024-01-01"))
    assert season.on(days).mean() == pytest.approx(1.0)
    assert season.clock("2023-01-01").ahead(365.0) == pytest.approx(365.0)


def test_every_day_has_the_factor_of_its_place_in_the_year() -> None:
    on = [DAILY.on(np.array([day]))[0] for day in ("2024-02-28", "2024-02-29", "2024-03-01", "2023-03-01")]
    assert on[0] == on[1] == DAILY.factors[58]
    assert on[2] == on[3] == DAILY.factors[59]
    assert WEEKLY.on(np.array(["2023-12-24", "2023-12-31", "2024-12-31"])).tolist() == [WEEKLY.factors[51]] * 3
    assert WEEKLY.on(np.array(["1999-01-07", "1999-01-08"])).tolist() == list(WEEKLY.factors[:2])


def test_a_span_is_the_sum_of_its_parts() -> None:
    clock, later = WEEKLY.clock("2024-10-01"), WEEKLY.clock("2024-11-05")
    spans = np.array([0.0, 0.5, 7.25, 400.0])
    np.testing.assert_allclose(clock.ahead(35.0 + spans), clock.ahead(35.0) + later.ahead(spans), rtol=1e-12)
    np.testing.assert_allclose(later.ago(35.0), clock.ahead(35.0), rtol=1e-12)


def test_the_clock_is_read_both_ways_however_far() -> None:
    clock = WEEKLY.clock("2024-10-01")
    days = np.array([0.0, 0.3, 12.0, 500.5, 40_000.0, 1e9])
    np.testing.assert_allclose(clock.days_ahead(clock.ahead(days)), days, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(clock.days_ago(clock.ago(days)), days, rtol=1e-12, atol=1e-9)
    assert clock.days_ahead(np.inf) == np.inf
    assert clock.ahead(FARTHEST + 5.0) - clock.ahead(float(FARTHEST)) == pytest.approx(5.0)


def test_a_season_of_ones_leaves_time_as_it_is() -> None:
    season = Season.of(np.full(52, 3.0))
    assert season.is_flat
    assert not WEEKLY.is_flat
    days = np.array([0.0, 0.7, 364.0, 1000.25])
    np.testing.assert_array_equal(season.clock("2024-10-01").ahead(days), days)
    np.testing.assert_array_equal(season.clock("2024-10-01").ago(days), days)


def test_a_stored_season_comes_back_as_it_was() -> None:
    assert Season.from_dict(json.loads(json.dumps(WEEKLY.to_dict()))) == WEEKLY


@pytest.mark.parametrize(
    ("factors", "fault"),
    [
        ([1.0] * 51, "51 factors; expected 52, one a week, or 365"),
        ([1.0] * 51 + [0.0], "1 of 52 factors are not positive numbers .first: 0.0 at place 51"),
        ([1.0] * 10 + [float("nan")], "11 factors; expected 52.*1 of 11 factors are not positive"),
    ],
)
def test_factors_that_cannot_be_used_are_named(factors: list[float], fault: str) -> None:
    for make in (Season.of, lambda values: Season(tuple(values))):
        with pytest.raises(InputError, match=f"(?s){fault}"):
            make(factors)


def test_factors_of_another_mean_are_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match=r"mean of 2 .* expected 1. Season.of divides"):
        Season((2.0,) * 52)


def test_the_cutoff_of_a_summary_is_one_calendar_day() -> None:
    table = pd.DataFrame({"cutoff": ["2024-10-01"] * 2})
    assert cutoff_of(table) == cutoff_of(table.assign(cutoff=pd.Timestamp("2024-10-01"))) == dt.date(2024, 10, 1)
    with pytest.raises(InputError, match=r"summary.assign\(cutoff="):
        cutoff_of(pd.DataFrame({"T": [1]}))
    with pytest.raises(InputError, match="holds 2 different values; expected one"):
        cutoff_of(pd.DataFrame({"cutoff": ["2024-10-01", "2024-11-01"]}))
    with pytest.raises(InputError, match="not a calendar day"):
        cutoff_of(pd.DataFrame({"cutoff": ["October"]}))
