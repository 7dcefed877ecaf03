from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from mlflow import MlflowClient

from regulars.errors import ModelError
from regulars.params import Params
from regulars.tracking import registry, runs
from regulars.tracking.datasets import dataset_of
from regulars.tracking.registry import Registry
from regulars.tracking.store import opened
from regulars.tracking.versions import aliases_of, load_scorer
from regulars.transactions import read_transactions
from tests.tracking.conftest import DATASET, Fitted, log_one, made_up_log

pytestmark = pytest.mark.slow

BEGAN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def files_below(folder: str) -> set[str]:
    root = Path(folder.removeprefix("file://"))
    return {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()}


def test_a_run_holds_what_went_in_and_what_came_out(empty: Params, fitted: list[Fitted]) -> None:
    logged = log_one(empty, fitted[0])
    assert (logged.version, logged.model_uri) == ("1", "models:/regulars/1")
    with opened(empty.mlflow.tracking_uri) as client:
        run = client.get_run(logged.run_id)
        model = client.get_registered_model("regulars")
        version = client.get_model_version("regulars", "1")
    assert version.description == (
        "Grade **B**.\n\n**Calibration**\n\n"
        f"![calibration](get-artifact?path=pictures/calibration.svg&run_uuid={logged.run_id})"
    )
    assert (run.data.tags["regulars.grade"], version.tags["regulars.grade"]) == ("B", "B")
    assert run.info.status == "FINISHED"
    assert run.data.params["windows.horizon_days"] == "180"
    assert run.data.params["lifetime.model"] == "auto"
    assert list(run.data.metrics)[:2] == ["regulars/log_loss", "hiatus/log_loss"], "as they are shown"
    assert run.data.tags["regulars.data_hash"] == "d" * 12
    assert run.data.tags["mlflow.note.content"] == "one origin was skipped"
    assert aliases_of(model) == {"challenger": "1"}
    assert files_below(run.info.artifact_uri) == {
        "card.md",
        "ledger.json",
        "pictures/calibration.svg",
        "tables/backtest.csv",
        "tables/verdict.json",
    }
    scorer = load_scorer(logged.model_uri, empty.mlflow.tracking_uri)
    pd.testing.assert_frame_equal(
        scorer.score_features(fitted[0].features), fitted[0].scorer.score_features(fitted[0].features)
    )


def test_a_run_tells_what_it_is_what_it_read_and_how_long_it_took(empty: Params, fitted: list[Fitted]) -> None:
    before = int(time.time() * 1000)
    logged = log_one(empty, fitted[0], began=BEGAN)
    with opened(empty.mlflow.tracking_uri) as client:
        run = client.get_run(logged.run_id)
        model = client.get_logged_model(run.outputs.model_outputs[0].model_id)
    assert run.info.run_name == "orders.csv, 60 days from 2024-08-01, grade B"
    assert run.info.start_time == BEGAN.timestamp() * 1000
    assert run.info.end_time >= before
    (read,) = run.inputs.dataset_inputs
    assert read.dataset.to_dictionary() == DATASET.to_dictionary()
    assert {tag.key: tag.value for tag in read.tags} == {"mlflow.data.context": "training"}
    ours = {metric.key: (metric.value, metric.dataset_digest) for metric in model.metrics}
    assert ours == {"regulars/log_loss": (0.5, DATASET.digest)}, "rivals are not measured on this model"


