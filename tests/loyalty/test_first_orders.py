"""Repeat orders by first order: counted again in plain pandas; nothing of later, nothing of few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty.first_orders import COLUMNS, OTHERS, tenure_by_first_order
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

CUTOFF = "1998-04-10"
WINDOWS = Windows.at(CUTOFF, 90)


def read(rows: pd.DataFrame) -> Transactions:
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}
    return read_transactions(rows, columns | ({"channel": "channel"} if "channel" in rows else {}))


def expected(rows: pd.DataFrame, kind: pd.Series) -> dict[str, tuple[int, float]]:
    """Customers known for 60 days or more, and the mean share who order in a month of the first three."""
    past = rows[rows["date"] < CUTOFF]
    first = past.groupby("customer_id")["date"].min()
    known = (pd.Timestamp(CUTOFF) - first).dt.days // 30
    age = (past["date"] - past["customer_id"].map(first)).dt.days // 30
    found = {}
    for name in sorted(kind.dropna().unique()):
        ids = kind[kind == name].index
        reached = [known[ids][known[ids] > month].index for month in (1, 2, 3)]
        active = [past.loc[(age == month + 1) & past["customer_id"].isin(reached[month]), "customer_id"].nunique()
                  for month in range(3)]  # fmt: skip
        found[name] = len(reached[0]), sum(active) / sum(map(len, reached))
    return found


@pytest.mark.slow
def test_thirds_by_spend_equal_those_of_plain_pandas(shop: pd.DataFrame) -> None:
    past = shop[shop["date"] < CUTOFF]
    first = past.groupby("customer_id")["date"].transform("min")
    spend = past[past["date"] == first].groupby("customer_id")["amount"].sum().round(4)
    cuts = spend.quantile([1 / 3, 2 / 3], interpolation="lower").tolist()
    found = tenure_by_first_order(read(shop), WINDOWS)
    assert found.columns.tolist() == list(COLUMNS)
    assert found["kind"].tolist() == [
        f"up to {cuts[0]:.2f}", f"above {cuts[0]:.2f}, up to {cuts[1]:.2f}", f"above {cuts[1]:.2f}"
    ]  # fmt: skip
    kind = pd.Series(np.searchsorted(cuts, spend, side="left"), spend.index).astype(str)
    again = expected(shop, kind)
    assert list(zip(found["customers"], found["repeat_rate"], strict=True)) == list(again.values())
    assert (found["repeat_low"] < found["repeat_rate"]).all()
    assert (found["repeat_rate"] < found["repeat_high"]).all()


@pytest.mark.slow
def test_channels_of_the_first_day_are_grouped_and_rare_ones_together(shop: pd.DataFrame) -> None:
    number = shop["customer_id"].astype(int) // 16
    rows = shop.assign(channel=np.where(number % 4 == 0, "shop", [f"site {each}" for each in number % 9]))
    rows.loc[number % 50 == 1, "channel"] = None
    found = tenure_by_first_order(read(rows), WINDOWS)
    found = found[found["by"] == "channel"]
    of = rows.drop_duplicates("customer_id").set_index("customer_id")["channel"]
    most = of.value_counts().sort_index().sort_values(ascending=False, kind="stable").index[:5].tolist()
    assert found["kind"].tolist() == [*most, OTHERS]
    again = expected(rows, of.where(of.isin(most) | of.isna(), OTHERS))
    assert {row["kind"]: (row["customers"], row["repeat_rate"]) for row in found.to_dict("records")} == again


@pytest.mark.slow
def test_rows_from_the_cutoff_on_and_their_order_change_nothing(shop: pd.DataFrame) -> None:
    past = shop[shop["date"] < CUTOFF].assign(channel="site")
    later = past.head(300).assign(date=pd.Timestamp(CUTOFF), amount=1.0, channel="phone")
    found = [
        tenure_by_first_order(read(rows), WINDOWS)
        for rows in (past, pd.concat([later, past]).sample(frac=1, random_state=2))
    ]
    pd.testing.assert_frame_equal(found[0], found[1])
    assert set(found[0]["by"]) == {"spend"}, "a column with a single kind tells nothing"


def test_a_log_of_few_customers_has_no_kinds() -> None:
    days = pd.date_range("1997-01-01", periods=80).astype("datetime64[us]")
    rows = pd.DataFrame({"customer_id": np.arange(80), "date": days, "amount": np.arange(80.0)})
    assert tenure_by_first_order(read(rows), WINDOWS).empty
