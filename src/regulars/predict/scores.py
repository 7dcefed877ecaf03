"""Scores of a whole log: from transactions, a registered model and a cutoff to the scores table on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from regulars.features import build_features
from regulars.predict.sinks import write_with_manifest
from regulars.progress import note, step
from regulars.scorer import Forecast, Scorer
from regulars.transactions import AttributeLedger, Attributes, Freshness, Transactions
from regulars.windows import Windows

if TYPE_CHECKING:
    from regulars.tracking.versions import Registered


@dataclass(frozen=True, eq=False)
class Scored:
    """Customers scored, and what they were scored from.

    Parameters
    ----------
    scores : DataFrame
        The scores table, a row a customer.
    features : DataFrame
        The feature table at the cutoff.
    tx : Transactions
        The log.
    windows : Windows
        The cutoff.
    model : Registered
        The scorer, and where it came from.
    freshness : Freshness
        How old the log was.
    customers : Attributes, optional
        What was known of the customers beside the log.
    """

    scores: pd.DataFrame
    features: pd.DataFrame
    tx: Transactions
    windows: Windows
    model: Registered
    freshness: Freshness
    customers: Attributes | None = None

    @property
    def attribute_ledger(self) -> AttributeLedger | None:
        """What became of the rows of attributes; None where none were given."""
        return self.customers.ledger(self.tx) if self.customers else None

    @property
    def scorer(self) -> Scorer:
        """The scorer of the model."""
        return self.model.scorer

    @property
    def forecast(self) -> Forecast:
        """What all of them together are expected to do."""
        return self.scorer.forecast(self.scores)

    def to_dict(self) -> dict[str, Any]:
        """Return what a manifest says of the scores, as plain values."""
        told = {"customers": attributes_in_manifest(self.customers, self.tx)} if self.customers else {}
        return {
            **told,
            "rows": len(self.scores),
            "cutoff": str(self.windows.cutoff),
            "horizon_days": self.scorer.horizon_days,
            "model_uri": self.model.uri,
            "run_id": self.model.run_id,
            "model_version": self.scorer.version,
            "training_cutoff": str(self.scorer.training_cutoff),
            "data_hash": self.tx.data_hash,
            "rows_in": self.tx.ledger.rows,
            "log": self.freshness.to_dict(),
            "forecast": self.forecast.to_dict(),
            "p_lost": self.scorer.absence.in_words,
            "clv_high_given_a_purchase": self.scorer.highs_given_a_purchase(self.scores),
        }


def score_transactions(
    tx: Transactions,
    model: Registered,
    windows: Windows,
    *,
    freshness: Freshness,
    customers: Attributes | None = None,
    max_age_days: int | None = None,
    allow_past: bool = False,
) -> Scored:
    """Score every customer with a purchase before the cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log; rows at or after the cutoff change nothing.
    model : Registered
        From `tracking.versions.load_registered`.
    windows : Windows
        The cutoff. The horizon of the scores is the scorer's own.
    freshness : Freshness
        How old the log is at the cutoff; its warnings are noted.
    customers : Attributes, optional
        What is known of the customers beside the log.
    max_age_days : int, optional
        A log whose last line is more days old is refused.
    allow_past : bool
        Whether a cutoff before the training cutoff is scored.

    Raises
    ------
    InputError
        If the log is too old.
    ModelError
        If the cutoff lies before the training cutoff.
    """
    freshness.refuse_older_than(max_age_days)
    for warning in freshness.warnings():
        note(warning)
    if not allow_past:
        model.scorer.refuse_past(windows.cutoff)
    with step("score"):
        features = build_features(tx, windows.cutoff, customers)
        scores = model.scorer.score_features(features, allow_past=allow_past)
    return Scored(scores, features, tx, windows, model, freshness, customers)


def attributes_in_manifest(customers: Attributes, tx: Transactions) -> dict[str, Any]:
    """What a manifest says of attributes beside a log, as plain values."""
    return {"data_hash": customers.data_hash, "attributes": list(customers.names), **customers.ledger(tx).to_dict()}


def write_scores(scored: Scored, path: Path) -> Path:
    """Write the scores table with its manifest beside it, both or neither; return the path of the manifest."""
    with step("write the scores"):
        return write_with_manifest(scored.scores, path, scored.to_dict())
