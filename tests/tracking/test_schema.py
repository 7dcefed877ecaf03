"""A database of somebody else's stays as it is, whatever verb is called with its address."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from regulars.cli.app import app
from regulars.errors import ModelError
from regulars.tracking.store import check_writable, opened

pytestmark = pytest.mark.slow

READING = {
    "history": ["history"],
    "promote": ["promote", "--reason", "better"],
    "rollback": ["rollback", "--reason", "worse"],
    "score": ["score", "--out", "scores.csv"],
    "report": ["report", "--out", "report.html"],
    "verify-leakage": ["verify-leakage"],
}


def database(file: Path, *statements: str) -> str:
    with closing(sqlite3.connect(file)) as opened_file, opened_file:
        for statement in statements:
            opened_file.execute(statement)
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("words", [*READING.values(), ["train"]], ids=[*READING, "train"])
def test_no_verb_changes_a_database_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = database(tmp_path / "shop.db", "CREATE TABLE orders (customer, day)", "INSERT INTO orders VALUES (1, 2)")
    made = CliRunner().invoke(app, [*words, "--set", "mlflow.tracking_uri=sqlite:///shop.db"])
    assert made.exit_code == 1
    assert "shop.db is not an MLflow store: it holds the tables orders. Nothing was changed." in made.stderr
    assert hashlib.sha256((tmp_path / "shop.db").read_bytes()).hexdigest() == before
    assert [file.name for file in tmp_path.iterdir()] == ["shop.db"]


@pytest.mark.parametrize("words", READING.values(), ids=READING)
@pytest.mark.parametrize("empty", [True, False], ids=["empty", "absent"])
def test_a_verb_that_reads_makes_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], empty: bool
) -> None:
    if words == ["verify-leakage"] and not empty:
        pytest.skip("without a store it compares features alone")
    monkeypatch.chdir(tmp_path)
    if empty:
        (tmp_path / "mlflow.db").touch()
    made = CliRunner().invoke(app, [*words, "--set", "mlflow.tracking_uri=sqlite:///mlflow.db"])
    assert made.exit_code == 1
    assert ("is empty, so there is no MLflow store" if empty else "There is no MLflow store") in made.stderr
    assert [(file.name, file.stat().st_size) for file in tmp_path.iterdir()] == ([("mlflow.db", 0)] if empty else [])


def test_a_store_of_an_older_mlflow_is_not_upgraded_by_reading(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    with opened(uri, create=True):
        pass
    before = database(tmp_path / "mlflow.db", "DROP TABLE webhook_events", "DROP TABLE webhooks")
    with pytest.raises(ModelError, match=r"another version of MLflow: it lacks 2 tables\. Nothing was changed\."):  # noqa: SIM117
        with opened(uri):
            pass
    with pytest.raises(ModelError, match="mlflow db upgrade"):
        check_writable(uri, "regulars")
    assert hashlib.sha256((tmp_path / "mlflow.db").read_bytes()).hexdigest() == before


def test_an_empty_file_becomes_a_store_when_there_is_something_to_log(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").touch()
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    check_writable(uri, "regulars")
    with opened(uri) as client:
        assert client.search_registered_models() == []
