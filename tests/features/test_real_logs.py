"""Four real logs: every feature is what the oracle finds, and what comes after the cutoff changes no byte."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from regulars.features import available, build_features, build_labels
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.features.oracle import features_of, labels_of

pytestmark = pytest.mark.slow

HORIZON = 28


class Real(NamedTuple):
    """A real log: how to load it under our names, and a cutoff with a past and a future."""

    load: Callable[[Path], pd.DataFrame]
    cutoff: dt.date
    oracle_share: int  # every n-th customer is worked out again, slowly


def _cdnow(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "cdnow_sample.parquet", columns=["master_id", "date", "amount"]).rename(
        columns={"master_id": "customer_id"}
    )


def _online_retail(folder: Path) -> pd.DataFrame:
    names = {
        "CustomerID": "customer_id",
        "InvoiceDate": "date",
        "InvoiceNo": "order_id",
        "StockCode": "product_id",
        "Quantity": "quantity",
    }
    log = pd.read_parquet(folder / "online_retail.parquet").dropna(subset="CustomerID")
    log = log[log["CustomerID"].astype(int) % 4 == 0]
    return log.rename(columns=names)[[*names.values()]].assign(amount=(log["Quantity"] * log["UnitPrice"]).round(4))


def _groceries(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "btydplus_groceryelog.parquet").rename(columns={"cust": "customer_id"})


def _complete_journey(folder: Path) -> pd.DataFrame:
    names = {
        "household_id": "customer_id",
        "transaction_timestamp": "date",
        "sales_value": "amount",
        "basket_id": "order_id",
        "product_id": "product_id",
        "store_id": "channel",
        "retail_disc": "discount",
    }
    some = [("household_id", "in", range(1, 2500, 16))]
    log = pd.read_parquet(folder / "completejourney" / "transactions.parquet", filters=some)
    products = pd.read_parquet(folder / "completejourney" / "products.parquet")
    department = log["product_id"].map(products.set_index("product_id")["department"])
    return log.rename(columns=names)[[*names.values()]].assign(category=department)


LOGS = {
    "CDNOW": Real(_cdnow, dt.date(1998, 1, 1), 16),
    "Online Retail": Real(_online_retail, dt.date(2011, 6, 1), 30),
    "groceryElog": Real(_groceries, dt.date(2007, 7, 1), 8),
    "Complete Journey": Real(_complete_journey, dt.date(2017, 10, 1), 40),
}


@pytest.fixture(scope="module", params=LOGS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def log(name: str, real_data: Path) -> pd.DataFrame:
    return LOGS[name].load(real_data)


def read(log: pd.DataFrame) -> Transactions:
    ours = {column: column for column in log if column != "date"}
    return read_transactions(log, {**ours, "ordered_at": "date"})


@pytest.fixture(scope="module")
def built(name: str, log: pd.DataFrame) -> pd.DataFrame:
    return build_features(read(log), LOGS[name].cutoff)


def test_every_feature_that_the_log_can_carry_is_there(log: pd.DataFrame, built: pd.DataFrame) -> None:
    carried = {"money" if column == "amount" else column for column in log}
    assert list(built) == ["cutoff", *(feature.name for feature in available(carried))]
    assert not built.isin([float("inf"), -float("inf")]).any(axis=None)


def test_the_future_changes_no_byte(name: str, log: pd.DataFrame, built: pd.DataFrame) -> None:
    cutoff = pd.Timestamp(LOGS[name].cutoff)
    past, future = log[log["date"] < cutoff], log[log["date"] >= cutoff]
    strangers = future.assign(customer_id=future["customer_id"].to_numpy()[::-1])
    if "amount" in log:
        strangers["amount"] *= -3
    for other in (past, pd.concat([strangers, past.iloc[::-1]])):
        found = build_features(read(other), LOGS[name].cutoff)
        assert found.index.equals(built.index)
        assert found.to_numpy(dtype="float64").tobytes() == built.to_numpy(dtype="float64").tobytes()


def test_features_and_labels_are_what_the_oracle_finds(name: str, log: pd.DataFrame, built: pd.DataFrame) -> None:
    cutoff, share = LOGS[name].cutoff, LOGS[name].oracle_share
    some = log[log["customer_id"].isin(built.index[::share])]
    features = features_of(some, cutoff)
    ours = built.drop(columns="cutoff").loc[features.index]
    pd.testing.assert_frame_equal(ours, features[list(ours)], rtol=1e-9, atol=1e-9, check_index_type=False)
    labels = build_labels(read(some), Windows.at(cutoff, HORIZON))
    expected = labels_of(some, cutoff, HORIZON)
    if "amount" not in log:
        expected["spend"] = float("nan")
    pd.testing.assert_frame_equal(labels, expected, rtol=1e-9, atol=1e-9, check_index_type=False)
