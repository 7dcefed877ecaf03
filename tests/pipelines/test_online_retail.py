"""The whole way on a real retailer, with cancellations, copies and rows without a customer."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regulars.predict import read_table
from regulars.tables import SCORES, TARGETS
from tests.pipelines.conftest import Place

PARAMS = """
transactions:
  path: {path}
  columns:
    order_id: InvoiceNo
    customer_id: CustomerID
    ordered_at: InvoiceDate
    product_id: StockCode
    quantity: Quantity
    unit_price: UnitPrice
windows: {{cutoff: 2011-06-01, horizon_days: 60}}
churn: {{num_iterations: 60}}
backtest: {{origins: 1}}
offers: [{{name: voucher, channel: email, contact_cost: 1, incentive_cost: 20, accept_rate: 0.2, winback_rate: 0.03,
          redeem_rate: 1}}]
mlflow: {{tracking_uri: "sqlite:///store/mlflow.db"}}
"""


@pytest.fixture(scope="module")
def retailer(
    real_data: Path, empty_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Place, dict[str, Any]]:
    place = Place(tmp_path_factory.mktemp("retailer"))
    shutil.copytree(empty_store, place.folder / "store")
    (place.folder / "params.yaml").write_text(PARAMS.format(path=real_data / "online_retail.parquet"))
    return place, place.json("train", "--force", "the tests go on")


@pytest.fixture(scope="module")
def scored(retailer: tuple[Place, dict[str, Any]]) -> tuple[dict[str, Any], pd.DataFrame]:
    """What scoring tells, and the scores; the file lies with the retailer."""
    place, _ = retailer
    told = place.json("score", "--out", place.folder / "scores.parquet")
    return told, read_table(place.folder / "scores.parquet")


def test_every_row_is_accounted_for(retailer: tuple[Place, dict[str, Any]]) -> None:
    _, told = retailer
    ledger = told["ledger"]
    assert ledger["in"]["rows"] == 320_705
    assert Decimal(str(ledger["in"]["money"])).quantize(Decimal("0.01")) == Decimal("5761931.38")
    by_reason = {entry["reason"]: entry for entry in ledger["entries"]}
    assert by_reason["missing customer"]["rows"] == 88_652
    assert sum(entry["rows"] for entry in ledger["entries"]) == 320_705


def test_scores_targets_and_report(
    retailer: tuple[Place, dict[str, Any]], scored: tuple[dict[str, Any], pd.DataFrame]
) -> None:
    (place, told), (told_of_scores, scores) = retailer, scored
    assert tuple(scores.columns) == SCORES
    assert told_of_scores["model_version"] == told["model_version"]
    assert scores["p_churn"].between(0, 1).all()
    assert (scores[["expected_spend", "clv", "clv_low"]] >= 0).all(axis=None)
    assert scores["reason_1"].notna().all()

    place.json("target", "--scores", place.folder / "scores.parquet", "--out", place.folder / "targets.csv")
    targets = pd.read_csv(place.folder / "targets.csv")
    assert tuple(targets.columns) == TARGETS
    assert (targets["spend_so_far"] > 0).all()
    assert place.json("report", "--out", place.folder / "report.html")["customers"] == len(scores)


def test_a_good_customer_is_told_from_a_lost_one(scored: tuple[dict[str, Any], pd.DataFrame], real_data: Path) -> None:
    _, scores = scored
    log = pd.read_parquet(real_data / "online_retail.parquet").dropna(subset="CustomerID")
    log = log[(log["Quantity"] > 0) & log["InvoiceDate"].between("2011-06-01", "2011-07-31", inclusive="left")]
    stayed = scores["customer_id"].isin(set(log["CustomerID"]))
    assert len(scores) == 2_000 or 1_500 < len(scores) < 3_317
    ranks = scores["p_churn"].rank()
    auc = (ranks[~stayed].mean() - ((~stayed).sum() + 1) / 2) / stayed.sum()
    assert auc > 0.7
    assert scores["p_churn"].mean() == pytest.approx((~stayed).mean(), abs=0.12)
