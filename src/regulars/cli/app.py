"""The verbs. Each reads parameters, calls one flow, and says what was made and what to do next.

Flows and their rooms are imported when a verb runs, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from regulars.cli import machine, show
from regulars.cli.again import FILE, LOG
from regulars.cli.options import Call, verb
from regulars.cli.streams import GuardedGroup
from regulars.languages import Language

USAGE = 2  # exit code of a wrong call


Engine = Literal["local", "spark"]
MailTool = Literal["klaviyo", "mailchimp", "hubspot"]

app = typer.Typer(
    name="regulars",
    cls=GuardedGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Out = Annotated[Path, typer.Option("--out", help="Where to write.")]
ScoresOut = Annotated[str, typer.Option("--out", metavar="PLACE", help="Where to write.")]
Model = Annotated[str | None, typer.Option("--model", help="Model URI. [default: models:/<model_name>@champion]")]
AllowPast = Annotated[bool, typer.Option("--allow-past", help="Score earlier than the training cutoff.")]
Lang = Annotated[Language, typer.Option("--lang", help="Of the page.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the history.")]


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"regulars {version('regulars')}")
        raise typer.Exit


@app.callback()
def regulars(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Who is about to stop buying, what each customer is worth, and whom it pays to win back."""


@verb(app, "seed")
def demo(call: Call) -> None:
    """Run every step on 23,570 real customers, into ./demo/. They are CDNOW's; no network is needed."""
    from regulars.pipelines.demo import run_demo

    folder = Path("demo")
    made = run_demo(call.demo_params(folder), folder)
    call.tell(made, show.demo, machine.demo)


@verb(app, *LOG)
def validate(
    call: Call,
    quarantine: Annotated[Path | None, typer.Option(help="Write the excluded rows here, as Parquet.")] = None,
) -> None:
    """Say what the log holds and what is left out. Exit code 1 if training would be refused."""
    from regulars.pipelines.validate import validate

    made = validate(call.params(), quarantine=quarantine)
    call.tell(made, partial(show.validated, again=call.again), machine.validated)
    if made.report.refuses_training:
        raise typer.Exit(1)


@verb(app, *LOG)
def train(
    call: Call,
    force: Annotated[str | None, typer.Option(help="Promote whatever the gate says, for this reason.")] = None,
    tune: Annotated[
        float | None, typer.Option(metavar="MINUTES", help="Look for better LightGBM parameters for so long first.")
    ] = None,
) -> None:
    """Fit a model, test it on the past, use it if it passes.

    It is logged to MLflow and registered as challenger, and promoted to champion if the gate opens.
    """
    from regulars.pipelines.train import train

    made = train(call.params(), force=force, tune=tune)
    call.tell(made, partial(show.trained, again=call.again), machine.trained)


@verb(app, *LOG)
def backtest(call: Call, out: Out) -> None:
    """Test on past windows, without registering a model.

    Writes backtest.csv and predictions.parquet into the folder --out, and prints what the gate would say.
    """
    from regulars.pipelines.backtest import run_backtest

    made = run_backtest(call.params(), out)
    call.tell(made, show.backtested, machine.backtested)


@verb(app, *FILE)
def promote(
    call: Call,
    reason: Reason,
    version: Annotated[str, typer.Argument(help="Version number or alias.")] = "challenger",
) -> None:
    """Put a version in use: make it the champion."""
    from regulars.tracking.registry import Registry

    params = call.params()
    move = Registry(params.mlflow).promote(version, reason=reason)
    call.tell(move, partial(show.moved, again=call.again, log_named=params.transactions.is_named), machine.moved)


@verb(app, *FILE)
def rollback(call: Call, reason: Reason) -> None:
    """Go back to the previous champion."""
    from regulars.tracking.registry import Registry

    params = call.params()
    move = Registry(params.mlflow).rollback(reason=reason)
    call.tell(move, partial(show.moved, again=call.again, log_named=params.transactions.is_named), machine.moved)


@verb(app, *FILE)
def history(call: Call) -> None:
    """List every change of the champion: when, from, to, why."""
    from regulars.tracking.registry import Registry

    moves = Registry(call.params().mlflow).history()
    call.tell(moves, show.history, machine.history)


@verb(app, *LOG)
def score(
    call: Call,
    out: ScoresOut,
    table: Annotated[str | None, typer.Option(help="The table, where --out is a database. [default: scores]")] = None,
    model: Model = None,
    allow_past: AllowPast = False,
    engine: Annotated[Engine, typer.Option(help="This machine, or a cluster.")] = "local",
    master: Annotated[
        str | None, typer.Option(help="Of Spark: spark://host:7077, sc://host:15002, local[2] and the like.")
    ] = None,
) -> None:
    """Score every customer who bought before the cutoff.

    --out is a file (.parquet, .csv; also s3://bucket/path.parquet), a folder that ends in / (one Parquet file a
    cutoff), or a database (.duckdb, .sqlite, .db, postgresql://user@host/database), whose --table keeps the scores of
    many cutoffs.
    """
    from regulars.pipelines.score import score_log

    params = call.params()
    made = score_log(params, out, table=table, model=model, allow_past=allow_past, engine=engine, master=master)
    call.tell(made, partial(show.scored, again=call.again, offers=bool(params.offers)), machine.scored)


