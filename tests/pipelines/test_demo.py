from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from regulars.cli.app import app
from regulars.predict import read_table
from regulars.tables import SCORES, TARGETS


def test_the_demo_makes_all_that_it_says(shop: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a sixteenth of its customers, in the very form of its file."""
    lines = [f" {row.customer_id} {row.date:%Y%m%d}  1  {row.amount:.2f}\r\n" for row in shop.itertuples()]
    (tmp_path / "CDNOW_master.txt").write_text("".join(["customer_id date number amount\r\n", *lines]), newline="")
    monkeypatch.setattr("regulars.transactions.sources.read.cdnow_file", lambda: tmp_path / "CDNOW_master.txt")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nowhere/at/all.db")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    made = CliRunner().invoke(app, ["demo", "--set", "backtest.origins=1", "--set", "churn.num_iterations=40"])
    assert made.exit_code == 0, made.stderr

    demo = tmp_path / "work" / "demo"
    assert [path.name for path in demo.parent.iterdir()] == ["demo"]
    assert {"scores.parquet", "targets.csv", "report.html", "mlflow.db"} <= {path.name for path in demo.iterdir()}
    scores = read_table(demo / "scores.parquet")
    assert tuple(scores.columns) == SCORES
    assert len(scores) == shop["customer_id"].nunique()
    assert (scores["cutoff"] == pd.Timestamp("1998-07-01")).all()
    assert tuple(read_table(demo / "targets.csv").columns) == TARGETS
    assert made.stderr.count("✓ score ") == 1, "the page shows the scores of the table"
    for said in ("demo/scores.parquet", "demo/targets.csv", "demo/report.html", "The champion", "Next:"):
        assert said in made.stdout
