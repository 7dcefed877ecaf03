from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from regulars.errors import ParamsError
from regulars.transactions.values.clock import Clock


@pytest.mark.parametrize(
    ("timezone", "day"),
    [(None, dt.date(2024, 3, 2)), ("America/New_York", dt.date(2024, 3, 1)), ("Asia/Tokyo", dt.date(2024, 3, 2))],
)
def test_a_moment_lies_on_the_day_of_the_shop(timezone: str | None, day: dt.date) -> None:
    connection = duckdb.connect()
    clock = Clock.of(connection, timezone, "2024-06-01")
    moment = "TIMESTAMPTZ '2024-03-02 02:00:00+00'"
    assert connection.execute(f"SELECT {clock.day_sql(moment)}").fetchall() == [(day,)]


def test_where_no_zone_is_named_the_day_of_the_run_may_be_two() -> None:
    run_day = Clock.of(duckdb.connect(), None).run_day
    assert 0 <= (run_day.latest - run_day.earliest).days <= 2
    named = Clock.of(duckdb.connect(), "Europe/Berlin").run_day
    assert named.earliest == named.latest


def test_an_unknown_zone_is_answered_by_the_nearest() -> None:
    with pytest.raises(ParamsError, match=r"did you mean 'Europe/Berlin'\?"):
        Clock.of(duckdb.connect(), "Europe/Berlim")
