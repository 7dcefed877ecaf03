from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from regulars.cli.app import app
from tests.pipelines.conftest import CUTOFF, Place


def test_the_future_changes_no_feature_and_no_score(place: Place) -> None:
    told = place.json("verify-leakage")
    assert (told["holds"], told["cutoff"]) == (True, CUTOFF)
    assert {trial["corruption"] for trial in told["corruptions"]} >= {"deleted", "multiplied", "late returns"}
    assert all(trial["features"] == trial["scores"] == 0 < trial["peeking"] for trial in told["corruptions"])


def test_without_a_store_features_are_proven(place: Place) -> None:
    store = f"mlflow.tracking_uri=sqlite:///{place.folder}/none.db"
    made = place.run("verify-leakage", "--cutoff", "latest", "--set", store)
    assert made.exit_code == 0, made.stderr
    assert "Proven: " in made.stdout
    assert "There is no MLflow store, so features are compared and no scores." in made.stderr


def test_a_log_shorter_than_two_horizons_is_parted_in_the_middle_and_read_as_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    days = pd.date_range("2024-03-01", periods=60)
    rows = [(f"c{k % 20}", days[k % 60], 5.0 + k % 7) for k in range(300)]
    pd.DataFrame(rows, columns=["cust", "Date", "sales"]).to_csv("short.csv", index=False)
    made = CliRunner().invoke(app, ["verify-leakage", "--transactions", "short.csv"])
    assert made.exit_code == 0, made.stderr
    assert "The cutoff is 2024-03-31, 30 days before the latest, so that there is something to corrupt." in made.stderr
    assert made.stderr.count("columns are taken by their usual names") == 1
