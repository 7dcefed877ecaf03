"""Score: every customer with a purchase before the cutoff, by a registered model, into one table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from regulars.features import build_features
from regulars.params import Params
from regulars.pipelines.validate import freshness_of, read, windows_for
from regulars.predict import TABLE, Inputs, check_file, write_with_manifest
from regulars.progress import note, step
from regulars.scorer import Forecast, Scorer
from regulars.tracking.versions import load_registered
from regulars.transactions import Freshness, Transactions
from regulars.windows import Windows


@dataclass(frozen=True, eq=False)
class Scored:
    """Customers scored, and what they were scored from."""

    scores: pd.DataFrame
    features: pd.DataFrame
    windows: Windows
    scorer: Scorer
    tx: Transactions
    model_uri: str
    run_id: str
    freshness: Freshness

    @property
    def forecast(self) -> Forecast:
        """What all of them together are expected to do."""
        return self.scorer.forecast(self.scores)


@dataclass(frozen=True, eq=False)
class ScoresTable:
    """Scores on disk."""

    scored: Scored
    path: Path
    manifest: Path


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


def score_customers(
    params: Params, *, model: str | None = None, allow_past: bool = False, today: dt.date | None = None
) -> Scored:
    """Score the log of `params` at its cutoff, as on the day `today`."""
    uri = model or champion_uri(params)
    with step("load the model"):
        registered = load_registered(uri, params.mlflow.tracking_uri)
        scorer = registered.scorer
    say_horizon(params, scorer)
    tx = read(params, today=today)
    windows = windows_for(params, tx)
    freshness = freshness_of(params, tx, windows)
    freshness.refuse_older_than(params.transactions.max_age_days)
    for warning in freshness.warnings():
        note(warning)
    if not allow_past:
        scorer.refuse_past(windows.cutoff)
    with step("score"):
        features = build_features(tx, windows.cutoff)
        scores = scorer.score_features(features, allow_past=allow_past)
    return Scored(scores, features, windows, scorer, tx, uri, registered.run_id, freshness)


def score_log(
    params: Params, out: Path, *, model: str | None = None, allow_past: bool = False, today: dt.date | None = None
) -> ScoresTable:
    """Score the log of `params` at its cutoff, as on the day `today`; write the table and its manifest."""
    path = check_file(out, TABLE, inputs=Inputs.of(params))
    made = score_customers(params, model=model, allow_past=allow_past, today=today)
    said = {
        "rows": len(made.scores),
        "cutoff": str(made.windows.cutoff),
        "horizon_days": made.scorer.horizon_days,
        "model_uri": made.model_uri,
        "run_id": made.run_id,
        "model_version": made.scorer.version,
        "training_cutoff": str(made.scorer.training_cutoff),
        "data_hash": made.tx.data_hash,
        "rows_in": made.tx.ledger.rows,
        "log": made.freshness.to_dict(),
        "forecast": made.forecast.to_dict(),
        "p_lost": made.scorer.absence.in_words,
        "clv_high_given_a_purchase": made.scorer.highs_given_a_purchase(made.scores),
    }
    with step("write the scores"):
        manifest = write_with_manifest(made.scores, path, said)
    return ScoresTable(made, path, manifest)
