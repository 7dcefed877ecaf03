"""Report: one page on who is leaving, what they are worth, and how good the scores are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from regulars.features import summary_of
from regulars.loyalty import dynamics_of
from regulars.params import Params
from regulars.pipelines.score import score_customers
from regulars.predict import PAGE, Inputs, Scored, check_file, write_text
from regulars.progress import step
from regulars.redact import redact, redacted
from regulars.report import AliveGrid, ModelFacts, ReportContent, most_valuable, render
from regulars.retention import make_targets
from regulars.tracking.runs import load_tables
from regulars.transactions import assess


@dataclass(frozen=True)
class Reported:
    """A report on disk."""

    path: Path
    customers: int


def report_log(params: Params, out: Path, *, model: str | None = None, allow_past: bool = False) -> Reported:
    """Score the log of `params` at its cutoff and write the page."""
    path = check_file(out, PAGE, inputs=Inputs.of(params))
    return report_scores(params, score_customers(params, model=model, allow_past=allow_past), path)


def report_scores(params: Params, made: Scored, out: Path) -> Reported:
    """Write the page on customers that are scored."""
    path, tx, scores, scorer = check_file(out, PAGE), made.tx, made.scores, made.scorer
    targets = reasons = None
    if scores["expected_spend"].notna().all():
        if params.offers:  # no prices are made up
            targets = make_targets(scores, params.offers, params.campaign, margin=params.lifetime.margin)
        best = made.features.loc[most_valuable(scores)["customer_id"]]
        reasons = scorer.explain(best, allow_past=True).value_reasons
    with step("compare periods and cohorts"):
        window = replace(made.windows, horizon_days=scorer.horizon_days)
        moving = dynamics_of(tx, window, params.loyalty, margin=params.lifetime.margin)
    with step("write the report"):
        tables, quality = load_tables(made.model.uri, params.mlflow.tracking_uri), assess(tx, made.windows).to_dict()
        page = render(
            ReportContent(
                title=f"Customers at {made.windows.cutoff}",
                scores=scores,
                forecast=made.forecast,
                model=ModelFacts.of(scorer, redact(made.model.uri)),
                targets=targets.frame if targets else None,
                targets_summary=targets.to_dict() if targets else None,
                value_reasons=reasons,
                features=made.features,
                alive=AliveGrid.of(scorer.lifetime.purchases, summary_of(made.features)),
                backtest=tables.get("backtest"),
                verdict=tables.get("verdict"),
                certificate=tables.get("certificate"),
                ledger=redacted(tx.ledger.to_dict()),
                findings=redacted(quality["findings"]),
                columns=quality["columns"],
                notes=redacted([note.text for note in scorer.notes]),
                age=(made.freshness.in_words, *made.freshness.warnings()),
                dynamics=moving,
            )
        )
        write_text(page, path)
    return Reported(path, len(scores))
