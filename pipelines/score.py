"""Score: every customer with a purchase before the cutoff, by a registered model, into one table."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from regulars.params import Params
from regulars.pipelines.validate import customers_of, freshness_of, read, windows_for
from regulars.predict import TABLE, Inputs, Job, Scored, ScoresTable, check_file, score_transactions, write_scores
from regulars.progress import note, step
from regulars.scorer import Scorer
from regulars.tracking.versions import load_registered


def champion_uri(params: Params) -> str:
    """Where the champion is found."""
    return f"models:/{params.mlflow.model_name}@champion"


def say_horizon(params: Params, scorer: Scorer) -> None:
    """Say where the horizon that was asked for is not the one that the scorer was trained for."""
    asked = params.windows
    if "horizon_days" in asked.model_fields_set and asked.horizon_days != scorer.horizon_days:
        note(
            f"Scores are about the model's horizon, {scorer.horizon_days} days; windows.horizon_days is "
            f"{asked.horizon_days}. Train with it to change that."
        )


def score_customers(
    params: Params, *, model: str | None = None, allow_past: bool = False, today: dt.date | None = None
) -> Scored:
    """Score the log of `params` at its cutoff, as on the day `today`; all is held in memory."""
    return score_transactions(job_of(params, model=model, allow_past=allow_past, today=today))


def job_of(params: Params, *, model: str | None = None, allow_past: bool = False, today: dt.date | None = None) -> Job:
    """Load the model and read the log of `params`; refuse what cannot be scored."""
    with step("load the model"):
        registered = load_registered(model or champion_uri(params), params.mlflow.tracking_uri)
    say_horizon(params, registered.scorer)
    tx = read(params, today=today)
    windows, log = windows_for(params, tx), params.transactions
    job = Job(tx, registered, windows, freshness_of(params, tx, windows), customers_of(params), log.memory_limit)
    job.check(max_age_days=log.max_age_days, allow_past=allow_past)
    return job


def score_log(
    params: Params,
    out: Path,
    *,
    model: str | None = None,
    allow_past: bool = False,
    today: dt.date | None = None,
    parts: int | None = None,
) -> ScoresTable:
    """Score the log of `params` at its cutoff, as on the day `today`; write the table and its manifest."""
    path = check_file(out, TABLE, inputs=Inputs.of(params))
    return write_scores(job_of(params, model=model, allow_past=allow_past, today=today), path, parts=parts)
