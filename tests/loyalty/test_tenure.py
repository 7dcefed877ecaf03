"""Repeat orders by tenure: counted again in plain pandas, and known bends found as often as stated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty.tenure import GROUPS, tenure, watershed_of
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.loyalty.conftest import log

CUTOFF = "1998-04-10"


@pytest.mark.slow
def test_counts_equal_those_of_plain_pandas(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    found = tenure(cdnow, Windows.at(CUTOFF, 90)).frame
    past = cdnow_lines[cdnow_lines["date"] < CUTOFF]
    first = past.groupby("customer_id")["date"].min()
    known = (pd.Timestamp(CUTOFF) - first).dt.days // 30
    age = (past["date"] - past["customer_id"].map(first)).dt.days // 30
    assert len(found) == 14
    for row in found.to_dict("records"):
        reached = known[known > row["month"]].index
        active = past.loc[(age == row["month"]) & past["customer_id"].isin(reached), "customer_id"].nunique()
        assert (row["customers"], row["active"]) == (len(reached), active)
        assert row["repeat_rate"] == active / len(reached)


@pytest.mark.slow
def test_what_comes_after_the_cutoff_and_the_order_of_rows_change_nothing(cdnow_lines: pd.DataFrame) -> None:
    past = cdnow_lines[cdnow_lines["date"] < "1998-01-01"]
    later = past.head(400).assign(date=pd.Timestamp("1998-01-01"))
    found = [
        tenure(read_transactions(rows), Windows.at("1998-01-01", 90)).to_dict()
        for rows in (past, pd.concat([later, past]).sample(frac=1, random_state=2))
    ]
    assert found[0] == found[1]
    assert found[0]["watershed"] is not None


def test_a_month_with_few_customers_ends_the_course() -> None:
    young = tenure(log(("a", "2023-01-01", 1.0), ("a", "2023-03-01", 1.0)), Windows.at("2024-01-01", 30))
    assert young.frame.empty
    assert young.watershed is None
    assert young.to_dict() == {"months": [], "watershed": None}


def simulated(
    seed: int, *, bend: float, before: float, after: float, size: int = 3000
) -> tuple[np.ndarray, np.ndarray]:
    """Customers who join over two years; each has a pace of their own, and the rate bends in a known month."""
    rng = np.random.default_rng(seed)
    months = np.arange(1, 19)
    rate = 0.2 + before * np.minimum(months, bend) + after * np.maximum(months - bend, 0)
    pace = rng.gamma(4, 0.25, size)[:, None].clip(0, 2)
    known = rng.integers(1, 25, size)[:, None] >= months
    ordered = (rng.random((size, len(months))) < np.clip(rate * pace, 0, 1)) & known
    part = rng.integers(0, GROUPS, size)
    active, customers = (np.zeros((GROUPS, len(months)), dtype=np.int64) for _ in range(2))
    np.add.at(active, part, ordered)
    np.add.at(customers, part, known)
    return active, customers


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bend", "before", "after"), [(6.0, 0.025, -0.015), (4.4, -0.03, -0.002), (6.0, 0.005, -0.005)]
)
def test_the_interval_holds_a_known_watershed_as_often_as_stated(bend: float, before: float, after: float) -> None:
    """Rates are counted in whole months, which draws the estimate to them: intervals are rather too wide."""
    found = [watershed_of(*simulated(seed, bend=bend, before=before, after=after)) for seed in range(200)]
    assert np.mean([each.low <= bend <= each.high for each in found]) >= 0.90
    held = np.mean([each.bend_low <= after - before <= each.bend_high for each in found])
    assert 0.90 <= held <= 0.99
    assert np.mean([each.is_clear for each in found]) > 0.95


def test_a_strong_watershed_is_found_within_a_month() -> None:
    found = watershed_of(*simulated(1, bend=6.0, before=0.025, after=-0.015))
    assert found.is_clear
    assert 5 <= found.low <= 6 <= found.high <= 7
    assert found.slope_before > 0 > found.slope_after
    assert found == watershed_of(*simulated(1, bend=6.0, before=0.025, after=-0.015))


@pytest.mark.slow
def test_a_straight_course_has_no_clear_watershed() -> None:
    found = [watershed_of(*simulated(seed, bend=9.0, before=-0.004, after=-0.004)) for seed in range(100)]
    assert np.mean([each.is_clear for each in found]) <= 0.1
