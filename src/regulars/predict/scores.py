"""Scores of a whole log: from transactions, a registered model and a cutoff to scores, in memory or on disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from regulars.features import build_features
from regulars.predict.destinations import Destination
from regulars.predict.engine import Engine
from regulars.predict.in_parts import ScoredParts, score_in_parts
from regulars.predict.job import Job
from regulars.predict.part_files import parts_beside
from regulars.predict.sinks import read_table
from regulars.predict.summary import ScoresTable, Summary
from regulars.progress import step
from regulars.scorer import Forecast, Scorer
from regulars.scorer.like_for_like import forecast_context
from regulars.tables import SCORES
from regulars.transactions import Attributes, Freshness, Transactions
from regulars.version import __version__, stack_versions
from regulars.windows import Windows

if TYPE_CHECKING:
    from regulars.tracking.versions import Registered


@dataclass(frozen=True, eq=False)
class Scored:
    """Customers scored, held in memory, and what they were scored from.

    Parameters
    ----------
    scores : DataFrame
        The scores table, a row a customer.
    features : DataFrame
        The feature table at the cutoff.
    job : Job
        The log, the model, the cutoff.
    """

    scores: pd.DataFrame
    features: pd.DataFrame
    job: Job

    @property
    def tx(self) -> Transactions:
        """The log."""
        return self.job.tx

    @property
    def windows(self) -> Windows:
        """The cutoff."""
        return self.job.windows

    @property
    def model(self) -> Registered:
        """The scorer, and where it came from."""
        return self.job.model

    @property
    def freshness(self) -> Freshness:
        """How old the log was."""
        return self.job.freshness

    @property
    def scorer(self) -> Scorer:
        """The scorer of the model."""
        return self.job.scorer

    @property
    def forecast(self) -> Forecast:
        """What all of them together are expected to do."""
        return self.scorer.forecast(self.scores)


def score_transactions(job: Job) -> Scored:
    """Score every customer with a purchase before the cutoff, all in memory.

    Parameters
    ----------
    job : Job
        What is scored; see `Job.check` for what it may be refused for.
    """
    with step("score"):
        features = build_features(job.tx, job.windows.cutoff, job.customers)
        return Scored(job.scorer.score_features(features, allow_past=True), features, job)


def written_scores(job: Job, path: Path) -> Scored:
    """Return what `score_transactions` does, with the scores of a file that `write_scores` made of the same job.

    Parameters
    ----------
    job : Job
        Whose scores were written.
    path : Path
        The Parquet file, which holds every bit of them.
    """
    with step("build features"):
        return Scored(read_table(path, SCORES), build_features(job.tx, job.windows.cutoff, job.customers), job)


def write_scores(
    job: Job,
    out: Destination,
    *,
    parts: int | None = None,
    inputs: str | None = None,
    engine: Engine | None = None,
) -> ScoresTable:
    """Score the customers part by part, and write the table with its manifest, both or neither.

    A run that was killed is taken up where it stopped; see `score_in_parts`.

    Parameters
    ----------
    job : Job
    out : Destination
        Where they go, from `destination_of`.
    parts : int, optional
        How many parts; without it as many as the memory asks for. It changes no byte of the table.
    inputs : str, optional
        The checksum over all that the scores follow from (`unchanged.inputs_of`), for the manifest.
    engine : Engine, optional
        Where parts are scored; without it here. It changes no byte of the table, nor of its manifest.
    """
    with parts_beside(out.local_path) as folder:
        with step("score"):
            scored = score_in_parts(job, folder, parts, engine)
        summary = _summary(job, scored)
        content = {**_manifest(job, summary, scored), **({"inputs": inputs} if inputs else {})}
        with step("write the scores"):
            placed = out.write(scored, content)
    return ScoresTable(summary, placed)


def attributes_in_manifest(customers: Attributes, tx: Transactions) -> dict[str, Any]:
    """What a manifest says of attributes beside a log, as plain values."""
    return {"data_hash": customers.data_hash, "attributes": list(customers.names), **customers.ledger(tx).to_dict()}


def _summary(job: Job, scored: ScoredParts) -> Summary:
    return Summary(
        customers=len(scored),
        cutoff=job.windows.cutoff,
        horizon_days=job.scorer.horizon_days,
        totals=scored.totals,
        forecast=scored.forecast(job.scorer),
        context=forecast_context(job.tx, replace(job.windows, horizon_days=job.scorer.horizon_days)),
        freshness=job.freshness,
        model_uri=job.model.uri,
        model_version=job.scorer.version,
        attribute_ledger=job.customers.ledger(job.tx) if job.customers else None,
    )


def _manifest(job: Job, summary: Summary, scored: ScoredParts) -> dict[str, Any]:
    """What a manifest says of the scores, as plain values."""
    told = {"customers": attributes_in_manifest(job.customers, job.tx)} if job.customers else {}
    sampled = [note.text for note in job.scorer.notes if note.code == "sample"]
    return {
        **told,
        "rows": summary.customers,
        "cutoff": str(summary.cutoff),
        "horizon_days": summary.horizon_days,
        "model_uri": summary.model_uri,
        "run_id": job.model.run_id,
        "model_version": summary.model_version,
        "catalogue": job.scorer.catalogue,
        "training_cutoff": str(job.scorer.training_cutoff),
        "data_hash": job.tx.data_hash,
        "rows_in": job.tx.ledger.rows,
        "log": summary.freshness.to_dict(),
        "totals": dict(summary.totals),
        "forecast": summary.forecast.to_dict(),
        **({"beside": summary.context.to_dict()} if summary.context else {}),
        **({"sample": sampled[0]} if sampled else {}),
        "p_lost": job.scorer.absence.in_words,
        "clv_high_given_a_purchase": scored.highs_given_a_purchase,
        "versions": {"regulars": __version__, **stack_versions()},
    }
