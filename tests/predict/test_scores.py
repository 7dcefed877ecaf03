from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.features import build_features
from regulars.predict import Scored, read_table, score_transactions, write_scores
from regulars.tables import SCORES
from regulars.tracking.versions import Registered
from regulars.transactions import Freshness, Transactions
from regulars.windows import Windows
from tests.predict.conftest import WINDOWS

pytestmark = pytest.mark.slow


def scored(tx: Transactions, model: Registered, windows: Windows = WINDOWS, **more: object) -> Scored:
    freshness = Freshness.of(tx, windows, follows_run=False)
    return score_transactions(tx, model, windows, freshness=freshness, **more)  # type: ignore[arg-type]


def test_scores_are_those_of_the_scorer_at_the_cutoff(tx: Transactions, model: Registered) -> None:
    made = scored(tx, model)
    pd.testing.assert_frame_equal(made.scores, model.scorer.score(tx, WINDOWS.cutoff), check_exact=True)
    pd.testing.assert_frame_equal(made.features, build_features(tx, WINDOWS.cutoff), check_exact=True)


def test_the_manifest_says_what_was_scored_from_what(tx: Transactions, model: Registered, tmp_path: Path) -> None:
    made = scored(tx, model)
    manifest = json.loads(write_scores(made, tmp_path / "scores.parquet").read_text())
    assert tuple(read_table(tmp_path / "scores.parquet").columns) == SCORES
    assert (manifest["rows"], manifest["cutoff"], manifest["horizon_days"]) == (len(made.scores), "1998-01-01", 90)
    assert (manifest["model_uri"], manifest["run_id"]) == ("models:/regulars/1", "a run")
    assert (manifest["model_version"], manifest["data_hash"]) == (model.scorer.version, tx.data_hash)
    assert manifest["forecast"]["purchases"]["expected"] == pytest.approx(made.scores["expected_purchases"].sum())


def test_a_cutoff_before_the_training_cutoff_is_refused_unless_allowed(tx: Transactions, model: Registered) -> None:
    earlier = WINDOWS.shifted(-30)
    with pytest.raises(ModelError, match="scores at 1997-12-02 would know the future"):
        scored(tx, model, earlier)
    assert set(scored(tx, model, earlier, allow_past=True).scores["cutoff"].dt.date) == {dt.date(1997, 12, 2)}


def test_a_log_older_than_its_limit_is_refused(tx: Transactions, model: Registered) -> None:
    later = Windows.at("1998-08-01", 90)
    assert scored(tx, model, later, max_age_days=100).freshness.age_days > 30
    with pytest.raises(InputError, match="The log is too old"):
        scored(tx, model, later, max_age_days=30)
