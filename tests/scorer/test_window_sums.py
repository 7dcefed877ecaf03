"""Sums of past windows: a customer is counted once, whatever the batch, and new ones by their first order."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from regulars.features import order_days
from regulars.scorer.window_sums import past_sums
from regulars.transactions import read_transactions
from regulars.windows import Windows

END = Windows.at("2024-07-01", 40)
WINDOW = Windows.at("2024-04-01", 40)


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    draw = np.random.default_rng(1)
    customers = pd.DataFrame({"customer_id": [f"c{k:03}" for k in range(150)], "since": draw.integers(0, 170, 150)})
    many = customers.loc[draw.integers(0, 150, 900)]
    day = many["since"].to_numpy() + draw.integers(0, 60, 900)
    money = np.where(draw.random(900) < 0.15, -1, 1) * draw.integers(1, 90_000, 900) / 1_000
    return pd.DataFrame(
        {
            "customer_id": many["customer_id"].to_numpy(),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D"),
            "amount": money.round(2),
        }
    )


def test_new_customers_are_those_whose_first_order_lies_in_the_window(lines: pd.DataFrame) -> None:
    _, brought = past_sums(read_transactions(lines), END, ())
    orders = lines[lines["amount"] > 0]
    first = lines["customer_id"].map(orders.groupby("customer_id")["date"].min())
    for window in (WINDOW, END.before_cutoff(), WINDOW.with_horizon(7), END.moved_to("2024-01-01")):
        start, end = pd.Timestamp(window.cutoff), pd.Timestamp(window.closes)
        inside = lines["date"].between(start, end, inclusive="left") & first.between(start, end, inclusive="left")
        ordered = lines[inside & (lines["amount"] > 0)].drop_duplicates(["customer_id", "date"])
        wanted = len(ordered), pytest.approx(lines["amount"][inside].sum(), abs=1e-9)
        assert brought.within(window) == wanted, window


def test_what_comes_at_or_after_the_end_changes_nothing(lines: pd.DataFrame) -> None:
    early = lines[lines["date"] < "2024-07-01"]
    (one, new), (other, known) = (past_sums(read_transactions(some), END, [WINDOW]) for some in (lines, early))
    assert one == other
    assert new.within(WINDOW) == known.within(WINDOW)


@pytest.mark.parametrize("batch", [1, 10, 1_000])
def test_sums_are_the_same_to_the_bit_however_customers_come(
    lines: pd.DataFrame, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tx = read_transactions(lines)
    totals, brought = past_sums(tx, END, [WINDOW])
    monkeypatch.setattr(order_days, "BATCH", batch)
    again, anew = past_sums(tx, END, [WINDOW])
    assert again == totals
    assert anew.within(WINDOW) == brought.within(WINDOW)


def test_without_money_counts_remain(lines: pd.DataFrame) -> None:
    bought = lines[lines["amount"] > 0].drop(columns="amount")
    tx = read_transactions(bought, {"customer_id": "customer_id", "ordered_at": "date"})
    totals, brought = past_sums(tx, END, [WINDOW])
    assert totals[WINDOW].order_days > 0
    assert math.isnan(totals[WINDOW].money)
    assert brought.within(WINDOW)[1] == 0
