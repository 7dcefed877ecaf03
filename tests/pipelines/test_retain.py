from __future__ import annotations

import hashlib
import json

import pandas as pd

from regulars.predict import read_table
from regulars.tables import TARGETS
from tests.pipelines.conftest import Trained


def test_the_work_list(trained: Trained) -> None:
    folder = trained.place.folder
    trained.place.score("scores.parquet")
    told = trained.place.json("target", "--scores", folder / "scores.parquet", "--out", folder / "targets.parquet")
    targets, scores = read_table(folder / "targets.parquet"), read_table(folder / "scores.parquet")
    assert tuple(targets.columns) == TARGETS
    assert targets["customer_id"].is_unique
    assert set(targets["customer_id"]) <= set(scores["customer_id"])
    assert told["contacted"] == (targets["group"] == "treat").sum()
    assert told["control"] == (targets["group"] == "control").sum() > 0
    manifest = json.loads((folder / "targets.parquet.manifest.json").read_text())
    assert manifest["sha256"] == hashlib.sha256((folder / "targets.parquet").read_bytes()).hexdigest()
    assert "shopper-" not in json.dumps(manifest)


def test_from_csv_or_parquet_again_and_again_it_is_the_same_list(trained: Trained) -> None:
    folder = trained.place.folder
    lists = []
    for scores in ("scores.parquet", "scores.csv", "scores.csv"):
        trained.place.score(scores)
        made = trained.place.run("target", "--scores", folder / scores, "--out", folder / "targets.csv")
        assert made.exit_code == 0, made.stderr
        lists.append((folder / "targets.csv").read_bytes())
    assert len(set(lists)) == 1
    assert "are to be contacted" in made.stdout
    assert len(pd.read_csv(folder / "targets.csv")) > 0


def test_a_budget_is_kept(trained: Trained) -> None:
    folder = trained.place.folder
    trained.place.score("scores.parquet")
    words = [
        "target",
        "--scores",
        folder / "scores.parquet",
        "--out",
        folder / "few.csv",
        "--set",
        "campaign.budget=40",
    ]
    told = trained.place.json(*words)
    few = read_table(folder / "few.csv")
    assert 0 < few.loc[few["group"] == "treat", "expected_cost"].sum() <= 40
    assert told["budget"] == 40
