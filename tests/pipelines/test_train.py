from __future__ import annotations

import json
import math
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient

from regulars.errors import InputError
from regulars.params import load_params
from regulars.pipelines.report import report_log
from regulars.pipelines.retain import target_scores
from regulars.pipelines.score import score_log
from regulars.pipelines.train import train
from regulars.tracking.store import opened
from regulars.tracking.versions import load_scorer
from regulars.transactions import read_transactions
from tests.forked import Server
from tests.pipelines.conftest import CALL, CUTOFF, PARAMS, REGULARS, Place, Trained

BASE_MODELS = (
    "| MBG/NBD, a lifetime model",
    "| LightGBM |",
    "| regression |",
    "| everything spent so far",
    "| expected order days × money of one so far",
)


def test_what_is_told(trained: Trained) -> None:
    told = trained.told
    assert told["model_uri"] == "models:/regulars/1"
    assert told["version"] == "1"
    assert told["promoted"] is True
    assert told["forced"] is not told["verdict"]["passed"]
    assert told["training_cutoff"] == CUTOFF
    assert told["ledger"]["in"]["rows"] == len(trained.log)
    assert told["metrics"]
    assert all(math.isfinite(value) for value in told["metrics"].values())
    assert any(note.startswith("blend weights are estimated out of time") for note in told["notes"])


def test_the_registered_scorer_is_the_one_that_was_told(trained: Trained) -> None:
    scorer = load_scorer("models:/regulars@champion", trained.place.store)
    assert scorer.version == trained.told["model_version"]
    assert str(scorer.training_cutoff) == CUTOFF


def test_the_run_in_mlflow_is_the_training(trained: Trained) -> None:
    told = trained.told
    with opened(trained.place.store) as client:
        run, version = client.get_run(told["run_id"]), client.get_model_version("regulars", "1")
    assert run.info.run_name == f"orders.csv, 120 days from {CUTOFF}, grade {told['grade']['letter']}"
    assert run.info.end_time - run.info.start_time > 1000, "fit and backtest are in it"
    assert [read.dataset.name for read in run.inputs.dataset_inputs] == ["orders.csv"]
    assert list(run.data.metrics)[:3] == ["regulars/auc", "regulars/log_loss", "regulars/brier"]
    shown = re.findall(r"\(get-artifact\?path=pictures/(\w+)\.svg&run_uuid=(\w+)\)", version.description)
    assert ("calibration", told["run_id"]) in shown
    assert len(version.description) < 5000, "MLflow takes no more"


def test_no_customer_is_in_the_store(trained: Trained) -> None:
    store = trained.place.folder / "store"
    found = [path for path in store.rglob("*") if path.is_file() and b"shopper-" in path.read_bytes()]
    assert not found
    names = {path.name for path in store.rglob("*")}
    assert {"mlflow.db", "scorer.json", "MLmodel", "ledger.json"} <= names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib", ".cloudpickle"))]


def test_the_card_lies_beside_the_store_and_with_the_run(trained: Trained) -> None:
    told, store = trained.told, trained.place.folder / "store"
    card = store / "cards" / f"regulars-{told['model_version']}.md"
    assert told["card"] == {"path": str(card), "artifact": f"runs:/{told['run_id']}/card.md"}
    assert (store / "artifacts" / told["run_id"] / "artifacts" / "card.md").read_bytes() == card.read_bytes()
    text = card.read_text(encoding="utf-8")
    made = text.partition("## What it is made of")[2].partition("\n## ")[0]
    weights = [re.findall(r"(\d+)\xa0%", line) for line in made.splitlines() if line.startswith(BASE_MODELS)]
    assert [len(row) for row in weights] == [3, 3, 2, 1, 1]
    assert sum(int(percent) for row in weights for percent in row) == pytest.approx(300, abs=4)
    with opened(trained.place.store) as client:
        version, run = client.get_model_version("regulars", "1"), client.get_run(told["run_id"])
    assert f"Grade **{told['grade']['letter']}**" in version.description
    assert version.tags["regulars.grade"] == run.data.tags["regulars.grade"] == told["grade"]["letter"]
    assert version.tags["regulars.gate"] == ("passed" if told["verdict"]["passed"] else "refused")
    assert run.data.metrics["grade/stability"] == told["grade"]["marks"][3]["points"]
    assert trained.place.json("history")["moves"][0]["grade"] == told["grade"]["letter"]


def test_trained_again_on_what_was_known_then_it_is_the_same_version(place: Place, trained: Trained) -> None:
    """Another process, one thread, shuffled rows, nothing from the cutoff on, the parameters of the card."""
    known = trained.log[trained.log["date"] < pd.Timestamp(CUTOFF)]
    known.sample(frac=1.0, random_state=5).to_csv(place.folder / "known.csv", index=False)
    (card,) = (place.folder / "store" / "cards").iterdir()
    once = card.read_text(encoding="utf-8")
    (asked,) = re.findall(r"```yaml\n(.*?)```", once, re.DOTALL)
    (place.folder / "params.yaml").write_text(f"{asked}{PARAMS.splitlines()[-1]}\n", encoding="utf-8")
    words = place.fresh([*REGULARS, "train", "--transactions", "known.csv"], OMP_NUM_THREADS="1")
    assert how_good(card.read_text(encoding="utf-8")) == how_good(once)
    assert f"  model card  {card.relative_to(place.folder)}" in words
    assert f"Registered as models:/regulars/1 (content {trained.told['model_version']}), alias challenger." in words
    with opened(place.store) as client:
        assert [version.version for version in versions_of(client)] == [1]
        runs = client.search_runs([client.get_experiment_by_name("regulars").experiment_id])
    assert len(runs) == 2


