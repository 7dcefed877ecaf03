"""Outcomes from arrays are the labels, to the cent."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import DayOutcomes, build_labels
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.features.logs import COLUMNS, cutoffs, logs

FEW = settings(max_examples=10, deadline=None, derandomize=True)


def assert_same(tx: Transactions, windows: Windows, as_of: Windows | None) -> None:
    labels = build_labels(tx, windows, as_of=as_of)
    outcomes = DayOutcomes.of(tx, as_of)
    order_days, money = outcomes.within(windows, outcomes.places(labels.index))
    np.testing.assert_array_equal(order_days, labels["purchases"])
    np.testing.assert_allclose(money, labels["spend"].clip(lower=0.0).fillna(0.0), atol=1e-9)


@pytest.mark.slow
@FEW
@given(logs(), cutoffs, st.integers(1, 90), st.integers(0, 90))
def test_they_are_the_labels_of_what_had_come_in(log: pd.DataFrame, cutoff: dt.date, horizon: int, later: int) -> None:
    waited = pd.to_timedelta(np.arange(len(log)) % 4 * 30, unit="D")
    tx = read_transactions(log.assign(came=log["date"] + waited), {**COLUMNS, "ingested_at": "came"})
    windows = Windows.at(cutoff, horizon)
    for as_of in (None, windows.moved_to(windows.closes).shifted(later)):
        assert_same(tx, windows, as_of)


def test_they_are_the_labels_of_real_customers(cdnow: Transactions) -> None:
    assert_same(cdnow, Windows.at("1997-09-01", 90), None)


def test_a_log_without_money_has_none() -> None:
    log = pd.DataFrame({"customer_id": ["a", "a"], "date": pd.to_datetime(["2024-01-01", "2024-01-05"])})
    tx = read_transactions(log, {"customer_id": "customer_id", "ordered_at": "date"})
    outcomes = DayOutcomes.of(tx)
    found = outcomes.within(Windows.at("2024-01-05", 1), outcomes.places(pd.Index(["a", "nobody"])))
    assert [values.tolist() for values in found] == [[1.0, 0.0], [0.0, 0.0]]


def test_days_count_first_and_later_orders_up_to_the_last_one_before_a_cutoff() -> None:
    days = ["2024-01-01", "2024-01-03", "2024-01-03", "2024-01-04", "2024-01-09"]
    tx = read_transactions(pd.DataFrame({"customer_id": list("aabba"), "date": days, "amount": 1.0}))
    outcomes = DayOutcomes.of(tx)
    first, later, known = outcomes.before(Windows.at("2024-01-08", 7))
    assert (first.tolist(), later.tolist(), known) == ([1, 0, 1, 0], [0, 0, 1, 1], 7)
    assert outcomes.before(Windows.at("2024-01-01", 7)).days == 0
