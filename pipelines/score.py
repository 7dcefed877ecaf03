"""Score: every customer with a purchase before the cutoff, by a registered model, into one table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from regulars.params import Params
from regulars.pipelines.validate import read, windows_for
from regulars.predict import TABLE, check_file, write_manifest, write_table
from regulars.progress import note, step
from regulars.scorer import Scorer
from regulars.tracking.versions import load_scorer, run_of
from regulars.transactions import Transactions


@dataclass(frozen=True)
class Scored:
    """A scores table on disk."""

    scores: pd.DataFrame
    path: Path
    manifest: Path
    model_uri: str
    scorer: Scorer
    tx: Transactions


def champion_uri(params: Params) -> str:
    """Where the model in charge is found."""
    return f"models:/{params.mlflow.model_name}@champion"


def say_horizon(params: Params, scorer: Scorer) -> None:
    """Say where the horizon that was asked for is not the one that the scorer was trained for."""
    asked = params.windows
    if "horizon_days" in asked.model_fields_set and asked.horizon_days != scorer.horizon_days:
        note(
            f"Scores speak of the model's horizon, {scorer.horizon_days} days; windows.horizon_days is "
            f"{asked.horizon_days}. Train with it to change that."
        )


def score_log(params: Params, out: Path, *, model: str | None = None, allow_past: bool = False) -> Scored:
    """Score the log of `params` at its cutoff; write the table and its manifest."""
    path, uri = check_file(out, TABLE, read=params.transactions.path), model or champion_uri(params)
    with step("load the model"):
        scorer = load_scorer(uri, params.mlflow.tracking_uri)
    say_horizon(params, scorer)
    tx = read(params)
    cutoff = windows_for(params, tx).cutoff
    with step("score"):
        scores = scorer.score(tx, cutoff, allow_past=allow_past)
        digest = write_table(scores, path)
    manifest = write_manifest(
        path,
        {
            "table": path.name,
            "sha256": digest,
            "rows": len(scores),
            "cutoff": str(cutoff),
            "horizon_days": scorer.horizon_days,
            "model_uri": uri,
            "run_id": run_of(uri, params.mlflow.tracking_uri),
            "model_version": scorer.version,
            "training_cutoff": str(scorer.training_cutoff),
            "data_hash": tx.data_hash,
            "rows_in": tx.ledger.rows,
        },
    )
    return Scored(scores, path, manifest, uri, scorer, tx)