def how_good(card: str) -> str:
    return card.split("## How good it was")[1].split("## Gate")[0]


def versions_of(client: MlflowClient) -> list[object]:
    return list(client.search_model_versions("name = 'regulars'"))


def test_a_rival_is_measured_against_the_champion(place: Place, trained: Trained) -> None:
    other = trained.told["model_version"]
    shutil.rmtree(place.folder / "store" / "cards")
    (place.folder / "store" / "cards").write_text("no folder, so the card is in MLflow alone")
    told = place.json("train", "--set", "lifetime.model=bg_nbd", "--set", "churn.num_iterations=10")
    assert told["version"] == "2"
    assert told["card"]["path"] is None
    assert told["model_version"] != other
    assert any("champion" in reason for reason in told["verdict"]["reasons"])

    if not told["promoted"]:
        move = place.json("promote", "2", "--reason", "to see")
        assert (move["from"], move["to"], move["action"], move["forced"]) == ("1", "2", "promote", True)
    assert load_scorer("models:/regulars@champion", place.store).version == told["model_version"]
    back = place.json("rollback", "--reason", "seen")
    assert (back["from"], back["to"], back["action"]) == ("2", "1", "rollback")
    assert load_scorer("models:/regulars@champion", place.store).version == other
    assert [move["to"] for move in place.json("history")["moves"]] == ["1", "2", "1"]


def test_little_history_and_no_money(trained: Trained, empty_store: Path, tmp_path: Path) -> None:
    """A horizon and a quarter: lifetime value alone, said, registered, not promoted; the report shows what there is."""
    (tmp_path / "params.yaml").write_text(PARAMS)
    shutil.copytree(empty_store, tmp_path / "store")
    few = trained.log[trained.log["date"] < pd.Timestamp("1997-06-01")]
    few.to_csv(tmp_path / "orders.csv", index=False)
    counts_only = ["windows.cutoff=latest", "transactions.columns={customer_id: customer_id, ordered_at: date}"]
    params = load_params(tmp_path / "params.yaml", overrides=counts_only, environment={})
    run = train(params)
    assert repr(run) == "<TrainingRun models:/regulars/1: orders.csv, 120 days from 1997-06-01, gate refused>"
    assert run.scorer.ensemble is None
    assert str(run.scorer.fallback).startswith("the scorer is the lifetime model alone")
    assert not run.verdict.passed
    assert run.move is None
    assert run.champion is None
    assert run.backtest.skipped

    score_log(params, tmp_path / "scores.parquet", model=run.model_uri)
    assert report_log(params, tmp_path / "report.html", model=run.model_uri).customers > 1000
    assert "not in the log, so nothing here is valued" in (tmp_path / "report.html").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="offers cannot be valued without money"):
        target_scores(params, tmp_path / "scores.parquet", tmp_path / "targets.csv")


def test_another_horizon_does_not_replace_the_champion_uncompared(place: Place, trained: Trained) -> None:
    words = ("windows.horizon_days=90", "churn.num_iterations=5", "backtest.origins=0")
    told = place.json("train", *(word for setting in words for word in ("--set", setting)))
    assert "Not compared with the champion: its horizon is 120 days, 90 here." in told["verdict"]["reasons"]
    assert (told["promoted"], place.json("history")["moves"][-1]["to"]) == (False, "1")


def test_a_store_that_cannot_be_written_is_refused_before_the_log_is_read(place: Place) -> None:
    file = place.folder / "orders.csv"
    made = place.run("train", "--transactions", "missing.csv", "--set", f"mlflow.tracking_uri=sqlite:///{file}/db")
    assert made.exit_code == 1
    assert f"The MLflow store {file}/db cannot be written." in made.stderr


def test_a_feature_of_ones_own_goes_from_the_parameters_through_every_command(forks: Server, place: Place) -> None:
    declared = "{name: lately, expression: 'total(orders, 45) / orders_180', meaning: Share of 45 days, unit: share}"
    params = PARAMS.replace("path: orders.csv}", f"path: orders.csv, own_features: [{declared}]}}")
    (place.folder / "params.yaml").write_text(params)
    told = place.json("train", "--force", "a feature more", "--set", "churn.num_iterations=10")
    assert "needs features" not in json.dumps(told["verdict"])
    assert "own features | lately: Share of 45 days" in Path(told["card"]["path"]).read_text()
    alone = forks.begin(CALL, "score", "--model", "models:/regulars/2", "--out", "own.parquet", cwd=place.folder)
    said = alone.said()
    assert alone.returncode == 0, said
    scores = pd.read_parquet(place.folder / "own.parquet")
    scorer = load_scorer("models:/regulars/2", place.store)
    own = load_params(place.folder / "params.yaml").transactions.own_features
    tx = read_transactions(place.folder / "orders.csv", own_features=own)
    pd.testing.assert_frame_equal(scores, scorer.score(tx, CUTOFF), check_exact=True)
    assert scorer.feature_names[-1] == "lately"
    signatures = [path.read_text() for path in (place.folder / "store").rglob("MLmodel")]
    assert sum("lately" in text for text in signatures) == 1
    assert place.json("verify-leakage", "--model", "models:/regulars/2")["holds"]
    (place.folder / "params.yaml").write_text(PARAMS)
    refused = place.run("score", "--model", "models:/regulars/2", "--out", place.folder / "none.parquet")
    assert refused.exit_code == 1
    assert "lately is absent here or declared otherwise" in refused.stderr
    refused = place.run("monitor", "--scores", place.folder / "own.parquet")
    assert refused.exit_code == 1
    assert "lately is absent here or declared otherwise" in refused.stderr
