"""The course of orders, of the same customers from the first order day to the tenth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty.order_course import COLUMNS, order_course
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.loyalty.conftest import log


def test_means_equal_those_of_plain_pandas(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    found = order_course(cdnow, Windows.at("1998-03-01", 30))
    past = cdnow_lines[cdnow_lines["date"] < "1998-03-01"]
    days = past.groupby(["customer_id", "date"], as_index=False)["amount"].sum()
    days["order"] = days.groupby("customer_id").cumcount() + 1
    days["gap"] = days.groupby("customer_id")["date"].diff().dt.days
    often = days[days.groupby("customer_id")["date"].transform("size") >= 10]
    expected = (
        often[often["order"] <= 10].groupby("order").agg(n=("gap", "size"), m=("amount", "mean"), g=("gap", "mean"))
    )
    assert tuple(found.columns) == COLUMNS
    assert found["customers"].nunique() == 1
    assert found["customers"].tolist() == expected["n"].tolist()
    np.testing.assert_allclose(found["money"], expected["m"], rtol=1e-9)
    np.testing.assert_allclose(found["gap_days"], expected["g"], rtol=1e-9)


def test_who_leaves_before_the_tenth_does_not_count() -> None:
    stays = [("a", f"2024-01-{day:02}", float(day)) for day in range(1, 12)]
    leaves = [("b", f"2024-01-{day:02}", 900.0) for day in range(1, 10)]
    found = order_course(log(*stays, *leaves), Windows.at("2024-02-01", 30))
    assert found["money"].tolist() == [float(day) for day in range(1, 11)]
    assert found["customers"].tolist() == [1] * 10


@pytest.mark.medium
def test_without_such_customers_or_money() -> None:
    assert order_course(log(("a", "2024-01-01", 1.0)), Windows.at("2024-02-01", 30)).empty
    days = pd.DataFrame({"c": ["a"] * 10, "d": [f"2024-01-{day:02}" for day in range(1, 20, 2)]})
    found = order_course(read_transactions(days, {"customer_id": "c", "ordered_at": "d"}), Windows.at("2024-02-01", 30))
    assert found["money"].isna().all()
    assert found["gap_days"].tolist()[1:] == [2.0] * 9
    assert found["bought_before"].isna().all()


def test_the_share_of_known_products_equals_that_of_plain_pandas() -> None:
    rng = np.random.default_rng(5)
    lines = pd.DataFrame(
        {
            "c": rng.choice(["a", "b", "c", "d"], 400),
            "d": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 40, 400), "D"),
            "m": 1.0,
            "p": rng.integers(0, 60, 400).astype(str),
        }
    ).sort_values("d", kind="stable")
    named = {"customer_id": "c", "ordered_at": "d", "amount": "m", "product_id": "p"}
    found = order_course(read_transactions(lines, named), Windows.at("2024-03-01", 30))
    bought = lines.drop_duplicates(["c", "d", "p"]).copy()
    bought["known"] = bought.duplicated(["c", "p"])
    bought["order"] = bought.groupby("c")["d"].rank("dense")
    expected = bought[bought["order"] <= 10].groupby("order")["known"].mean()
    np.testing.assert_allclose(found["bought_before"], expected, rtol=1e-12)
    assert found["bought_before"].iloc[0] == 0
