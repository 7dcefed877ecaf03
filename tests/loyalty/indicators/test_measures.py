"""Measures of loyalty: against plain pandas, customer by customer, and with the future corrupted."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import regulars as rg
from regulars.loyalty.indicators.measures import measures_of, read_measures, who_ordered
from regulars.tables import LOYALTY_MEASURES
from regulars.transactions import Transactions
from regulars.windows import Windows

AT = Windows(dt.date(2024, 6, 1), 60)
NAMES = ("customer_id", "ordered_at", "amount", "quantity", "product_id", "category", "channel", "discount")


def shop(customers: int = 400, seed: int = 0, *, loyal: bool = True) -> pd.DataFrame:
    """Customers of very different paces, or all alike; some give something back."""
    draw, rows = np.random.default_rng(seed), []
    for customer in range(customers):
        pace = draw.gamma(1.0, 12.0) if loyal else 8.0
        days = np.unique(draw.integers(0, 300, 1 + draw.poisson(pace)))
        for day in pd.Timestamp("2023-10-01") + pd.to_timedelta(days, unit="D"):
            for product in draw.choice(8, size=draw.integers(1, 4), replace=False):
                off, via = float(draw.random() < 0.3), draw.choice(["web", "shop"])
                paid = float(draw.integers(5, 50))
                rows.append((customer, day, paid, 1, f"p{product}", f"c{product % 3}", via, off))
            if draw.random() < 0.04:
                rows.append((customer, day + pd.Timedelta(days=3), -5.0, -1, "p0", "c0", "web", 0.0))
    return pd.DataFrame(rows, columns=list(NAMES))


def read(frame: pd.DataFrame) -> Transactions:
    return rg.read_transactions(frame, {name: name for name in NAMES}, today="2030-01-01")


def naive(frame: pd.DataFrame, customer: int) -> dict[str, float]:
    """The measures of one customer, by loops over the order days."""
    mine = frame[(frame["customer_id"] == customer) & (frame["ordered_at"] < pd.Timestamp(AT.cutoff))]
    bought, back = mine[mine["quantity"] > 0], mine[mine["quantity"] < 0]
    days = sorted(bought["ordered_at"].unique())
    since = [(pd.Timestamp(AT.cutoff) - day).days for day in days]
    gaps = np.diff([-each for each in since])
    money = bought.groupby("ordered_at")["amount"].sum().to_numpy()
    seen: set[str] = set()
    visits = known = 0
    for day in days:
        today = set(bought.loc[bought["ordered_at"] == day, "product_id"])
        visits, known = visits + len(today), known + len(today & seen)
        seen |= today
    enough = len(days) >= 5
    return {
        "orders": len(days),
        "tenure": since[0],
        "days_since_last": since[-1],
        "gap_change": gaps[-2:].mean() / gaps[:-2].mean() if enough else np.nan,
        "order_change": money[-2:].mean() / money[:-2].mean() if enough else np.nan,
        "breadth": bought["category"].nunique(),
        "known_products": known / visits,
        "channels": bought["channel"].nunique(),
        "full_price": bought.loc[bought["discount"] == 0, "amount"].sum() / bought["amount"].sum(),
        "back_after_return": float(days[-1] > back["ordered_at"].min()) if len(back) else np.nan,
    }


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return read_measures(read(shop()), AT)


def test_every_measure_is_that_of_plain_loops(found: pd.DataFrame) -> None:
    frame = shop()
    assert tuple(found.columns) == LOYALTY_MEASURES[:-1]
    some = found.iloc[::4].reset_index(drop=True)
    expected = pd.DataFrame([naive(frame, customer) for customer in some["customer_id"]])
    assert expected.notna().sum().min() > 15
    pd.testing.assert_frame_equal(some.drop(columns="customer_id"), expected, check_dtype=False, rtol=1e-9)


def test_the_future_changes_no_measure(found: pd.DataFrame) -> None:
    frame = shop()
    later = frame["ordered_at"] >= pd.Timestamp(AT.cutoff)
    corrupted = frame.assign(amount=frame["amount"].mask(later, 999.0), channel=frame["channel"].mask(later, "fax"))
    pd.testing.assert_frame_equal(read_measures(read(corrupted), AT), found, check_exact=True)


def test_who_ordered_counts_the_window_alone(found: pd.DataFrame) -> None:
    frame = shop()
    within = frame[
        (frame["ordered_at"] >= "2024-06-01") & (frame["ordered_at"] < "2024-07-31") & (frame["quantity"] > 0)
    ]
    expected = found["customer_id"].isin(within["customer_id"]).to_numpy(float)
    assert 0 < expected.mean() < 1
    assert (who_ordered(read(frame), AT, found["customer_id"]) == expected).all()


def test_a_plain_log_has_the_measures_of_its_columns() -> None:
    names = [measure.name for measure in measures_of(rg.read_transactions("demo"))]
    assert names == ["orders", "tenure", "days_since_last", "gap_change", "order_change"]
