"""Tuning from the command line: trials, their child runs, and the untuned figures beside the tuned."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from experiments.worlds import pausing_shop
from regulars.evaluation import search
from regulars.tracking.store import opened, trials_file
from regulars.tracking.versions import load_scorer
from tests.pipelines.conftest import Place

PARAMS = """
transactions: {path: orders.csv}
windows: {cutoff: 2024-05-01, horizon_days: 30}
lifetime: {model: mbg_nbd}
churn: {n_estimators: 5}
backtest: {origins: 1}
mlflow: {tracking_uri: "sqlite:///store/mlflow.db"}
"""
TRIALS = 3


@pytest.fixture(scope="module")
def shop(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("pausing"))
    shutil.copytree(empty_store, place.folder / "store")
    pausing_shop().to_csv(place.folder / "orders.csv", index=False)
    (place.folder / "params.yaml").write_text(PARAMS)
    return place


def test_tuned_from_the_command_line(shop: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_TRIALS", TRIALS)
    told = shop.json("train", "--tune", "5")
    tuning = told["tuning"]
    assert (tuning["trials"], tuning["verdict"]) == (TRIALS, "better")
    assert {"regulars/log_loss", "untuned/log_loss"} <= told["metrics"].keys()
    assert any("itself before tuning" in check["sentence"] for check in told["verdict"]["checks"])
    scorer = load_scorer(told["model_uri"], shop.store)
    assert scorer.settings.churn == {"num_iterations": 5, **tuning["chosen"]}
    assert Path(told["card"]["path"]).read_text().count("Tuned in 3 trials") == 1

    with opened(shop.store) as client:
        run = client.get_run(told["run_id"])
        below = f"tags.`mlflow.parentRunId` = '{told['run_id']}'"
        children = client.search_runs([run.info.experiment_id], below, order_by=["attributes.start_time"])
    assert "Tuned in 3 trials" in run.data.tags["mlflow.note.content"]
    assert run.data.params["churn.num_leaves"] == str(tuning["chosen"]["num_leaves"])
    assert [child.info.run_name for child in children] == ["untuned", "trial 1", "trial 2", "trial 3"]
    assert {child.info.status for child in children} == {"FINISHED"}
    assert children[0].data.metrics["log_loss"] == tuning["untuned"]
    assert min(child.data.metrics["log_loss"] for child in children) == tuning["best"]
    assert all(child.data.metrics["seconds"] >= 0 for child in children)
    assert set(children[0].data.params) == set(tuning["best_params"])
    assert "num_iterations" not in children[0].data.params
    assert not [path for path in shop.folder.rglob("store/**/*") if path.is_file() and b"shopper-" in path.read_bytes()]


def test_without_optuna_nothing_is_read(shop: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    made = shop.run("train", "--tune", "5", "--transactions", "missing.csv")
    assert made.exit_code == 1
    assert "Tuning needs Optuna, which is not installed: pip install 'regulars[tune]'." in made.stderr


def test_trials_lie_beside_an_embedded_store_and_else_under_models(tmp_path: Path) -> None:
    assert trials_file(f"sqlite:///{tmp_path}/mlflow.db") == tmp_path / "tuning.db"
    assert trials_file("http://localhost:5000") == Path("models/tuning.db").resolve()
