from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.features import build_features
from regulars.predict import TableFile, read_table, score_transactions, write_scores, written_scores
from regulars.predict.summary import Summary
from regulars.tables import SCORES
from regulars.tracking.versions import Registered
from regulars.transactions import Transactions
from regulars.windows import RunDay, Windows
from tests.predict.conftest import WINDOWS, job, write_table

pytestmark = pytest.mark.slow


def test_scores_are_those_of_the_scorer_at_the_cutoff(tx: Transactions, model: Registered) -> None:
    made = score_transactions(job(tx, model))
    pd.testing.assert_frame_equal(made.scores, model.scorer.score(tx, WINDOWS.cutoff), check_exact=True)
    pd.testing.assert_frame_equal(made.features, build_features(tx, WINDOWS.cutoff), check_exact=True)


def test_scores_taken_up_from_their_file_are_those_made_in_memory(
    tx: Transactions, model: Registered, tmp_path: Path
) -> None:
    write_scores(job(tx, model), TableFile(tmp_path / "scores.parquet"), parts=3)
    whole, taken = score_transactions(job(tx, model)), written_scores(job(tx, model), tmp_path / "scores.parquet")
    pd.testing.assert_frame_equal(taken.scores, whole.scores, check_exact=True)
    pd.testing.assert_frame_equal(taken.features, whole.features, check_exact=True)
    assert taken.forecast == whole.forecast


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_table_made_in_parts_is_the_same_bytes_as_one_made_whole(
    tx: Transactions, model: Registered, tmp_path: Path, ending: str
) -> None:
    whole = write_table(model.scorer.score(tx, WINDOWS.cutoff), tmp_path / f"whole.{ending}")
    for parts in (None, 1, 3, 11):
        made = write_scores(job(tx, model), TableFile(tmp_path / f"scores.{ending}"), parts=parts)
        assert hashlib.sha256(Path(made.placed.path).read_bytes()).hexdigest() == whole, parts
    names = {f"whole.{ending}", f"scores.{ending}", f"scores.{ending}.manifest.json"}
    assert {file.name for file in tmp_path.iterdir()} == names, "nothing is left"


def test_the_manifest_says_what_was_scored_from_what(tx: Transactions, model: Registered, tmp_path: Path) -> None:
    made = write_scores(job(tx, model), TableFile(tmp_path / "scores.parquet"), parts=3)
    manifest, table = json.loads(Path(made.placed.manifest).read_text()), read_table(Path(made.placed.path))
    assert tuple(table.columns) == SCORES
    assert (manifest["rows"], manifest["cutoff"], manifest["horizon_days"]) == (len(table), "1998-01-01", 90)
    assert (manifest["model_uri"], manifest["run_id"]) == ("models:/regulars/1", "a run")
    assert (manifest["model_version"], manifest["data_hash"]) == (model.scorer.version, tx.data_hash)
    assert manifest["forecast"] == model.scorer.forecast(table).to_dict()
    assert manifest["clv_high_given_a_purchase"] == model.scorer.highs_given_a_purchase(table)
    for name, total in manifest["totals"].items():
        assert total == pytest.approx(table[name].sum())
    assert {"regulars", "python", "duckdb", "lightgbm"} <= set(manifest["versions"])


def test_the_manifest_is_the_same_for_any_number_of_parts(tx: Transactions, model: Registered, tmp_path: Path) -> None:
    texts = [
        Path(
            write_scores(job(tx, model), TableFile(tmp_path / "scores.parquet"), parts=parts).placed.manifest
        ).read_text()
        for parts in (2, 7)
    ]
    assert texts[0] == texts[1]


def test_a_summary_is_read_back_from_the_manifest(tx: Transactions, model: Registered, tmp_path: Path) -> None:
    made = write_scores(job(tx, model), TableFile(tmp_path / "scores.parquet"))
    assert Summary.of_manifest(json.loads(Path(made.placed.manifest).read_text()), tx.run_day) == made.summary
    assert made.summary.has_money
    later = Summary.of_manifest(json.loads(Path(made.placed.manifest).read_text()), RunDay.on("2030-01-01"))
    assert later.freshness.run_day != made.summary.freshness.run_day


def test_a_cutoff_before_the_training_cutoff_is_refused_unless_allowed(tx: Transactions, model: Registered) -> None:
    earlier = job(tx, model, WINDOWS.shifted(-30))
    with pytest.raises(ModelError, match="scores at 1997-12-02 would know the future"):
        earlier.check()
    earlier.check(allow_past=True)
    assert set(score_transactions(earlier).scores["cutoff"].dt.date) == {dt.date(1997, 12, 2)}


def test_a_log_older_than_its_limit_is_refused(tx: Transactions, model: Registered) -> None:
    later = job(tx, model, Windows.at("1998-08-01", 90))
    later.check(max_age_days=100)
    assert later.freshness.age_days > 30
    with pytest.raises(InputError, match="The log is too old"):
        later.check(max_age_days=30)