def test_tables_of_a_registered_model_can_be_read_back(full: Params) -> None:
    assert runs.load_tables("models:/regulars@challenger", full.mlflow.tracking_uri) == {"verdict": {"passed": True}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda place: (place / "verdict.json").write_text('{"passed": false}'), r"tables/verdict\.json was changed"),
        (lambda place: (place / "verdict.json").unlink(), r"tables/verdict\.json is missing"),
        (lambda place: (place / "certificate.json").write_text("{}"), r"tables/certificate\.json was added"),
        (lambda place: place.rename(place.parent / "gone"), "cannot be read"),
    ],
)
def test_tables_of_a_run_that_were_changed_are_refused_by_name(
    full: Params, change: Callable[[Path], object], said: str
) -> None:
    with opened(full.mlflow.tracking_uri) as client:
        run = client.get_run(client.get_model_version("regulars", "3").run_id)
    change(Path(run.info.artifact_uri.removeprefix("file://"), "tables"))
    with pytest.raises(ModelError, match=rf"(?i)the tables of .*{run.info.run_id}.* {said}"):
        runs.load_tables("models:/regulars/3", full.mlflow.tracking_uri)
    assert runs.load_tables("models:/regulars/2", full.mlflow.tracking_uri), "the others are not touched"


def test_nothing_is_said_on_the_terminal(
    empty: Params, fitted: list[Fitted], capfd: pytest.CaptureFixture[str]
) -> None:
    log_one(empty, fitted[0])
    Registry(empty.mlflow).promote(1, reason="quietly")
    load_scorer("models:/regulars@champion", empty.mlflow.tracking_uri)
    assert capfd.readouterr() == ("", "")


def test_identical_content_keeps_its_version(full: Params, fitted: list[Fitted]) -> None:
    assert log_one(full, fitted[1]).version == "2"
    with opened(full.mlflow.tracking_uri) as client:
        assert len(client.search_model_versions("name = 'regulars'")) == 3
        assert aliases_of(client.get_registered_model("regulars")) == {"challenger": "2"}


def test_identical_content_is_judged_anew_and_keeps_what_a_person_wrote(full: Params, fitted: list[Fitted]) -> None:
    with opened(full.mlflow.tracking_uri) as client:
        client.update_model_version("regulars", "2", "Approved by the board.")
    log_one(full, fitted[1], grade="D", passed=False)
    with opened(full.mlflow.tracking_uri) as client:
        version = client.get_model_version("regulars", "2")
    assert version.description == "Approved by the board."
    assert (version.tags["regulars.grade"], version.tags["regulars.gate"]) == ("D", "refused")
    checksums = {version.tags["regulars.checksum"] for version in client.search_model_versions("name = 'regulars'")}
    assert len(checksums) == 3, "the files that were registered are still what the checksum is of"


def test_content_whose_registered_files_are_damaged_is_registered_anew(full: Params, fitted: list[Fitted]) -> None:
    for file in Path(full.mlflow.tracking_uri.removeprefix("sqlite:///")).parent.rglob("MLmodel"):
        file.unlink()
    assert log_one(full, fitted[1]).version == "4"


