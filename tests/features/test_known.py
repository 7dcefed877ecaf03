"""Lines that came late: nothing changes before they are known."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import build_features, build_features_at, build_labels, build_past, rfm_summary
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.features.logs import COLUMNS, START, cutoffs, logs
from tests.features.oracle import labels_of

LAW = settings(max_examples=10, deadline=None, derandomize=True)
delays = st.lists(st.sampled_from([None, 0, 0, 1, 3, 40, 200, -5]), min_size=40, max_size=40)
same = {"check_exact": True}


def late(log: pd.DataFrame, delays: list[int | None]) -> pd.DataFrame:
    """The log, with the day on which each line came in; the first line, a purchase, came at once."""
    waited = pd.to_timedelta(pd.Series([0, *delays], dtype="float64")[: len(log)].to_numpy(), unit="D")
    return log.assign(came=log["date"] + waited)


def read(log: pd.DataFrame) -> Transactions:
    return read_transactions(log, {**COLUMNS, "ingested_at": "came"})


def known_at(log: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The lines of history that were there on the day."""
    return log[(log["date"] < pd.Timestamp(day)) & ~(log["came"] >= pd.Timestamp(day))]


def read_known(log: pd.DataFrame, day: dt.date) -> Transactions:
    return read_transactions(known_at(log, day), COLUMNS)


@pytest.mark.slow
@LAW
@given(logs(), delays, cutoffs)
def test_what_came_later_changes_nothing(log: pd.DataFrame, delays: list[int | None], cutoff: dt.date) -> None:
    log, windows = late(log, delays), Windows.at(cutoff, 60)
    tx, cut = read(log), read_known(log, cutoff)
    pd.testing.assert_frame_equal(build_features(tx, cutoff), build_features(cut, cutoff), **same)
    summaries = (rfm_summary(log, cutoff, log_gaps=True) for log in (tx, cut))
    pd.testing.assert_frame_equal(*summaries, **same)
    pd.testing.assert_frame_equal(build_past(tx, windows), build_past(cut, windows), **same)
    assert tx.rows_before(windows) == cut.rows_before(windows)
    assert tx.last_day_before(windows) == cut.last_day_before(windows)


@pytest.mark.slow
@LAW
@given(logs(), delays, cutoffs, st.integers(1, 90), st.integers(0, 90))
def test_labels_count_what_had_come_in(
    log: pd.DataFrame, delays: list[int | None], cutoff: dt.date, horizon: int, later: int
) -> None:
    log, windows = late(log, delays), Windows.at(cutoff, horizon)
    tx, end = read(log), windows.moved_to(windows.closes).shifted(later)
    customers = build_features(tx, cutoff).index
    for looked_back, lines in ((end, known_at(log, end.cutoff)), (None, log)):
        found = build_labels(tx, windows, as_of=looked_back)
        expected = labels_of(lines, cutoff, horizon).loc[list(customers)]
        pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-9, check_index_type=False)
        assert found.index.equals(customers)


@pytest.fixture
def example() -> Transactions:
    """Ann's order of day 3 came in on day 12; Ben's only one, of day 4, on day 25."""
    rows = [("ann", 0, 0, 5.0), ("ann", 3, 12, 7.0), ("ann", 20, 31, 9.0), ("ben", 4, 25, 11.0), ("cy", 1, None, 2.0)]
    log = pd.DataFrame(rows, columns=["customer_id", "date", "came", "amount"])
    for name in ("date", "came"):
        log[name] = pd.Timestamp(START) + pd.to_timedelta(log[name], unit="D")
    columns = {name: name for name in ("customer_id", "amount")}
    return read_transactions(log, {**columns, "ordered_at": "date", "ingested_at": "came"})


def day(age: int) -> dt.date:
    return START + dt.timedelta(days=age)


def test_an_example_by_hand(example: Transactions) -> None:
    def known(age: int) -> dict[str, list[float]]:
        return build_features(example, day(age))[["frequency", "days_since_last", "net_total"]].T.to_dict("list")

    assert known(12) == {"ann": [0, 12, 5], "cy": [0, 11, 2]}, "on day 12 the order of day 3 is not known yet"
    assert known(13) == {"ann": [1, 10, 12], "cy": [0, 12, 2]}
    assert known(26) == {"ann": [1, 23, 12], "ben": [0, 22, 11], "cy": [0, 25, 2]}
    assert known(32) == {"ann": [2, 12, 21], "ben": [0, 28, 11], "cy": [0, 31, 2]}


def test_outcomes_by_hand(example: Transactions) -> None:
    windows = Windows.at(day(13), 17)
    assert build_labels(example, windows, as_of=windows.shifted(17)).loc["ann"].tolist() == [0, 0]
    assert build_labels(example, windows, as_of=windows.shifted(19)).loc["ann"].tolist() == [1, 9]
    assert build_labels(example, windows).T.to_dict("list") == {"ann": [1, 9], "cy": [0, 0]}, "Ben was not known"


def test_facts_of_one_past_cutoff_are_held_at_a_time(example: Transactions) -> None:
    build_features_at(example, [day(12), day(13), day(26)])
    tables = example.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert sorted(tables) == [("facts_at_20230127",), ("lines",)]