@verb(app, *FILE, "transactions", "cutoff")
def target(
    call: Call,
    out: Out,
    scores: Annotated[Path, typer.Option(help="The scores table.")],
    let_go: Annotated[
        Path | None, typer.Option(help="Write here who is let go, with the reason, as Parquet or CSV.")
    ] = None,
    layout: Annotated[
        MailTool | None,
        typer.Option(help="Also write, beside --out, what this tool imports and whom it must not write to."),
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Of reasons and openings.")] = "en",
) -> None:
    """List whom to contact, with a control group. Offers, budget and capacity are those of the parameters."""
    from regulars.pipelines.retain import target_scores

    made = target_scores(call.params(), scores, out, let_go=let_go, layout=layout, language=lang)
    call.tell(made, show.targeted, machine.targeted)


@verb(app, *FILE, "transactions", "memory_limit")
def measure(
    call: Call,
    out: Out,
    targets: Annotated[Path, typer.Option(help="The work list of the campaign, with its control group.")],
) -> None:
    """Say what a campaign brought beside its control group. It is added to campaign.history, where that is set."""
    from regulars.pipelines.measure import measure_campaign

    made = measure_campaign(call.params(), targets, out)
    call.tell(made, partial(show.measured, again=call.again), machine.measured)


@verb(app, *FILE, "seed")
def uplift(
    call: Call,
    out: Out,
    campaign: Annotated[Path, typer.Option(help="A randomised campaign: one row a customer, Parquet or CSV.")],
) -> None:
    """Say whom a randomised campaign moved. Compares rules of whom to contact side by side."""
    from regulars.pipelines.uplift import judge_campaign

    made = judge_campaign(call.params(), campaign, out)
    call.tell(made, show.uplifted, machine.uplifted)


@verb(app, *FILE, "transactions", "memory_limit")
def monitor(
    call: Call,
    scores: Annotated[str, typer.Option(metavar="PLACE", help="Where `score` wrote them.")],
    table: Annotated[str | None, typer.Option(help="The table, where it is a database. [default: scores]")] = None,
    cutoff: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD, where it holds scores at many. [default: the latest there]")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Model URI. [default: the version that made the scores]")
    ] = None,
) -> None:
    """Say whether the scores can be trusted.

    Compares log, features and scores with training, and predictions with what followed, once that is known.

    Exit code 0: fine. 3: look, something has changed. 4: stop, do not use the scores.
    """
    from regulars.pipelines.monitor import monitor_scores

    made = monitor_scores(call.params(), scores, table=table, cutoff=cutoff, model=model)
    call.tell(made, partial(show.monitored, again=call.again), machine.monitored)
    if severity := int(made.found.verdict.severity):
        raise typer.Exit(severity)


@verb(app, *LOG)
def segment(call: Call, out: Out) -> None:
    """Say who the customers are, without a model. Segment, stage, health, tier, and what has changed lately."""
    from regulars.pipelines.segment import segment_customers

    made = segment_customers(call.params(), out)
    call.tell(made, partial(show.segmented, again=call.again), machine.segmented)


@verb(app, *LOG)
def report(
    call: Call,
    out: Out,
    model: Model = None,
    allow_past: AllowPast = False,
    targets: Annotated[Path | None, typer.Option(help="Show this work list, which `target` wrote.")] = None,
    lang: Lang = "en",
) -> None:
    """Write one HTML page for those who decide."""
    from regulars.pipelines.report import report_log

    made = report_log(call.params(), out, model=model, allow_past=allow_past, targets=targets, language=lang)
    call.tell(made, show.reported, machine.reported)


@verb(app, *LOG)
def customer(
    call: Call,
    customer_id: Annotated[str, typer.Argument(help='The id as it is in the log; after "--" if it begins with "-".')],
    out: Annotated[Path | None, typer.Option("--out", help="Write a page (.html) as well.")] = None,
    scores: Annotated[Path | None, typer.Option(help="The scores table, instead of a model.")] = None,
    targets: Annotated[Path | None, typer.Option(help="The work list: what to offer, or not to contact.")] = None,
    model: Model = None,
    allow_past: AllowPast = False,
    lang: Lang = "en",
) -> None:
    """Show one customer, for the person who calls. Without a model: facts and states alone."""
    from regulars.pipelines.customer import Sources, show_customer

    made = show_customer(
        call.params(), customer_id, Sources(scores, targets, model, allow_past), out=out, language=lang
    )
    call.tell(made, show.customer, machine.customer)


@verb(app, *LOG)
def verify_leakage(call: Call, model: Model = None) -> None:
    """Show that nothing after the cutoff changes a score.

    Corrupts all that lies at or after it, in a copy; exit code 1 if a feature or score changes.

    As nothing comes after the cutoff `latest`, it is then a horizon earlier, or in the middle of a short log.
    """
    from regulars.pipelines.verify_leakage import verify_leakage

    made = verify_leakage(call.params(), model=model)
    call.tell(made, show.verified, machine.verified)
    if not made.holds:
        raise typer.Exit(1)


@verb(app, *FILE, "transactions", "memory_limit")
def forget(
    call: Call,
    customer_id: Annotated[str, typer.Argument(help='The id as it is in the log; after "--" if it begins with "-".')],
    within: Annotated[
        list[str] | None,
        typer.Option(
            "--in",
            metavar="PLACE",
            help="A table, database, page or folder to remove the customer from; repeatable.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list where the customer is.")] = False,
) -> None:
    """Remove a customer, and leave them out from now on.

    The log is only read: its lines of the customer are left out of every later run.

    --in is a file or a folder, postgresql://user@host/database, or s3://bucket/path (all below it if it ends in /).

    Exit code 1 if the customer was found nowhere (they are left out from now on all the same), or if a page has to be
    made again.
    """
    from regulars.pipelines.forget import forget_customer

    made = forget_customer(call.params(), customer_id, within or (), dry_run=dry_run)
    call.tell(made, show.forgot, machine.forgot)
    if not made.is_complete:
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; with --json a wrong call is told to machines too."""
    try:
        app()
    except SystemExit as ended:
        if ended.code == USAGE and "--json" in sys.argv:
            print('{"error": "The command was called wrongly; stderr says how."}', flush=True)
        raise
