"""Realised against expected profit over campaigns."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.retention import measure
from regulars.retention.records import appended
from regulars.retention.track_record import TrackRecord
from tests.retention.campaigns import play


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    kept = None
    for number, name in enumerate(["spring", "autumn"]):
        played = play(400, seed=number)
        made = measure(played.targets.assign(campaign=name), played.log(), margin=0.5).records
        kept = appended(kept, made.assign(start=pd.Timestamp(2024, 3 + 6 * number, 1)))
    assert kept is not None
    return kept


def test_each_campaign_has_its_row_oldest_first(history: pd.DataFrame) -> None:
    found = TrackRecord.of(history).frame
    assert found["campaign"].tolist() == ["spring", "autumn"]
    spring = history[history["campaign"] == "spring"]
    by_group = spring.groupby("group")["profit"].mean()
    treated = (spring["group"] == "treat").sum()
    assert found["realised"].iloc[0] == pytest.approx(treated * (by_group["treat"] - by_group["control"]))
    assert found["expected"].iloc[0] == pytest.approx(5.0 * treated)


def test_the_sum_has_an_interval_that_is_narrower_than_the_intervals_together(history: pd.DataFrame) -> None:
    found = TrackRecord.of(history)
    assert found.in_words is not None
    assert found.in_words.startswith("So far, 2 measured campaigns: expected profit ")
    assert f"realised {found.frame['realised'].sum():,.0f} (90 %: " in found.in_words


def test_a_small_control_group_of_which_nobody_ordered_does_not_make_it_certain() -> None:
    nothing = play(120, effect=0.0, base=0.06, control_share=0.2, seed=8)
    row = TrackRecord.of(measure(nothing.targets.assign(expected_cost=0.0), nothing.log()).records).frame.iloc[0]
    assert 0 < row["realised"] < 1.64 * row["error"]


def test_campaigns_without_money_are_left_out(history: pd.DataFrame) -> None:
    money = ["profit", "revenue", "margin"]
    found = TrackRecord.of(history.assign(**dict.fromkeys(money, float("nan"))))
    assert found.frame.empty
    assert found.in_words is None
