from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from regulars.evaluation import choose_origins
from regulars.params import BacktestParams
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

NOVEMBER, DECEMBER = pd.Timestamp("2010-11-14"), pd.Timestamp("2010-12-12")


def shop(peak: float, *, first: str = "2009-10-01", last: str = "2011-09-30") -> Transactions:
    """Sixty customers a week who order whenever they like, and more often before Christmas 2010."""
    rng = np.random.default_rng(0)
    days = pd.date_range(first, last)
    level = np.where((days >= NOVEMBER) & (days < DECEMBER), 9 * peak, 9.0)
    orders = np.repeat(days, rng.poisson(level))
    return read_transactions(
        pd.DataFrame({"customer_id": rng.integers(120, size=len(orders)), "date": orders, "amount": 1.0})
    )


@pytest.fixture(scope="module")
def seasonal() -> Transactions:
    return shop(2.0)


def windows(tx: Transactions, horizon_days: int) -> Windows:
    return Windows.resolve("latest", horizon_days, first_day=tx.first_day, last_day=tx.last_day)


def days_of(found: tuple[Windows, ...]) -> list[str]:
    return [str(origin.cutoff) for origin in found]


def test_the_oldest_origin_gives_way_to_the_latest_whose_window_holds_the_peak(seasonal: Transactions) -> None:
    found = choose_origins(seasonal, windows(seasonal, 60), BacktestParams())
    assert days_of(found.kept) == ["2010-11-05", "2011-06-03", "2011-07-03", "2011-08-02"]
    assert found.skipped == ()
    assert found.notes == (
        "origin 2010-11-05 is there for the year's busiest days, 2010-11-14 to 2010-12-11, in place of 2011-05-04",
    )


def test_where_the_window_is_shorter_than_the_peak_the_origin_lies_within_it(seasonal: Transactions) -> None:
    found = choose_origins(seasonal, windows(seasonal, 14), BacktestParams(origins=2, step_days=7))
    assert days_of(found.kept) == ["2010-11-27", "2011-09-17"]  # up to 2010-12-10: wholly within, and the latest


def test_the_number_stays_and_every_origin_can_be_tried(seasonal: Transactions) -> None:
    for horizon in (7, 28, 45, 90, 120):
        for number in (2, 3, 8):
            found = choose_origins(seasonal, windows(seasonal, horizon), BacktestParams(origins=number))
            days = days_of(found.kept)
            assert len(set(days)) == number
            assert days == sorted(days)
            again, skipped = windows(seasonal, horizon).backtest_origins(
                days, seasonal.first_day, seasonal.last_day, step_days=30
            )
            assert (again, skipped) == (list(found.kept), [])


@pytest.mark.parametrize(
    ("horizon", "asked", "why"),
    [
        (60, BacktestParams(origins=10), "one of the latest is over the peak"),
        (60, BacktestParams(origins=1), "one origin is the latest"),
        (60, BacktestParams(origins=0), "none is asked for"),
        (60, BacktestParams(origins=(dt.date(2011, 3, 1), dt.date(2011, 8, 1))), "days are taken as they are"),
        (400, BacktestParams(origins=2), "windows longer than a year hold all of it"),
        (280, BacktestParams(origins=2), "the log is too short for an origin before the peak"),
    ],
)
def test_nothing_changes_where(seasonal: Transactions, horizon: int, asked: BacktestParams, why: str) -> None:
    at = windows(seasonal, horizon)
    kept, skipped = at.backtest_origins(asked.origins, seasonal.first_day, seasonal.last_day, step_days=30)
    found = choose_origins(seasonal, at, asked)
    assert (list(found.kept), list(found.skipped), found.notes) == (kept, skipped, ()), why


def test_a_log_that_begins_before_the_peak_but_too_late_to_learn_from_changes_nothing() -> None:
    """The first origin that could be tried, 2010-12-05, holds a week of the peak: less than half."""
    late = shop(2.0, first="2010-09-01")
    found = choose_origins(late, windows(late, 60), BacktestParams())
    assert days_of(found.kept) == ["2011-05-04", "2011-06-03", "2011-07-03", "2011-08-02"]
    assert not found.notes


def test_a_shop_without_a_season_has_origins_at_even_steps() -> None:
    flat = shop(1.0)
    found = choose_origins(flat, windows(flat, 60), BacktestParams())
    assert days_of(found.kept) == ["2011-05-04", "2011-06-03", "2011-07-03", "2011-08-02"]
    assert not found.notes


def test_the_busiest_days_of_cdnow_lie_in_the_windows_of_the_demo(cdnow: Transactions) -> None:
    """They are 1998-02-26 to 1998-03-25; with two origins of 30 days they do not."""
    found = choose_origins(cdnow, windows(cdnow, 180), BacktestParams())
    assert days_of(found.kept) == ["1997-10-04", "1997-11-03", "1997-12-03", "1998-01-02"]
    assert not found.notes
    short = choose_origins(cdnow, windows(cdnow, 30), BacktestParams(origins=2))
    assert days_of(short.kept) == ["1998-03-03", "1998-06-01"]
    assert "1998-02-26 to 1998-03-25, in place of 1998-05-02" in short.notes[0]
