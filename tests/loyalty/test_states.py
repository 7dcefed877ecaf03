"""States of real customers, beside an independent computation, and what they must never do."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InsufficientHistoryError, ParamsError
from regulars.loyalty import SEGMENTS, segment, segment_log
from regulars.params import LoyaltyParams
from regulars.tables import SEGMENTS as COLUMNS
from regulars.transactions import Transactions, read_transactions
from tests.loyalty.conftest import CUTOFF, log
from tests.loyalty.oracle import states

LOYALTY = LoyaltyParams()


@pytest.fixture(scope="module")
def found(cdnow: Transactions) -> pd.DataFrame:
    return segment(cdnow, CUTOFF)


def test_one_row_a_customer_in_the_order_of_the_contract(found: pd.DataFrame) -> None:
    assert tuple(found.columns) == COLUMNS
    assert found["customer_id"].is_monotonic_increasing
    assert found["customer_id"].is_unique
    assert len(found) == 23_570


@pytest.mark.slow
def test_states_equal_those_of_plain_pandas(cdnow_lines: pd.DataFrame) -> None:
    chosen = cdnow_lines["customer_id"].drop_duplicates().iloc[::40]
    some = cdnow_lines[cdnow_lines["customer_id"].isin(chosen)]
    tx = read_transactions(some, {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"})
    ours, theirs = segment(tx, CUTOFF).set_index("customer_id"), states(some, CUTOFF)
    assert len(ours) == len(theirs) > 500
    for name in ("recency_score", "frequency_score", "money_score", "best", "stage", "health", "falling_off"):
        assert (ours[name].astype(object) == theirs[name]).all(), name
    for name in ("usual_gap", "spend_rank", "spend_rank_before"):
        np.testing.assert_allclose(ours[name].to_numpy(float), theirs[name].to_numpy(float), rtol=1e-12)
    assert ours["falling_off"].any()
    assert ours["best"].any()


def test_every_customer_is_in_one_known_segment(found: pd.DataFrame) -> None:
    assert set(found["segment"]) <= set(SEGMENTS)
    assert found["segment"].notna().all()


def test_champions_ordered_lately_and_nobody_silent_for_a_year_is_an_advocate(found: pd.DataFrame) -> None:
    silent = (pd.Timestamp(CUTOFF) - found["last_order"]).dt.days
    assert silent[found["segment"] == "champions"].max() <= 90
    assert silent[found["stage"] == "advocate"].max() <= 365


def test_moves_account_for_every_customer(cdnow: Transactions) -> None:
    early = segment_log(cdnow, dt.date(1997, 3, 1), LOYALTY)
    moves = early.moves
    assert moves is not None
    assert int(moves.to_numpy().sum()) == len(early.frame)
    assert moves.loc["not a customer"].sum() == len(early.frame) - len(early.earlier)
    assert moves.loc["not a customer", "advocate"] < moves.loc["not a customer", "first_time"]


@pytest.mark.slow
def test_what_comes_after_the_cutoff_changes_nothing(cdnow_lines: pd.DataFrame, found: pd.DataFrame) -> None:
    past = cdnow_lines[cdnow_lines["date"] < CUTOFF]
    later = past.head(500).assign(date=pd.Timestamp("1998-03-01"), amount=9_999.0)
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}
    pd.testing.assert_frame_equal(segment(read_transactions(pd.concat([past, later]), columns), CUTOFF), found)


def test_a_log_that_begins_after_the_earlier_cutoff_compares_with_nothing() -> None:
    young = log(("a", "2024-01-01", 5.0), ("b", "2024-01-03", 5.0), ("a", "2024-01-05", 7.0))
    made = segment_log(young, dt.date(2024, 1, 8), LOYALTY)
    assert made.compared_with is None
    assert made.moves is None
    assert made.frame["spend_rank_before"].isna().all()
    assert not made.frame["falling_off"].any()
    assert made.to_dict()["moves_between_stages"] is None


def test_a_log_without_money_goes_by_order_days() -> None:
    lines = pd.DataFrame({"c": list("aaab"), "d": ["2024-01-01", "2024-02-01", "2024-03-01", "2024-01-01"]})
    made = segment(read_transactions(lines, {"customer_id": "c", "ordered_at": "d"}), "2024-03-02").set_index(
        "customer_id"
    )
    assert made["spend_so_far"].isna().all()
    assert made["money_score"].isna().all()
    assert made.loc["a", "tier"] == "gold"
    assert made.loc["a", "spend_rank"] > made.loc["b", "spend_rank"]


def test_nobody_before_the_cutoff_is_an_error_in_words() -> None:
    with pytest.raises(InsufficientHistoryError, match="No customer has a purchase before the cutoff 2023-01-01"):
        segment(log(("a", "2024-01-01", 5.0)), "2023-01-01")


def test_rules_of_another_kind_are_refused_with_what_is_expected(cdnow: Transactions) -> None:
    with pytest.raises(ParamsError, match="The rules are a dict; expected the block `loyalty` of the parameters"):
        segment(cdnow, "1998-01-01", rules={"best_days": 30})  # type: ignore[arg-type]
