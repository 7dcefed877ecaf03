"""What results in words are made of: parts that several verbs say."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from regulars.cli.layout import Lines, figure, from_here, grid, money, number
from regulars.counted import counted

if TYPE_CHECKING:
    from regulars.evaluation import Backtest, Verdict
    from regulars.pipelines.training_run import TrainingRun
    from regulars.pipelines.validate import Validated
    from regulars.predict.summary import Summary
    from regulars.scorer import Forecast
    from regulars.transactions import AttributeLedger, QualityReport
    from regulars.transactions.ledger import Ledger

WIDTH = 40  # characters of examples
NAMED = {"purchases": "order days", "spend": "money"}


def activation() -> Lines:
    """What puts the command on the PATH, where it is not."""
    script = Path(sys.executable).parent / "activate"
    if script.exists() and not which("regulars"):
        yield f"have the command at hand: . {from_here(script)}"


def card(run: TrainingRun) -> tuple[str, Any]:
    """Where the model card is."""
    return "model card", from_here(run.card) if run.card else run.logged.card_uri


def columns(report: QualityReport) -> Lines:
    """What every column that is read holds."""
    rows = [
        [c.ours, c.theirs, c.holds, number(c.absent), c.smallest or "-", c.largest or "-", _few(c.examples)]
        for c in report.columns
    ]
    yield from grid(["column", "from", "holds", "absent", "smallest", "largest", "such as"], rows)


def _few(examples: tuple[str, ...]) -> str:
    """Some examples on one line; those of customers are not shown."""
    told = ", ".join(" ".join(example.split()) for example in examples)
    return told if len(told) <= WIDTH else f"{told[:WIDTH]}…"


def outcomes() -> Lines:
    """What the words of the ledger mean."""
    yield "used: a purchase. netted: no purchase, its money is booked on its own day. excluded: left out."


def ledger(told: Ledger) -> Lines:
    """What became of every row."""
    rows = [
        [str(entry.outcome), entry.reason, number(entry.rows), number(entry.customers), money(entry.money)]
        for entry in told.entries
    ]
    rows.append(["total", "", number(told.rows), number(told.customers), money(told.money)])
    yield from grid(["outcome", "reason", "rows", "customers", "money"], rows)
    yield "A customer counts once, in the first line that holds one of their rows."
    for change in told.adjustments:
        yield f"booked otherwise than read: {change.what}, {counted(change.rows, 'row')}, {money(change.money)}"


def attributes(ledger: AttributeLedger | None) -> list[str]:
    """What became of every row of attributes of customers; nothing where none were given."""
    return ledger.in_words if ledger else []


def known(made: Validated) -> str:
    """How many rows lie before the cutoff."""
    used = sum(entry.rows for entry in made.tx.ledger.entries if entry.outcome != "excluded")
    before = made.tx.rows_before(made.windows)
    return f"{before:,} of the {used:,} rows that are used or netted lie before the cutoff {made.windows.cutoff}."


def outlook(made: Validated) -> str:
    """What training would come to."""
    if made.report.refuses_training:
        return "Training would be refused."
    if made.origins.kept:
        return f"Training would go ahead. Backtest at {', '.join(str(origin.cutoff) for origin in made.origins.kept)}."
    if not made.is_backtested:
        return (
            "Training would go ahead without a backtest (backtest.origins asks for none), so the gate would promote "
            "nothing: ask for origins."
        )
    fits = made.shorter_horizon
    shorten = f"shorten the horizon (--set windows.horizon_days={fits}), or " if fits else ""
    return (
        "Training would go ahead. But no origin is left for a backtest, so the gate would promote nothing: "
        f"{shorten}give a longer log."
    )


def findings(report: QualityReport) -> Lines:
    """What the log is like, and what can be done about it."""
    for finding in report.findings:
        shown = f" (such as {', '.join(finding.examples)})" if finding.examples else ""
        yield f"{finding.severity}: {finding.what}{shown}. {finding.to_do}"


def backtest(made: Backtest) -> Lines:
    """How well every contender did at past cutoffs."""
    table = made.table()
    if table.empty:
        yield "No origin could be backtested."
    else:
        intervals = [column for column in table.columns if column.startswith("Δ")]
        plain = [column for column in table.columns if column not in intervals]
        origins = ", ".join(str(origin) for origin in made.origins["origin"])
        yield f"Backtest, mean over the origins {origins}"
        yield from grid(["", *plain], [[name, *map(figure, row)] for name, *row in table[plain].itertuples()])
        yield ""
        yield "regulars against each, paired bootstrap by customer (95 %)"
        yield from grid(["", *intervals], [[name, *row] for name, *row in table[intervals].iloc[1:].itertuples()])
        yield from _by_origin(made)
        yield from made.notes
        yield from _intervals(made)
    yield from (f"skipped: {reason}" for reason in made.skipped)
    yield from _letter(made)


def _by_origin(made: Backtest) -> Lines:
    """Our accuracy at each origin: errors of different seasons cancel in a mean."""
    from regulars.evaluation.trials import OURS

    yield ""
    yield "regulars at each origin"
    shown = ("auc", "log_loss", "churn_bias", "count_bias", "spend_bias")
    days = [str(day) for day in made.origins["origin"]]
    yield from grid(
        ["from", "AUC", "log-loss", "churn bias", "count bias", "spend bias"],
        [[day, *(figure(made.value(OURS, name, over=day)) for name in shown)] for day in days],
    )


def _intervals(made: Backtest) -> Lines:
    """Whether intervals and dates of ours held."""
    means = made.coverage[(made.coverage["origin"] == "mean") & made.coverage["group"].isin(("all", "active"))]
    rows = [
        [f"{NAMED[row['outcome']]}, {row['group']}", f"{row['coverage']:.3f}", f"{row['width']:,.2f}"]
        for row in means.to_dict("records")
    ]
    if rows:
        yield ""
        yield "90 % intervals of regulars; active: bought within one horizon before the origin"
        yield from grid(["", "inside", "mean width"], rows)
    for outcome, at in made.totals.groupby("outcome"):
        yield f"{NAMED[str(outcome)]} of all together: inside at {at['inside'].sum()} of {len(at)} origins"
    for outcome, at in made.earlier_totals.groupby("outcome"):
        found = made.total_errors(str(outcome))
        yield (
            f"{NAMED[str(outcome)]} of all together, forecast{found.where} by what was known then: "
            f"{100 * found.off:.1f} % off on average, inside at {at['inside'].sum()} of {len(at)}"
        )
    for row in made.dates[made.dates["origin"] == "mean"].to_dict("records"):
        yield _next_dates(row)


def _next_dates(row: dict[Any, Any]) -> str:
    """How near the next purchase dates were, beside those of the last gap again."""
    if math.isnan(row["error"]) or math.isnan(row["concordance"]):
        return "next purchase date: too few customers with a date came back to compare it with the actual one"
    return (
        f"next purchase date (the last gap again): concordance {row['concordance']:.3f} "
        f"({row['concordance_rule']:.3f}), {row['error']:.1f} days off ({row['error_rule']:.1f}) where the log "
        f"shows the wait; {row['within']:.3f} within the 80 % interval, {row['promised']:.3f} expected"
    )


def _letter(made: Backtest) -> Lines:
    from regulars.evaluation import grade

    if graded := grade(made):
        yield ""
        yield f"Grade {graded.letter}"
        yield from (f"  {mark.title} {mark.points} of 2: {mark.sentence}" for mark in graded.marks)


def verdict(run: TrainingRun) -> Lines:
    """What the gate decided, and which version is champion now."""
    yield from gate(run.verdict)
    yield f"Registered as {run.model_uri} (content {run.scorer.version}), alias challenger."
    if run.move is None:
        yield _unmoved(run.champion)
    elif run.move.forced:
        yield f"The champion alias was moved although the gate refused: {run.move.reason}"
    else:
        yield f"The champion is version {run.move.to_version}."


def _unmoved(champion: str | None) -> str:
    """Who is champion where the gate refused."""
    if champion:
        return f"Not promoted: the champion stays version {champion}."
    return "Not promoted, and there is no champion: to score, promote a version by hand, or name one with --model."


def certificate(run: TrainingRun) -> Lines:
    """Warnings and failures of the lifetime fit."""
    found = run.scorer.lifetime.certificate
    if found and found["verdict"] != "pass":
        yield f"Lifetime fit: {found['verdict']}."
        found_wrong = [check for check in found["checks"] if check["verdict"] in ("warning", "failure")]
        yield from (f"  {check['model']}: {check['sentence']}" for check in found_wrong)


def gate(decided: Verdict) -> Lines:
    """What the gate decided, and why."""
    yield f"Gate: {'passed' if decided.passed else 'refused'}."
    yield from (f"  {reason}" for reason in decided.reasons)
    yield from (f"  warning: {warning}" for warning in decided.warnings)


def forecast(made: TrainingRun) -> Lines:
    """What all customers together are expected to do after the training cutoff, beside past windows."""
    windows = made.run.windows
    yield f"Forecast for the {windows.horizon_days} days from {windows.cutoff}: {_totals(made.forecast)}."
    yield from made.context.sentences(made.forecast)
    yield made.forecast.basis


def scores(made: Summary) -> Lines:
    """How many customers were scored, and what their scores add up to."""
    yield (
        f"{made.customers:,} customers scored at {made.cutoff}: {made.totals['p_churn']:,.0f} expected not to buy in "
        f"the next {made.horizon_days} days; {_totals(made.forecast)}."
    )
    if made.context:
        yield from made.context.sentences(made.forecast)
    yield made.forecast.basis
    yield made.freshness.in_words


def _totals(made: Forecast) -> str:
    """Order days and money of all together, with their ranges."""
    from regulars.scorer.forecast_context import bounds_in_words

    told = f"{made.purchases.expected:,.0f} order days expected{bounds_in_words(made.purchases)}"
    return f"{told}, worth {made.spend.expected:,.2f}{bounds_in_words(made.spend)}" if made.spend else told
