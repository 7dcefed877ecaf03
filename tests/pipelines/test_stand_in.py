"""Logs on which no lifetime model can be certified: the pooled rate stands in, all the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from experiments.worlds import chance_shop
from regulars.features import build_features
from regulars.lifetime import PooledRate
from regulars.tracking.versions import load_scorer
from regulars.transactions import read_transactions
from tests.pipelines.conftest import Place, Trained

PARAMS = """
transactions: {path: orders.csv}
windows: {horizon_days: 60}
churn: {num_iterations: 10}
backtest: {origins: 1}
mlflow: {tracking_uri: "sqlite:///store/mlflow.db"}
"""
OFFERS = (
    "[{name: voucher, channel: email, contact_cost: 1, incentive_cost: 5, "
    "accept_rate: 0.3, winback_rate: 0.03, redeem_rate: 1}]"
)
MODEL = ("--model", "models:/regulars@challenger")


def shop_in(folder: Path, log: pd.DataFrame, empty_store: Path) -> Place:
    (folder / "params.yaml").write_text(PARAMS)
    shutil.copytree(empty_store, folder / "store")
    log.to_csv(folder / "orders.csv", index=False)
    return Place(folder)


@pytest.fixture(scope="module")
def by_chance(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A default training on customers who return by chance; do not change it."""
    log = chance_shop()
    place = shop_in(tmp_path_factory.mktemp("chance"), log, empty_store)
    return Trained(place, place.json("train"), log)


def test_a_log_of_pure_chance_is_trained_on_with_the_pooled_rate_by_name(by_chance: Trained) -> None:
    told = by_chance.told
    assert any(note.startswith("pooled_rate stands in for mbg_nbd and pareto_nbd") for note in told["notes"])
    assert "pooled_rate stands in for a lifetime model whose fit failed." in told["verdict"]["warnings"]
    assert told["grade"]["letter"] in ("D", "E")
    assert (told["verdict"]["passed"], told["promoted"]) == (False, False)
    scorer = load_scorer("models:/regulars@challenger", by_chance.place.store)
    assert isinstance(scorer.lifetime.purchases, PooledRate)


def test_every_verb_works_with_the_stand_in(by_chance: Trained) -> None:
    place, folder = by_chance.place, by_chance.place.folder
    first = place.score("scores.parquet", *MODEL)
    assert place.score("again.parquet", *MODEL) == first
    scores = pd.read_parquet(folder / "scores.parquet")
    assert len(scores) == by_chance.log["customer_id"].nunique()
    assert scores[["p_churn", "p_alive", "expected_purchases", "expected_spend", "clv"]].notna().all(axis=None)
    place.json(
        "target", "--scores", folder / "scores.parquet", "--out", folder / "targets.csv", "--set", f"offers={OFFERS}"
    )
    assert place.json("report", "--out", folder / "report.html", *MODEL)["customers"] == len(scores)
    assert "pooled rate" in (folder / "report.html").read_text(encoding="utf-8")
    assert place.json("verify-leakage", *MODEL)["holds"] is True


def test_card_of_the_stand_in_names_it(by_chance: Trained) -> None:
    card = Path(by_chance.told["card"]["path"]).read_text(encoding="utf-8")
    assert "pooled rate" in card
    assert "pooled_rate stands in for mbg_nbd and pareto_nbd" in card.replace("\\_", "_")


def test_plain_mlflow_scores_with_the_stand_in_as_the_scorer_does(by_chance: Trained) -> None:
    features = build_features(read_transactions(by_chance.log), by_chance.told["training_cutoff"])
    scorer = load_scorer("models:/regulars@challenger", by_chance.place.store)
    mlflow.set_tracking_uri(by_chance.place.store)
    try:
        plain = mlflow.pyfunc.load_model("models:/regulars@challenger").predict(features)
    finally:
        mlflow.set_tracking_uri(None)
    pd.testing.assert_frame_equal(plain, scorer.score_features(features))
