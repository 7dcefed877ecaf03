from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.features import DayOutcomes
from regulars.lifetime import MBGNBD
from regulars.scorer.weekly import HALF, LARGEST, RECENT, START_WEEKS, course, courses, weeks_at
from regulars.transactions import read_transactions
from regulars.windows import WEEKS_OF_A_YEAR, Windows

MODEL = MBGNBD.from_params({"r": 0.8, "alpha": 40.0, "a": 0.8, "b": 2.5})
CHANCE = 0.05 * np.random.default_rng(0).standard_normal(2 * WEEKS_OF_A_YEAR)


def test_a_steady_shop_stays_at_the_level_of_its_last_weeks() -> None:
    made = course(0.2 + CHANCE, 13)
    assert made.ahead == pytest.approx(np.full(13, 0.2), abs=0.06)
    assert made.plain < 0.3


def test_a_plain_decline_is_carried_on_and_the_plainer_the_more() -> None:
    def declining(a_week: float) -> np.ndarray:
        return CHANCE - a_week * np.maximum(np.arange(len(CHANCE)) - len(CHANCE) + RECENT, 0.0)

    slight, steep = (course(declining(a_week), 8) for a_week in (0.03, 0.12))
    assert slight.plain < 0.5 < 0.8 < steep.plain
    assert np.diff(steep.ahead).mean() == pytest.approx(-0.12, abs=0.04)
    assert np.all(np.diff(steep.ahead) < 0)


def test_what_falls_faster_than_shops_do_is_not_carried_on_at_that_pace() -> None:
    crash = np.concatenate([np.zeros(60), -0.5 * np.arange(1.0, RECENT + 1)])
    assert np.abs(np.diff(course(crash, 4).ahead)).max() <= LARGEST


def test_a_season_comes_again_with_what_changed_since() -> None:
    season = np.sin(2 * np.pi * np.arange(WEEKS_OF_A_YEAR + 40) / WEEKS_OF_A_YEAR)
    changed = season - 0.3 * (np.arange(len(season)) >= WEEKS_OF_A_YEAR)
    found = courses(changed, 6)
    again = np.sin(2 * np.pi * np.arange(40, 46) / WEEKS_OF_A_YEAR) - 0.3
    assert found["year_before_weeks"].ahead == pytest.approx(again)
    assert found["year_before_weeks"].plain == 0.0


def test_a_window_longer_than_a_year_takes_the_last_week_again() -> None:
    found = courses(np.zeros(WEEKS_OF_A_YEAR + 2), WEEKS_OF_A_YEAR + 8)
    assert found["year_before_weeks"].ahead == pytest.approx(np.zeros(WEEKS_OF_A_YEAR + 8))


@pytest.mark.parametrize(
    ("weeks", "forecasters"),
    [(0, set()), (2, set()), (3, {"latest_weeks"}), (WEEKS_OF_A_YEAR + 1, {"latest_weeks"})],
)
def test_a_short_log_has_fewer_forecasters(weeks: int, forecasters: set[str]) -> None:
    assert set(courses(np.zeros(weeks), 4)) == forecasters


def test_due_is_what_newcomers_were_to_bring() -> None:
    """Against a sum over customers and days."""
    rng = np.random.default_rng(1)
    days = pd.DataFrame({"customer_id": rng.integers(0, 40, 300), "date": rng.integers(0, 100, 300)}).drop_duplicates()
    begin = pd.Timestamp("2024-01-01")
    log = days.assign(date=begin + pd.to_timedelta(days["date"], unit="D"), amount=1.0)
    cutoff, horizon, count = 90, 10, 90 // 7 - START_WEEKS
    windows = Windows.at(begin + pd.Timedelta(days=cutoff), horizon)
    found = weeks_at(windows, MODEL, DayOutcomes.of(read_transactions(log)))
    known = days[days["date"] < cutoff]
    first = known.groupby("customer_id")["date"].min()

    def due(day: int) -> float:
        since = (day - first[first < day]).to_numpy(np.float64)
        return float((MODEL.expected_purchases_new(since) - MODEL.expected_purchases_new(since - 1.0)).sum())

    later = known[known["date"] > known["customer_id"].map(first)]
    for week, ratio in enumerate(found.ratios):
        those = range(cutoff - 7 * (count - week), cutoff - 7 * (count - week) + 7)
        actual = later["date"].isin(those).sum()
        assert ratio == pytest.approx(np.log((actual + HALF) / (sum(map(due, those)) + HALF)), abs=1e-3)
    assert len(found.ratios) == count
    assert found.due == pytest.approx([sum(map(due, range(90, 97))), sum(map(due, range(97, 100)))], rel=1e-3)
