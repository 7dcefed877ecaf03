"""Report: one page on who is leaving, what they are worth, and how good the scores are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.features import build_features, summary_of
from regulars.params import Params
from regulars.pipelines.score import champion_uri, say_horizon
from regulars.pipelines.validate import validate
from regulars.predict import PAGE, check_file, write_text
from regulars.progress import step
from regulars.report import AliveGrid, ModelFacts, ReportContent, render
from regulars.retention import make_targets
from regulars.tracking.runs import load_tables
from regulars.tracking.versions import load_scorer


@dataclass(frozen=True)
class Reported:
    """A report on disk."""

    path: Path
    customers: int


def report_log(params: Params, out: Path, *, model: str | None = None, allow_past: bool = False) -> Reported:
    """Score the log of `params` at its cutoff and write the page."""
    path, uri = check_file(out, PAGE), model or champion_uri(params)
    with step("load the model"):
        scorer = load_scorer(uri, params.mlflow.tracking_uri)
        tables = load_tables(uri, params.mlflow.tracking_uri)
    say_horizon(params, scorer)
    validated = validate(params)
    with step("score"):
        features = build_features(validated.tx, validated.windows.cutoff)
        scores = scorer.score_features(features, allow_past=allow_past)
    targets = None
    if scores["expected_spend"].notna().all():  # without money nobody can be chosen
        targets = make_targets(scores, params.offers, params.campaign, margin=params.lifetime.margin)
    quality = validated.report.to_dict()
    with step("write the report"):
        page = render(
            ReportContent(
                title=f"Customers at {validated.windows.cutoff}",
                scores=scores,
                model=ModelFacts.of(scorer, uri),
                targets=targets.frame if targets else None,
                targets_summary=targets.to_dict() if targets else None,
                features=features,
                alive=AliveGrid.of(scorer.lifetime.purchases, summary_of(features)),
                backtest=tables.get("backtest"),
                verdict=tables.get("verdict"),
                certificate=tables.get("certificate"),
                ledger=validated.tx.ledger.to_dict(),
                findings=quality["findings"],
                columns=quality["columns"],
                notes=scorer.notes,
            )
        )
        write_text(page, path)
    return Reported(path, len(scores))
