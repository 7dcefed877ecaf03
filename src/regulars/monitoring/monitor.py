"""The monitor: scores, the log as it is now, and the model that made them; and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regulars.features import DayOutcomes, build_features, build_labels, facts_so_far
from regulars.monitoring import log_changes
from regulars.monitoring.distribution import Distribution
from regulars.monitoring.drift import ColumnDrift, drift, drift_findings
from regulars.monitoring.findings import Finding, Severity, Verdict
from regulars.monitoring.outcomes import BacktestFigures, Campaign, Outcomes, outcome_findings, outcomes
from regulars.monitoring.reference import (
    SCORED,
    Distributions,
    History,
    Reference,
    columns_of,
    distributions,
    with_scores,
)
from regulars.scorer import Scorer
from regulars.transactions import Attributes, Freshness, Transactions
from regulars.transactions.quality.new_labels import new_labels
from regulars.windows import LATEST, YEAR_DAYS, Windows, cutoff_day

EARLIER = 2  # stretches before training whose changes are the usual ones
LABELS = ("category", "channel")


@dataclass(frozen=True, eq=False)
class Watched:
    """All that the monitor looks at.

    Parameters
    ----------
    scores : DataFrame
        The scores table, checked.
    tx : Transactions
        The log as it is now.
    windows : Windows
        The cutoff and the horizon of the scores.
    scorer : Scorer
        The model that made them.
    reference : Reference or None
        What training kept; None of models that were trained before it was.
    backtest : mapping or None
        Its summary.
    freshness : Freshness
    max_age_days : int or None
    campaigns : sequence of Campaign
        Measured work lists that were made from these scores.
    customers : Attributes or None
        What is known of the customers beside the log.
    """

    scores: pd.DataFrame
    tx: Transactions
    windows: Windows
    scorer: Scorer
    reference: Reference | None
    backtest: Mapping[str, Any] | None
    freshness: Freshness
    max_age_days: int | None = None
    campaigns: Sequence[Campaign] = ()
    customers: Attributes | None = None

    @property
    def trained(self) -> Windows:
        """The training cutoff, with the horizon of the scores."""
        return self.windows.moved_to(self.scorer.training_cutoff)

    @property
    def days(self) -> int:
        """Days from the training cutoff to that of the scores."""
        return self.windows.history_days(self.scorer.training_cutoff)

    @property
    def has_closed(self) -> bool:
        """Whether the window of the scores has ended in the log."""
        return self.windows.closed_by(cutoff_day(LATEST, self.tx.last_day))


@dataclass(frozen=True)
class Monitored:
    """The verdict, and all that it rests on."""

    verdict: Verdict
    columns: tuple[ColumnDrift, ...]
    outcomes: Outcomes | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: aggregates alone."""
        return {
            **self.verdict.to_dict(),
            "columns": [column.to_dict() for column in self.columns],
            "outcomes": self.outcomes.to_dict() if self.outcomes else None,
        }


def monitor(watched: Watched) -> Monitored:
    """Look at the log, then at features and scores, then at outcomes."""
    tx, windows = watched.tx, watched.windows
    watched.scorer.refuse_other_features(tx)
    features = build_features(tx, windows.cutoff, watched.customers)
    missing = [name for name in watched.scorer.feature_names if name not in features]
    findings = [*log_changes.missing_columns(tx, watched.reference, missing)]
    skipped = []
    if watched.reference is None:
        skipped.append(
            "The model was trained before regulars kept a reference of the log with it, so it is not known whether the "
            "log's past has changed. Train again to have one."
        )
    past = Past.of(watched) if not missing else None
    if past and watched.reference:
        findings += log_changes.rewritten(watched.reference, past.history, past.at_training)
        findings += log_changes.ledger_shares(tx, watched.reference)
    findings += _facts(watched.scores, features)
    findings += log_changes.stale(watched.freshness, watched.max_age_days)
    findings += _since_training(watched, skipped)
    columns = _columns(watched, features, past, skipped) if past else []
    findings += drift_findings(columns)
    found = _outcomes(watched, features, skipped) if not missing else None
    if found:
        figures = BacktestFigures.of(watched.backtest)
        findings += outcome_findings(found, figures)
        skipped += figures.missing
    newly = watched.trained.closed_by(windows.cutoff)
    return Monitored(Verdict(tuple(findings), tuple(skipped), newly), tuple(columns), found)