@pytest.mark.parametrize("index", [True, False])
def test_customers_stay_out(empty: Params, fitted: list[Fitted], index: bool) -> None:
    scores = pd.DataFrame({"customer_id": [1], "p_churn": [0.5]})
    record = runs.Record(
        empty,
        fitted[0].scorer,
        example=fitted[0].features.head(3),
        metrics={},
        tables={"scores": scores.set_index("customer_id") if index else scores},
        pictures={},
        ledger={},
        card="",
        description="",
        judged={},
        name="a log",
        began=BEGAN,
        dataset=DATASET,
        data_hash="",
        code_version="",
    )
    with pytest.raises(ModelError, match=r"Table 'scores' holds customer_id\. Only aggregates"):
        runs.log_training(record)


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (MlflowClient, "log_artifacts"),
        (MlflowClient, "log_model_artifacts"),
        (runs, "write_model"),
        (MlflowClient, "create_model_version"),
    ],
)
def test_a_failure_midway_leaves_the_registry_as_it_was(
    full: Params, fitted: list[Fitted], monkeypatch: pytest.MonkeyPatch, where: Any, what: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    changed = full.model_copy(update={"seed": 1})
    scorer = fitted[0].scorer
    new = Fitted(type(scorer)(**{**vars_of(scorer), "settings": replace(scorer.settings, seed=1)}), fitted[0].features)
    monkeypatch.setattr(where, what, fails)
    with pytest.raises(ModelError, match="No space left on device"):
        log_one(changed, new)
    monkeypatch.undo()
    with opened(full.mlflow.tracking_uri) as client:
        assert len(client.search_model_versions("name = 'regulars'")) == 3
        assert aliases_of(client.get_registered_model("regulars")) == {"challenger": "3"}
        experiment = client.get_experiment_by_name("regulars")
        latest = client.search_runs([experiment.experiment_id], max_results=1)[0]
    assert latest.info.status == ("FINISHED" if what == "create_model_version" else "FAILED")


def vars_of(scorer: Any) -> dict[str, Any]:
    return {name: getattr(scorer, name) for name in scorer.__dataclass_fields__}


def test_passwords_are_not_logged() -> None:
    logged = dict(runs.flat({"transactions": {"path": "postgresql://ann:se:c@ret@db/log", "table": None}}))
    assert logged == {"transactions.path": "postgresql://ann:***@db/log", "transactions.table": "null"}


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:a S3cr3t/x@db/log",
        "s3://AK:S3cr3t@bucket/log.csv",
        "s3://bucket/l.csv?s3_secret_access_key=S3cr3t",
    ],
)
def test_no_secret_is_in_the_store(empty: Params, fitted: list[Fitted], address: str) -> None:
    store = Path(empty.mlflow.tracking_uri.removeprefix("sqlite:///")).parent
    path = empty.transactions.model_copy(update={"path": address})
    record = runs.Record(
        empty.model_copy(update={"transactions": path, "feeds": {"surveys": address}}),
        fitted[0].scorer,
        example=fitted[0].features.head(3),
        metrics={},
        tables={"findings": {"findings": [{"what": f"{address} has no returns"}]}},
        pictures={},
        ledger={"log": address},
        card=f"# {address}",
        description=f"From {address}.",
        judged={},
        name=f"{address}, 180 days",
        began=BEGAN,
        dataset=dataset_of(read_transactions(made_up_log(5)), address),
        data_hash="d",
        code_version="0.1.0",
        notes=[f"{address} was read"],
    )
    runs.log_training(record)
    Registry(empty.mlflow).promote(1, reason=f"as {address} says")
    files = [file for file in store.rglob("*") if file.is_file()]
    assert [file.name for file in files if b"S3cr3t" in file.read_bytes()] == []
    assert b"***" in (store / "mlflow.db").read_bytes()


def test_no_customer_of_the_log_is_in_the_store(full: Params, fitted: list[Fitted]) -> None:
    """Of the customers only the synthetic ones of the input example may be found."""
    store = Path(full.mlflow.tracking_uri.removeprefix("sqlite:///")).parent
    examples = {"input_example.json", "serving_input_example.json"}
    naming = {file.name for file in store.rglob("*") if file.is_file() and b"customer_id" in file.read_bytes()}
    assert naming <= examples | {"MLmodel", "pyfunc_model.py", "mlflow.db"}, "the column, in signature, code and params"
    assert examples <= naming


def test_the_champion_can_be_fitted_again_from_what_is_read_back(full: Params, fitted: list[Fitted]) -> None:
    assert Registry(full.mlflow).champion_scorer() is None
    Registry(full.mlflow).promote(2, reason="better")
    champion, scorer = Registry(full.mlflow).champion_scorer(), fitted[1].scorer
    assert champion
    assert (champion.settings, champion.feature_names) == (scorer.settings, scorer.feature_names)


def test_without_a_store_there_is_no_champion_to_refit(tmp_path: Path) -> None:
    missing = Params().mlflow.model_copy(update={"tracking_uri": f"sqlite:///{tmp_path}/mlflow.db"})
    assert registry.Registry(missing).champion_scorer() is None
