"""What customers prefer: against plain pandas, a shop with known tastes, and with the future corrupted."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import regulars as rg
from regulars.loyalty import liked_products, preferences_of
from regulars.loyalty.preferring.preferences import LEAST_DAYS, SURE
from regulars.loyalty.preferring.tastes import ALIKE
from regulars.tables import PREFERENCES
from regulars.transactions import Transactions
from regulars.windows import Windows

CUTOFF = dt.date(2024, 6, 1)
NAMES = ("customer_id", "ordered_at", "amount", "channel", "product_id", "discount")


def shop(customers: int = 300, seed: int = 0) -> pd.DataFrame:
    """Customers with a channel of their own, any weekday, and now and then a discount; some orders after the cutoff."""
    draw = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        likes, off = draw.dirichlet([0.4, 0.3, 0.2]), draw.beta(1, 3)
        for _ in range(draw.integers(1, 15)):
            day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(draw.integers(0, 180)))
            channel = draw.choice(["web", "phone", "store"], p=likes)
            for product in draw.choice(["red tea", "blue tea", "cup", "pot"], size=draw.integers(1, 4), replace=False):
                rows.append((customer, day, 10.0, channel, product, float(draw.random() < off)))
    return pd.DataFrame(rows, columns=list(NAMES))


def read(frame: pd.DataFrame) -> Transactions:
    return rg.read_transactions(frame, {name: name for name in NAMES}, today="2030-01-01")


@pytest.fixture(scope="module")
def tx() -> Transactions:
    return read(shop())


@pytest.fixture(scope="module")
def found(tx: Transactions) -> pd.DataFrame:
    return rg.preferences(tx, CUTOFF)


def visits(about: str) -> pd.DataFrame:
    """A row for each customer, order day and value."""
    sold = shop()
    sold = sold[sold["ordered_at"] < pd.Timestamp(CUTOFF)].rename(columns={"ordered_at": "day"})
    if about == "discount":
        off = sold.groupby(["customer_id", "day"])["discount"].max() > 0
        return off.map({True: "with a discount", False: "at the full price"}).rename("value").reset_index()
    values = sold["day"].dt.day_name() if about == "weekday" else sold[{"product": "product_id"}.get(about, about)]
    return sold.assign(value=values)[["customer_id", "day", "value"]].drop_duplicates()


def naive(rows: pd.DataFrame, every: int = 1) -> pd.DataFrame:
    """What every n-th customer prefers, by a wide table of counts of all, and intervals of scipy.stats."""
    counts = rows.groupby(["customer_id", "value"]).size().unstack(fill_value=0)
    days = rows.groupby("customer_id")["day"].nunique()
    two = days > 1
    k, n = counts[two], days[two]
    means = k.div(n, axis=0).mean()
    same = (k * (k - 1)).div(n * (n - 1), axis=0).mean().sum()
    rho = np.clip((same - (means**2).sum()) / (means.sum() - (means**2).sum()), *ALIKE)
    strength = (1 - rho) / rho
    evidence = counts + strength * means
    told = []
    for customer in days.index[days >= LEAST_DAYS][::every]:
        mine = evidence.loc[customer].where(counts.loc[customer] > 0).dropna().sort_index()
        best = mine.idxmax()
        others = evidence.loc[customer].drop(best).max()
        law = stats.beta(mine[best], days[customer] + strength - mine[best])
        sure = stats.beta(mine[best], others).sf(0.5)
        shares = (law.mean(), *law.ppf([0.025, 0.975]), means[best], sure)
        told.append((customer, best, counts.loc[customer, best], days[customer], *shares))
    names = ["customer_id", "preferred", "order_days", "of_days", "share", "low", "high", "usual_share", "probability"]
    return pd.DataFrame(told, columns=names)


@pytest.mark.parametrize("about", ["channel", "product", "weekday", "discount"])
def test_every_figure_is_that_of_plain_pandas(found: pd.DataFrame, about: str) -> None:
    ours = found[found["about"] == about].reset_index(drop=True)
    assert len(ours) > 150
    agree(ours, naive(visits(about)))


def agree(ours: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(ours[list(expected.columns)], expected, check_dtype=False, rtol=1e-9)
    assert (ours["is_sure"] == (expected["probability"] >= SURE)).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cutoff"), [("cdnow", "1998-01-01"), ("retail", "2011-08-15"), ("grocer", "2017-11-01")]
)
def test_every_figure_of_a_real_log_is_that_of_plain_pandas(
    request: pytest.FixtureRequest, name: str, cutoff: str
) -> None:
    tx: Transactions = request.getfixturevalue(name)
    at = Windows(dt.date.fromisoformat(cutoff), 60)
    lines = tx.connection.execute(f"SELECT * FROM lines WHERE is_purchase AND {tx.history_sql(at)}").df()
    found = preferences_of(tx, at)
    values = {
        "weekday": lines["day"].dt.day_name(),
        **{name: lines[name] for name in {"channel", "category"} & set(lines)},
    }
    if "discount" in lines:
        off = lines.groupby(["customer_id", "day"])["discount"].transform("max") > 0
        values["discount"] = off.map({True: "with a discount", False: "at the full price"})
    assert set(found["about"]) - {"product"} == set(values)
    for about, value in values.items():
        ours = found[found["about"] == about]
        every = len(ours) // 100
        rows = lines.assign(value=value)[["customer_id", "day", "value"]].dropna().drop_duplicates()
        agree(ours.iloc[::every].reset_index(drop=True), naive(rows, every))


def test_channels_of_ones_own_are_told_surely_and_weekdays_of_nobody_are_not(found: pd.DataFrame) -> None:
    assert tuple(found.columns) == PREFERENCES
    sure = found.groupby("about")["is_sure"].mean()
    assert sure["channel"] > 0.5
    assert sure["weekday"] < 0.05


def test_intervals_hold_the_share_of_the_days_to_come() -> None:
    draw, rows = np.random.default_rng(1), []
    truth = draw.beta(2, 2, 400)
    for customer in range(400):
        days = pd.to_datetime("2024-01-01") + pd.to_timedelta(draw.choice(150, 12, replace=False), unit="D")
        rows += [
            (customer, day, 1.0, "web" if draw.random() < truth[customer] else "store", "cup", 0.0) for day in days
        ]
    found = rg.preferences(read(pd.DataFrame(rows, columns=list(NAMES))), CUTOFF).query("about == 'channel'")
    own = truth[found["customer_id"]]
    share = np.where(found["preferred"] == "web", own, 1 - own)
    assert 0.92 < ((found["low"] <= share) & (share <= found["high"])).mean() < 0.985


def test_some_customers_get_the_same_as_among_all(tx: Transactions, found: pd.DataFrame) -> None:
    some = preferences_of(tx, Windows(CUTOFF, 1), [5, 7, 8, 99_999])
    expected = found[found["customer_id"].isin([5, 7, 8])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, expected, check_exact=True)
    liked = liked_products(tx, Windows(CUTOFF, 1), range(300))
    sure = found[(found["about"] == "product") & found["is_sure"]]
    assert liked.to_dict() == dict(zip(sure["customer_id"], sure["preferred"], strict=True))


def test_neither_the_future_nor_the_order_of_rows_changes_anything(found: pd.DataFrame) -> None:
    frame = shop()
    later = frame["ordered_at"] >= pd.Timestamp(CUTOFF)
    assert later.any()
    corrupted = frame.assign(channel=frame["channel"].mask(later, "fax"), discount=frame["discount"].mask(later, 9.0))
    shuffled = corrupted.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(rg.preferences(read(shuffled), CUTOFF), found, check_exact=True)


def test_with_few_orders_nothing_is_told() -> None:
    few = rg.preferences(read(shop(5).groupby("customer_id").head(1)), CUTOFF)
    assert few.empty
    assert tuple(few.columns) == PREFERENCES
