"""Monitor: a scores table, the log as it is now and the model that made them, to a verdict."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

from regulars.errors import InputError, ModelError, RegularsError
from regulars.monitoring.monitor import Monitored, Watched, monitor
from regulars.monitoring.outcomes import Campaign
from regulars.monitoring.reference import Reference
from regulars.monitoring.scores_table import ScoresTable, checked, of_log
from regulars.params import Params
from regulars.pipelines.campaign_files import read_history_of
from regulars.pipelines.inputs import customers_of, freshness_of, read_log, without_forgotten
from regulars.predict import destination_of
from regulars.progress import note, step
from regulars.redact import redact
from regulars.retention.track_record import TrackRecord
from regulars.tracking.runs import load_tables
from regulars.tracking.verdicts import log_verdict
from regulars.tracking.versions import Registered, load_content, load_registered
from regulars.transactions import Freshness, Transactions
from regulars.windows import LATEST, Windows, as_day, cutoff_day


@dataclass(frozen=True)
class MonitorRun:
    """The verdict on scores (in a table of a database), and the run that keeps it; None where the store took none."""

    found: Monitored
    scores: str
    table: str | None
    windows: Windows
    model: Registered
    freshness: Freshness
    run_id: str | None


def monitor_scores(
    params: Params,
    scores: str,
    *,
    table: str | None = None,
    cutoff: str | None = None,
    model: str | None = None,
    today: dt.date | None = None,
) -> MonitorRun:
    """Judge scores by the log of `params` and by the model that made them, as on the day `today`.

    `scores` is a place that `score` writes to, `table` the table where that is a database; of scores at many cutoffs
    those at `cutoff` are judged, or the latest.
    """
    asked = None if cutoff is None else as_day(cutoff)
    place = destination_of(scores, table, memory_limit=params.transactions.memory_limit)
    with step("read the scores"):
        frame, named = place.read(asked)
        made = checked(frame, named)
        if asked is not None and made.windows.cutoff != asked:
            raise InputError(
                f"The scores in {named} were made at {made.windows.cutoff}, not at {asked}. Leave --cutoff out."
            )
        made = made._replace(frame=without_forgotten(params, made.frame))
    with step("load the model"):
        registered = _model(params, made, model)
        tables = load_tables(registered.uri, params.mlflow.tracking_uri)
    tx = read_log(params, today=today)
    freshness = _freshness(params, tx, made.windows)
    reference = tables.get("reference")
    watched = Watched(
        scores=of_log(made, tx, named),
        tx=tx,
        windows=made.windows,
        scorer=registered.scorer,
        reference=Reference.from_dict(reference) if reference else None,
        backtest=tables.get("backtest"),
        freshness=freshness,
        max_age_days=params.transactions.max_age_days,
        campaigns=_campaigns(params, made),
        customers=customers_of(params),
    )
    with step("compare"):
        found = monitor(watched)
    run_id = _kept(params, made, tx, found)
    return MonitorRun(found, redact(scores), table, made.windows, registered, freshness, run_id)


def _model(params: Params, table: ScoresTable, asked: str | None) -> Registered:
    """The model that made the scores: the one that was asked for, or found by its content."""
    store = params.mlflow
    if asked is None:
        return load_content(store.model_name, table.model_version, store.tracking_uri)
    registered = load_registered(asked, store.tracking_uri)
    if registered.scorer.version != table.model_version:
        raise ModelError(
            f"The scores were made by the model {table.model_version}, but {asked} is {registered.scorer.version}. "
            "Leave --model out, and the model that made them is looked up."
        )
    return registered


def _freshness(params: Params, tx: Transactions, windows: Windows) -> Freshness:
    """How old the log is at the cutoff of the scores; up to the day of the run where these are its latest."""
    found = freshness_of(params, tx, windows)
    is_latest = windows.cutoff == cutoff_day(LATEST, tx.last_day)
    return replace(found, follows_run=found.follows_run and is_latest)


def _campaigns(params: Params, table: ScoresTable) -> list[Campaign]:
    """What measured campaigns brought whose lists were made from these scores."""
    history = read_history_of(params)
    if history is None:
        return []
    same = (history["model_version"].astype(str) == table.model_version) & (
        history["cutoff"].astype("datetime64[us]").dt.date == table.windows.cutoff
    )
    if not same.any():
        return []
    record = TrackRecord.of(history[same]).frame
    return [
        Campaign(str(row["campaign"]), row["expected"], row["realised"], row["error"])
        for row in record.to_dict("records")
    ]


def _kept(params: Params, table: ScoresTable, tx: Transactions, found: Monitored) -> str | None:
    """Keep the verdict in the history; a store that takes nothing does not keep it from being told."""
    verdict = found.verdict
    tags = {
        "verdict": verdict.severity.name.lower(),
        "findings": ", ".join(dict.fromkeys(finding.code for finding in verdict.findings)) or "none",
        "model_version": table.model_version,
        "cutoff": str(table.windows.cutoff),
        "data_hash": tx.data_hash,
    }
    metrics = {f"psi/{column.name}": column.distances.psi for column in found.columns}
    if made := found.outcomes:
        metrics |= {name: getattr(made, name) for name in ("auc", "log_loss", "brier", "churn", "predicted_churn")}
    metrics = {"exit_code": float(verdict.severity), **{k: v for k, v in metrics.items() if math.isfinite(v)}}
    try:
        with step("keep the verdict"):
            name = f"{table.model_version} at {table.windows.cutoff}"
            return log_verdict(params.mlflow, name, tags=tags, metrics=metrics, told=found.to_dict())
    except RegularsError as error:
        note(f"The verdict is not kept in MLflow: {error}")
        return None
