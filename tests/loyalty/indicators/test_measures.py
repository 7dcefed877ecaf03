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


def naive(mine: pd.DataFrame, cutoff: dt.date) -> dict[str, float]:
    """The measures of one customer, by loops over the order days; those of columns that are not there are left out."""
    mine = mine[mine["day"] < pd.Timestamp(cutoff)]
    bought, back = mine[mine["is_purchase"]], mine[~mine["is_purchase"]]
    days = sorted(bought["day"].unique())
    since = [(pd.Timestamp(cutoff) - day).days for day in days]
    money = bought.groupby("day")["money"].sum().to_numpy()
    found = {"orders": len(days), "tenure": since[0], "days_since_last": since[-1]}
    found |= {
        "gap_change": change(np.diff([-each for each in since]), len(days)),
        "order_change": change(money, len(days)),
    }
    if thing := next((name for name in ("category", "product_id") if name in mine), None):
        found["breadth"] = bought[thing].nunique()
    if "product_id" in mine:
        found["known_products"] = known_products(bought, days)
    if "channel" in mine:
        found["channels"] = bought["channel"].nunique()
    if "discount" in mine:
        found["full_price"] = over(bought.loc[bought["discount"] == 0, "money"].sum(), bought["money"].sum())
    return found | {"back_after_return": float(days[-1] > back["day"].min()) if len(back) else np.nan}


def change(values: np.ndarray, days: int) -> float:
    """The mean of the last two beside that of those before, of five order days or more."""
    return over(values[-2:].mean(), values[:-2].mean()) if days >= 5 else np.nan


def over(part: float, whole: float) -> float:
    return part / whole if whole else np.nan


def known_products(bought: pd.DataFrame, days: list[pd.Timestamp]) -> float:
    """The share of products of order days that were bought on an earlier one."""
    seen: set[object] = set()
    visits = known = 0
    for day in days:
        today = set(bought.loc[bought["day"] == day, "product_id"].dropna())
        visits, known = visits + len(today), known + len(today & seen)
        seen |= today
    return over(known, visits)


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return read_measures(read(shop()), AT)


def test_every_measure_is_that_of_plain_loops(found: pd.DataFrame) -> None:
    frame = (
        shop()
        .rename(columns={"ordered_at": "day", "amount": "money"})
        .assign(is_purchase=lambda rows: rows.quantity > 0)
    )
    assert tuple(found.columns) == LOYALTY_MEASURES[:-1]
    agree(found.iloc[::4], frame, AT.cutoff)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cutoff"), [("cdnow", "1998-01-01"), ("retail", "2011-08-15"), ("grocer", "2017-11-01")]
)
def test_every_measure_of_a_real_log_is_that_of_plain_loops(
    request: pytest.FixtureRequest, name: str, cutoff: str
) -> None:
    tx: Transactions = request.getfixturevalue(name)
    at = Windows(dt.date.fromisoformat(cutoff), 60)
    found = read_measures(tx, at)
    assert list(found.columns) == ["customer_id", *(measure.name for measure in measures_of(tx))]
    some = found.iloc[:: len(found) // 100]
    asked = "SELECT * FROM lines WHERE customer_id IN (SELECT unnest($1))"
    agree(some, tx.connection.execute(asked, [some["customer_id"].tolist()]).df(), at.cutoff)


def agree(some: pd.DataFrame, lines: pd.DataFrame, cutoff: dt.date) -> None:
    """Compare the measures of some customers with those of loops over their lines."""
    of_each = dict(iter(lines.groupby("customer_id")))
    expected = pd.DataFrame([naive(of_each[customer], cutoff) for customer in some["customer_id"]], index=some.index)
    expected = expected[some.columns[1:]]
    assert expected.notna().sum().min() >= 10
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
