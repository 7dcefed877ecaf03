"""Report: one page on who is leaving, what they are worth, and how good the scores are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from regulars.features import summary_of
from regulars.languages import Language
from regulars.loyalty import cost_by_cohort, drivers_of, dynamics_of, index_if_known, segment_log, top_pairs
from regulars.params import Params
from regulars.pipelines.campaign_files import lists_read, read_work_list
from regulars.pipelines.feeds import feeds_beside
from regulars.pipelines.inputs import without_forgotten
from regulars.pipelines.retain import choose
from regulars.pipelines.score import score_customers
from regulars.predict import PAGE, Inputs, Scored, check_file, read_manifest, write_text
from regulars.progress import step
from regulars.redact import log_name, redact, redacted
from regulars.report import AliveGrid, ModelFacts, ReportContent, most_valuable, render
from regulars.scorer.like_for_like import like_for_like
from regulars.tracking.runs import load_tables
from regulars.transactions import assess
from regulars.windows import Windows

PAIRS = 8  # of products that the page names


@dataclass(frozen=True, eq=False)
class WorkList:
    """Whom to contact, and what it adds up to; None where nothing tells."""

    frame: pd.DataFrame
    summary: Mapping[str, Any] | None


@dataclass(frozen=True)
class Reported:
    """A report on disk."""

    path: Path
    customers: int


def report_log(
    params: Params,
    out: Path,
    *,
    model: str | None = None,
    allow_past: bool = False,
    targets: Path | None = None,
    language: Language = "en",
) -> Reported:
    """Score the log of `params` at its cutoff and write the page, with a work list that was made where one is given."""
    files = {"work_list": targets} if targets else {}
    path = check_file(out, PAGE, inputs=Inputs.of(params, **files, **lists_read(params)))
    listed = _listed(params, targets) if targets else None
    return report_scores(params, score_customers(params, model=model, allow_past=allow_past), path, listed, language)


def _listed(params: Params, targets: Path) -> WorkList:
    return WorkList(without_forgotten(params, read_work_list(targets)), read_manifest(targets) or None)


def report_scores(
    params: Params, made: Scored, out: Path, listed: WorkList | None = None, language: Language = "en"
) -> Reported:
    """Write the page on customers that are scored; without a list of its own, one is chosen where offers are stated."""
    path = check_file(out, PAGE)
    window = replace(made.windows, horizon_days=made.scorer.horizon_days)
    has_money = bool(made.scores["expected_spend"].notna().all())
    if has_money and listed is None and params.offers:  # no prices are made up
        targets, _ = choose(params, made.scores, (made.tx, window))
        listed = WorkList(targets.frame, targets.to_dict())
    shown = {
        "value_reasons": _value_reasons(made) if has_money else None,
        "targets": listed.frame if listed else None,
        "targets_summary": listed.summary if listed else None,
        **_loyalty(params, made, window),
    }
    with step("write the report"):
        write_text(render(replace(_of_scores(params, made), **shown), language), path)
    return Reported(path, len(made.scores))


def _value_reasons(made: Scored) -> pd.DataFrame:
    """Why the most valuable customers are."""
    best = made.features.loc[most_valuable(made.scores)["customer_id"]]
    return made.scorer.explain(best, allow_past=True).value_reasons


def _loyalty(params: Params, made: Scored, window: Windows) -> dict[str, Any]:
    """What the log says about its customers beside the scores, by the fields of the content."""
    tx = made.tx
    with step("compare periods, segments and cohorts"):
        states = segment_log(tx, window.cutoff, params.loyalty)
        past = like_for_like(tx, window, made.scorer.settings.lifetime.clv_horizon_days)
        told = feeds_beside(params, tx, window, states.frame)
        costs, margin = cost_by_cohort(told), params.lifetime.margin
        moving = dynamics_of(tx, window, params.loyalty, margin=margin, costs=costs)
    with step("find what goes with loyalty"):
        driving, index = drivers_of(tx, window), index_if_known(tx, window)
    with step("find what sells together"):
        pairs = top_pairs(tx, window, count=PAIRS)
    found = {"states": states, "past": past, "feeds": told, "dynamics": moving}
    return {**found, "drivers": driving, "index": index, "pairs": pairs}


def _of_scores(params: Params, made: Scored) -> ReportContent:
    """The scores, how good they are, and the log that they come from."""
    scorer = made.scorer
    tables, quality = load_tables(made.model.uri, params.mlflow.tracking_uri), assess(made.tx, made.windows).to_dict()
    return ReportContent(
        shop=params.report.shop or log_name(params.transactions.path),
        scores=made.scores,
        forecast=made.forecast,
        model=ModelFacts.of(scorer, redact(made.model.uri)),
        features=made.features,
        alive=AliveGrid.of(scorer.lifetime.purchases, summary_of(made.features)),
        backtest=tables.get("backtest"),
        verdict=tables.get("verdict"),
        grade=tables.get("grade"),
        certificate=tables.get("certificate"),
        ledger=redacted(made.tx.ledger.to_dict()),
        findings=redacted(quality["findings"]),
        columns=quality["columns"],
        notes=redacted([note.text for note in scorer.notes]),
        age=(made.freshness.in_words, *made.freshness.warnings()),
        currency=params.report.currency,
    )