@dataclass(frozen=True, eq=False)
class Past:
    """The log as it is now, at the training cutoff between the edges of the reference, and pairs of cutoffs before."""

    history: History
    reference: Distributions
    at_training: Distributions
    earlier: tuple[tuple[Distributions, Distributions], ...]

    @classmethod
    def of(cls, watched: Watched) -> Past:
        """Look at the training cutoff, and at earlier ones as far apart as it and the scores are."""
        scorer, trained = watched.scorer, watched.trained
        features = build_features(watched.tx, trained.cutoff, watched.customers)
        table = with_scores(features, scorer)
        kept = watched.reference.distributions if watched.reference else distributions(table)
        earlier, later = [], table
        for k in range(1, EARLIER + 1):
            before = trained.shifted(-watched.days * k)
            if not watched.days or before.history_days(watched.tx.first_day) < max(1, trained.horizon_days // 2):
                break
            behind = with_scores(build_features(watched.tx, before.cutoff, watched.customers), scorer)
            shapes = distributions(behind)
            earlier.append((shapes, distributions(later, shapes)))
            later = behind
        return cls(History.of(features), kept, distributions(table, kept), tuple(earlier))


def _columns(watched: Watched, features: pd.DataFrame, past: Past, skipped: list[str]) -> list[ColumnDrift]:
    if not watched.days:
        return []
    scored = watched.scores.set_index("customer_id")
    now = {**distributions(columns_of(features, watched.scorer), past.reference), **_of_scores(scored, past.reference)}
    if not past.earlier:
        skipped.append(
            f"How much features usually change in {watched.days} days is not known: the log is too short before the "
            "training cutoff. Changes are compared with chance alone."
        )
    return drift(past.reference, now, past.earlier)


def _of_scores(scores: pd.DataFrame, like: Distributions) -> dict[str, Distribution]:
    named = {name: like[name] for name in SCORED if name in like}
    return distributions({name: scores[name].to_numpy(np.float64) for name in named}, named)


def _facts(scores: pd.DataFrame, features: pd.DataFrame) -> Iterator[Finding]:
    """Whether the log still has what the scores say of their customers."""
    ids = pd.Index(scores["customer_id"])
    place = features.index.get_indexer(ids)
    there = place >= 0
    gone = float(1 - there.mean())
    facts = facts_so_far(features, features["cutoff"])["orders"].to_numpy()
    same = facts[place[there]] == scores["orders"].to_numpy()[there]
    changed = float(1 - same.mean()) if there.any() else 1.0
    new = len(features) - int(there.sum())
    largest = max(gone, changed, new / len(scores))
    if largest >= log_changes.SMALL:
        yield Finding(
            "facts",
            Severity.STOP if largest >= log_changes.LARGE else Severity.LOOK,
            f"The log has changed since it was scored: of {len(scores):,} customers {100 * gone:.1f} % are no "
            "longer in it, "
            f"{100 * changed:.1f} % of the others have another number of order days, and {new:,} customers are new "
            "to this cutoff.",
        )


def _since_training(watched: Watched, skipped: list[str]) -> Iterator[Finding]:
    """New labels, pace and base rate of the stretch from the training cutoff to that of the scores."""
    tx, windows = watched.tx, watched.windows
    if not watched.days:
        return
    span = max(log_changes.LEAST_DAYS, watched.days)
    spans = log_changes.spans_before(windows, span, tx.first_day)
    if len(spans) < 2:
        skipped.append(f"The pace of the log is not judged: it is shorter than two spans of {span} days.")
        return
    for column in LABELS:
        if column in tx.columns:
            latest, *earlier = (new_labels(tx, column, each) for each in spans[: EARLIER + 2])
            yield from log_changes.unseen_labels(latest, earlier[:-1] or earlier)
    days = DayOutcomes.of(tx)
    closed = [
        each for k in range(log_changes.SPANS) if (each := _closed(windows, span * k)).history_days(tx.first_day) > 0
    ]
    year = [each.shifted(-YEAR_DAYS) for each in spans[:2]]
    seasons = _seasons(days, year, tx) if year[-1].history_days(tx.first_day) >= 0 else {}
    judged = 0
    for pace in [*log_changes.paces(days, spans, has_money=tx.has_money), log_changes.base_rates(days, closed)]:
        judged += int(np.isfinite(pace.values).sum() > 2)
        if finding := pace.finding(spans if pace.code == "activity" else closed, seasons.get(pace.name)):
            yield finding
    if not judged:
        skipped.append("The pace of the log is not judged: it has too few spans before to tell what is usual.")


def _closed(windows: Windows, days: int) -> Windows:
    """The latest window that had ended so many days before the cutoff."""
    return windows.before_cutoff().shifted(-days)


def _seasons(days: DayOutcomes, year: Sequence[Windows], tx: Transactions) -> dict[str, float]:
    """The change in the same weeks of the year before."""
    paces = log_changes.paces(days, year, has_money=tx.has_money)
    changes = {pace.name: float(pace.values[0] - pace.values[1]) for pace in paces}
    return {name: change for name, change in changes.items() if np.isfinite(change)}


def _outcomes(watched: Watched, features: pd.DataFrame, skipped: list[str]) -> Outcomes | None:
    """What followed, of the customers who are still in the log."""
    windows = watched.windows
    if not watched.has_closed:
        skipped.append(f"Outcomes are not known before {windows.closes}: the log ends before the window does.")
        return None
    scores = watched.scores.set_index("customer_id")
    labels = build_labels(watched.tx, windows)
    ids = scores.index.intersection(labels.index).intersection(features.index)
    if not len(ids):
        return None
    at, known = features.loc[ids], scores.loc[ids]
    active = (at["tenure"] - at["recency"]) <= windows.horizon_days
    intervals = watched.scorer.predict_intervals(at, allow_past=True)
    forecast = watched.scorer.forecast(watched.scores)
    return outcomes(known, labels.loc[ids], intervals, active, forecast, watched.campaigns)
