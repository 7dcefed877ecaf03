from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
from mlflow import MlflowClient

from regulars.params import load_params
from regulars.pipelines.train import train
from regulars.tracking.store import opened
from regulars.tracking.versions import load_scorer
from tests.pipelines.conftest import CUTOFF, PARAMS, REGULARS, Place, Trained


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


def test_no_customer_is_in_the_store(trained: Trained) -> None:
    store = trained.place.folder / "store"
    found = [path for path in store.rglob("*") if path.is_file() and b"shopper-" in path.read_bytes()]
    assert not found
    names = {path.name for path in store.rglob("*")}
    assert {"mlflow.db", "scorer.json", "MLmodel", "ledger.json"} <= names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib", ".cloudpickle"))]


def test_trained_again_on_what_was_known_then_it_is_the_same_version(place: Place, trained: Trained) -> None:
    """Another process, one thread, shuffled rows, and nothing from the cutoff on."""
    known = trained.log[trained.log["date"] < pd.Timestamp(CUTOFF)]
    known.sample(frac=1.0, random_state=5).to_csv(place.folder / "known.csv", index=False)
    words = place.fresh([*REGULARS, "train", "--transactions", "known.csv"], OMP_NUM_THREADS="1")
    assert f"Registered as models:/regulars/1 (content {trained.told['model_version']}), alias challenger." in words
    with opened(place.store) as client:
        assert [version.version for version in versions_of(client)] == [1]
        runs = client.search_runs([client.get_experiment_by_name("regulars").experiment_id])
    assert len(runs) == 2


def versions_of(client: MlflowClient) -> list[object]:
    return list(client.search_model_versions("name = 'regulars'"))


def test_too_little_history_gives_lifetime_value_alone_and_says_so(trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(PARAMS)
    few = trained.log[trained.log["date"] < pd.Timestamp("1997-06-01")]  # a horizon and a quarter
    few.to_csv(tmp_path / "orders.csv", index=False)
    run = train(load_params(tmp_path / "params.yaml", overrides=["windows.cutoff=latest"], environment={}))
    assert run.scorer.heads is None
    assert any(note.startswith("the scorer is lifetime value alone") for note in run.scorer.notes)
    assert not run.verdict.passed
    assert run.move is None
    assert run.backtest.skipped
    assert run.model_uri == "models:/regulars/1"
