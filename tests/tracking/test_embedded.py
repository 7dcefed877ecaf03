from __future__ import annotations

import logging
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from regulars.errors import ModelError
from regulars.params import Params
from regulars.tracking import embedded, store
from regulars.tracking.store import cards_folder, check_writable, opened
from regulars.tracking.versions import load_scorer
from tests.servers import PATIENCE
from tests.tracking.conftest import Fitted, log_one, store_in

pytestmark = pytest.mark.slow

OPEN = """
import sys
from regulars.tracking.store import opened
with opened(sys.argv[1], create=True) as client:
    print(len(client.search_experiments()))
"""


def paths_in(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "mlflow.db")) as database:
        columns = [database.execute(f"SELECT {column} FROM {table}").fetchall() for table, column in embedded.PATHS]
    return [path for rows in columns for (path,) in rows]


def test_two_processes_may_race_to_create_a_store(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'new' / 'mlflow.db'}"
    racers = [
        subprocess.Popen([sys.executable, "-c", OPEN, uri], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [racer.communicate(timeout=PATIENCE) for racer in racers] == [("1\n", "")] * 2, (
        "both work, and say nothing else"
    )
    assert {file.name for file in (tmp_path / "new").iterdir()} == {"mlflow.db", "mlflow.db.lock"}


def test_what_a_killed_creation_left_is_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    making = tmp_path / "mlflow.db.making"
    making.mkdir()
    (making / "mlflow.db-journal").write_bytes(b"half a schema")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded, "SqlAlchemyStore", killed)
    with pytest.raises(KeyboardInterrupt):
        embedded.prepare(tmp_path / "mlflow.db", create=True)
    assert {file.name for file in tmp_path.iterdir()} == {"mlflow.db.lock"}


@pytest.mark.parametrize("original", ["moved", "copied"])
def test_a_store_elsewhere_finds_its_models(
    full: Params, full_store: Path, fitted: list[Fitted], tmp_path: Path, original: str
) -> None:
    elsewhere = tmp_path / "über uns #1" / "store"
    elsewhere.parent.mkdir()
    if original == "moved":
        shutil.move(tmp_path / "store", elsewhere)
    else:
        shutil.copytree(tmp_path / "store", elsewhere)
    params = store_in(elsewhere)

    assert load_scorer("models:/regulars/2", params.mlflow.tracking_uri).version == fitted[1].scorer.version
    before = sum(1 for file in elsewhere.rglob("*"))
    log_one(params, fitted[0])
    assert sum(1 for file in elsewhere.rglob("*")) > before, "new runs are written where the store is"
    assert any(path.startswith(f"{elsewhere.as_uri()}/artifacts/") for path in paths_in(elsewhere))
    assert not any(path.startswith(full_store.as_uri()) for path in paths_in(elsewhere))


def test_a_store_elsewhere_that_cannot_be_written_says_why_it_has_to(
    full: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.move(tmp_path / "store", tmp_path / "elsewhere")
    monkeypatch.setattr(embedded, "writable", lambda file: False)
    with pytest.raises(ModelError, match=r"was moved here from .*store/artifacts, and its paths have to be rewritten"):
        load_scorer("models:/regulars/2", store_in(tmp_path / "elsewhere").mlflow.tracking_uri)


def test_a_plain_mlflow_client_finds_a_moved_model(full: Params, fitted: list[Fitted], tmp_path: Path) -> None:
    import mlflow.artifacts

    shutil.move(tmp_path / "store", tmp_path / "elsewhere")
    with opened(store_in(tmp_path / "elsewhere").mlflow.tracking_uri) as client:
        uri = client.get_model_version_download_uri("regulars", "1")
    assert uri.startswith(f"{(tmp_path / 'elsewhere').as_uri()}/artifacts/")
    assert Path(mlflow.artifacts.download_artifacts(uri), "MLmodel").is_file()


def test_reading_does_not_create_a_store(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no MLflow store .*nowhere\.db\. Train a model with `reg"):
        load_scorer("models:/regulars@champion", f"sqlite:///{tmp_path}/nowhere.db")
    assert not list(tmp_path.iterdir())


def test_a_locked_store_is_one_clear_error(full: Params, fitted: list[Fitted], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(full.mlflow.tracking_uri.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ModelError, match=r"cannot be used: database is locked\. See that .* not held by another"):
            load_scorer("models:/regulars/1", full.mlflow.tracking_uri)


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("http://127.0.0.1:9", "refused"),
        ("postgresql://ann:secret@127.0.0.1:9/mlflow", "refused"),
        ("sqlite:////proc/nothing/mlflow.db", "No such file"),
        ("nonsense://x", "nonsense"),
    ],
)
def test_an_unreachable_store_is_one_clear_error(
    uri: str, reason: str, fitted: list[Fitted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    params = Params().model_copy(update={"mlflow": Params().mlflow.model_copy(update={"tracking_uri": uri})})
    with pytest.raises(ModelError, match=f"The MLflow store .* cannot be used: .*{reason}") as raised:
        log_one(params, fitted[0])
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("uri", "reason"), [("nonsense://x", "nonsense"), ("runs", "filesystem tracking backend")])
def test_a_store_that_mlflow_does_not_take_is_refused_before_work(uri: str, reason: str) -> None:
    with pytest.raises(ModelError, match=f"The MLflow store {uri} cannot be used: .*{reason}"):
        check_writable(uri, "regulars")


def test_a_server_that_says_nothing_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(store, "REACH_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        begun = time.monotonic()
        with pytest.raises(ModelError, match=r"cannot be used: .*timed out"):
            check_writable(f"http://127.0.0.1:{server.getsockname()[1]}", "regulars")
    assert time.monotonic() - begun < 60, "MLflow itself waits for two minutes, seven times"
    assert "MLFLOW_HTTP_REQUEST_TIMEOUT" not in os.environ


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be written"):
        check_writable(f"sqlite:///{tmp_path}", "regulars")


def test_a_deleted_experiment_is_refused_before_work_and_restored_as_is_said(full: Params) -> None:
    uri, name = full.mlflow.tracking_uri, full.mlflow.experiment
    with opened(uri) as client:
        experiment_id = client.get_experiment_by_name(name).experiment_id
        client.delete_experiment(experiment_id)
        with pytest.raises(ModelError, match=rf"'regulars' was deleted.* --experiment-id {experiment_id}` .*{uri}"):
            check_writable(uri, name)
        check_writable(uri, "another")
        client.restore_experiment(experiment_id)
    check_writable(uri, name)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("not a database, but long enough to be looked at" * 10)
    with pytest.raises(ModelError, match="file is not a database"), opened(f"sqlite:///{tmp_path}/mlflow.db"):
        pass


def test_cards_lie_beside_an_embedded_store_alone(tmp_path: Path) -> None:
    assert cards_folder(f"sqlite:///{tmp_path}/models/mlflow.db") == tmp_path / "models" / "cards"
    assert cards_folder("https://mlflow.example.com") is None


def test_log_levels_are_given_back(full: Params) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with opened(full.mlflow.tracking_uri):
        assert logging.getLogger("alembic").level > logging.CRITICAL
    assert logging.getLogger("alembic").level == logging.WARNING
