"""RFM scores and segments."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.rfm import SEGMENTS, best_of, by_cuts, by_fifths, rfm_scores, segments_of
from regulars.params import LoyaltyParams

AMOUNTS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


def customers(silent: list[float], orders: list[int], spend: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "days_since_last": np.array(silent, dtype=float),
            "tenure": np.array(silent, dtype=float) + 10,
            "frequency": np.array(orders, dtype=float) - 1,
            "net_total": np.array(spend, dtype=float),
        }
    )


@given(AMOUNTS)
def test_fifths_rise_with_the_value_and_are_equal_for_equals(values: list[float]) -> None:
    found = by_fifths(np.array(values))
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    assert found.min() == 1
    assert found.max() <= 5
    for value in set(values):
        assert len(set(found[np.array(values) == value])) == 1


def test_own_cuts_decide() -> None:
    rules = LoyaltyParams(recency_cuts=(7, 14, 28, 56), order_cuts=(2, 3, 5, 10), spend_cuts=(10, 100, 1000, 10_000))
    scores = rfm_scores(customers([7, 8, 57], [1, 2, 10], [9.99, 10, 10_000]), rules)
    assert scores["recency_score"].tolist() == [5, 4, 1]
    assert scores["frequency_score"].tolist() == [1, 2, 5]
    assert scores["money_score"].tolist() == [1, 2, 5]


def test_recency_by_fifths_where_there_are_no_cuts() -> None:
    scores = rfm_scores(customers([500, 400, 300, 200, 100], [1] * 5, [1] * 5), LoyaltyParams(recency_cuts=None))
    assert scores["recency_score"].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("silent", "orders", "segment"),
    [(5, 50, "champions"), (100, 50, "loyal"), (200, 50, "at_risk"), (900, 50, "cannot_lose"), (5, 1, "new")],
)
def test_segments_of_frequent_customers_and_new_ones(silent: float, orders: int, segment: str) -> None:
    table = customers([silent, *[400.0] * 9], [orders, *range(2, 11)], [orders * 100.0, *range(20, 29)])
    rules = LoyaltyParams()
    assert segments_of(rfm_scores(table, rules), table, rules)[0] == segment


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 30), st.floats(-100, 1e4)), min_size=1, max_size=40))
def test_segments_part_the_customers(rows: list[tuple[int, int, float]]) -> None:
    table, rules = customers(*map(list, zip(*rows, strict=True))), LoyaltyParams()
    found = segments_of(rfm_scores(table, rules), table, rules)
    assert found.isin(SEGMENTS).all()
    assert not (best_of(rfm_scores(table, rules), table, rules) & ~found.isin(["champions"])).any()


def test_a_cut_that_is_reached_counts() -> None:
    assert by_cuts(np.array([1.0, 2.0]), (2, 3, 4, 5)).tolist() == [1, 2]
