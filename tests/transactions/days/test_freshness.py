from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.transactions import Freshness, read_transactions, run_day
from regulars.windows import RunDay, Windows


def freshness(
    days: Sequence[dt.date | str], cutoff: str, today: str = "2030-01-01", *, follows_run: bool = False
) -> Freshness:
    """How old a log with one line on each of these days is."""
    frame = pd.DataFrame({"customer_id": range(len(days)), "date": list(days), "amount": 1.0})
    return Freshness.of(read_transactions(frame, today=today), Windows.at(cutoff, 30), follows_run=follows_run)


def every(step: int, count: int = 40) -> list[dt.date]:
    """Days so many days apart, the last on 2023-12-31."""
    return [dt.date(2023, 12, 31) - dt.timedelta(days=step * k) for k in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "cutoff", "age", "stale"),
    [
        (1, "2024-01-01", 1, False),
        (1, "2024-01-03", 3, False),
        (1, "2024-01-04", 4, True),
        (1, "2024-03-21", 81, True),
        (7, "2024-01-21", 21, False),
        (7, "2024-01-22", 22, True),
    ],
)
def test_a_log_is_old_after_three_times_the_usual_gap(step: int, cutoff: str, age: int, stale: bool) -> None:
    found = freshness(every(step), cutoff)
    assert (found.age_days, found.usual_gap_days, found.is_stale) == (age, step, stale)
    assert any("The last line of the log is of 2023-12-31" in warning for warning in found.warnings()) == stale


@pytest.mark.medium
def test_weekends_are_usual_and_easter_is_no_stale_log() -> None:
    workdays = [day.date() for day in pd.bdate_range("2023-01-02", "2023-12-29")]
    assert freshness(workdays, "2024-01-03").usual_gap_days == 3
    assert not freshness(workdays, "2024-01-03").is_stale
    assert freshness(workdays, "2024-01-10").is_stale


@pytest.mark.medium
def test_only_lines_before_the_cutoff_count_and_returns_are_lines() -> None:
    days = [*every(1), "2024-02-01"]
    assert freshness(days, "2024-01-11").age_days == 11
    frame = pd.DataFrame({"customer_id": "a", "date": ["2024-01-01", "2024-01-02", "2024-01-05"], "amount": [5, 5, -5]})
    tx = read_transactions(frame)
    assert Freshness.of(tx, Windows.at("2024-01-06", 9), follows_run=False).age_days == 1


def test_a_dead_feed_is_noticed_where_the_cutoff_follows_the_log() -> None:
    dead = freshness(every(1), "2024-01-01", "2024-03-21", follows_run=True)
    assert (dead.age_days, dead.counted_days, dead.is_stale) == (1, 81, True)
    assert "81 days before the day of this run" in next(dead.warnings())
    assert dead.in_words.endswith("is of 2023-12-31, 1 day earlier, 81 days before the day of this run.")
    assert list(dead.sentences()) == list(dead.warnings())
    assert not freshness(every(1), "2024-01-01", "2024-03-21").is_stale  # the cutoff was asked for


def test_a_log_older_than_its_limit_is_refused() -> None:
    found = freshness(every(1), "2024-03-21")
    found.check(None)
    found.check(81)
    with pytest.raises(
        InputError, match=r"too old: .* of 2023-12-31, 81 days before the cutoff 2024-03-21; .* allows 80 days"
    ):
        found.check(80)


def test_a_last_day_that_is_not_over_is_said() -> None:
    assert not list(freshness(every(1), "2024-01-01", "2024-01-01").warnings())
    (said,) = freshness(every(1), "2024-01-01", "2023-12-31").warnings()
    assert "2023-12-31, may not be over yet, and counts as a whole one. Use the cutoff 2023-12-31" in said


@pytest.mark.medium
@pytest.mark.parametrize(("last", "said"), [(100, False), (60, False), (49, True), (0, False)])
def test_a_last_day_with_few_orders_is_said_to_be_incomplete(last: int, said: bool) -> None:
    days = [day for day in every(1, 60)[1:] for _ in range(100)] + every(1)[:1] * last
    warnings = list(freshness(days, "2024-01-01").warnings())
    assert [("may not be complete" in warning) for warning in warnings] == [True] * said


def test_the_age_survives_a_manifest() -> None:
    found = freshness(every(1), "2024-03-21", "2024-03-25", follows_run=True)
    assert Freshness.of_manifest(found.to_dict(), RunDay.on("2024-03-25")) == found
    assert run_day("Europe/Berlin", "2024-03-25") == RunDay.on("2024-03-25")
