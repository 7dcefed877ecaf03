"""Results in words: what was made, where, and what to do next."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from regulars.cli import contact_list, erased, moved_by, moving, paragraphs, states, watch
from regulars.cli.again import Again
from regulars.cli.layout import aligned, grid, joined, number, what_next, what_was_made

if TYPE_CHECKING:
    import pandas as pd

    from regulars.evaluation import LeakProof
    from regulars.pipelines.backtest import BacktestRun
    from regulars.pipelines.customer import CustomerShown
    from regulars.pipelines.demo import Demo
    from regulars.pipelines.forget import Erasure
    from regulars.pipelines.measure import Measured
    from regulars.pipelines.monitor import MonitorRun
    from regulars.pipelines.report import Reported
    from regulars.pipelines.retain import Targeted
    from regulars.pipelines.segment import SegmentsTable
    from regulars.pipelines.training_run import TrainingRun
    from regulars.pipelines.uplift import Uplifted
    from regulars.pipelines.validate import Validated
    from regulars.predict import ScoresTable
    from regulars.tracking.registry import Move


def demo(made: Demo) -> str:
    """The demo's closing summary."""
    return joined(
        paragraphs.ledger(made.run.validated.tx.ledger),
        [paragraphs.known(made.run.validated)],
        paragraphs.findings(made.run.validated.report),
        paragraphs.backtest(made.run.backtest),
        [note.text for note in made.run.scorer.notes],
        paragraphs.certificate(made.run),
        paragraphs.verdict(made.run),
        paragraphs.scores(made.table.summary),
        ["The offer is the demo's own: nobody knows what CDNOW offered.", *contact_list.work_list(made.targeted)],
        contact_list.first_rows(made.targeted.targets.frame),
        what_was_made(
            ("scores", made.table.placed.path),
            ("work list", made.targeted.path),
            ("report", made.reported.path),
            paragraphs.card(made.run),
            ("MLflow store", made.run.validated.params.mlflow.tracking_uri),
        ),
        what_next(
            "open the report in a browser",
            *paragraphs.activation(),
            "look at your own log: regulars validate --transactions YOUR_ORDERS.csv\n"
            "  A shop's export is read as it is; other columns are mapped in params.yaml (docs/quickstart.md)",
        ),
    )


def validated(made: Validated, again: Again) -> str:
    """What the log holds, what became of every row, and whether training would be refused."""
    report, log = made.report, made.tx.ledger
    quarantine = f"see what is excluded: regulars validate{again.log} --quarantine excluded.parquet"
    following = [] if report.refuses_training else [f"regulars train{again.log}"]
    if fits := made.shorter_horizon:
        following.insert(0, f"ask about fewer days: regulars validate{again.log} --set windows.horizon_days={fits}")
    if any(entry.outcome == "excluded" for entry in log.entries):
        following.append(quarantine)
    return joined(
        [report.layout.in_words] if report.layout else [],
        paragraphs.columns(report),
        paragraphs.ledger(log),
        paragraphs.outcomes(),
        paragraphs.attributes(made.attribute_ledger),
        [ledger.in_words for ledger in made.feed_ledgers],
        [paragraphs.known(made), f"Cutoff {made.windows.cutoff}, horizon {made.windows.horizon_days} days."],
        made.freshness.sentences(),
        [*(f"backtest origin skipped: {reason}" for reason in made.origins.skipped), *made.origins.notes],
        paragraphs.findings(report),
        [paragraphs.outlook(made)],
        what_next(*following) if following else [],
    )


def trained(made: TrainingRun, again: Again) -> str:
    """What training made, and what the gate decided."""
    following = f"regulars score{again.log} --out scores.parquet"
    if made.move is None:
        promote = f'regulars promote {made.logged.version}{again.file} --reason "..."'
        following = f"read the reasons; to promote it all the same: {promote}"
    return joined(
        paragraphs.ledger(made.validated.tx.ledger),
        paragraphs.attributes(made.validated.attribute_ledger),
        [paragraphs.known(made.validated)],
        paragraphs.findings(made.validated.report),
        paragraphs.backtest(made.backtest),
        [made.tuned.in_words] if made.tuned else [],
        [note.text for note in made.scorer.notes],
        paragraphs.forecast(made),
        paragraphs.certificate(made),
        paragraphs.verdict(made),
        what_was_made(paragraphs.card(made)),
        what_next(following),
    )


def backtested(made: BacktestRun) -> str:
    """The backtest and what the gate would say."""
    return joined(
        paragraphs.backtest(made.backtest),
        [*paragraphs.gate(made.verdict), "  Training looks at the certificate of the lifetime fit, too."],
        what_was_made(("predictions", made.folder / "predictions.parquet"), ("table", made.folder / "backtest.csv")),
    )


def scored(made: ScoresTable, again: Again, *, offers: bool) -> str:
    """What was scored, and where the scores are; a work list is only to be had where offers are stated."""
    placed = made.placed
    following = [f"regulars report{again.log} --out report.html"]
    if offers and made.summary.has_money and placed.is_file:
        following.append(f"regulars target{again.file} --scores {shlex.quote(placed.path)} --out targets.csv")
    where = f"{placed.path} ({placed.table})" if placed.table else placed.path
    return joined(
        paragraphs.scores(made.summary),
        paragraphs.attributes(made.summary.attribute_ledger),
        what_was_made(("scores", where), ("manifest", placed.manifest), before=made.is_unchanged),
        what_next(*following),
    )


def targeted(made: Targeted) -> str:
    """Whom to contact, and where the list is."""
    age = [made.freshness.in_words] if made.freshness else []
    return joined(
        [*contact_list.work_list(made), *age],
        contact_list.first_rows(made.targets.frame),
        what_was_made(("work list", made.path), *made.more),
    )


def measured(made: Measured, again: Again) -> str:
    """What a campaign brought, and where it is written down."""
    written = [("effects", made.path)]
    if made.history:
        written.append(("campaign history", made.history))
    following = (
        f"make the next list, whose rates are learned from the history: regulars target{again.file} --scores "
        "scores.parquet --out targets.csv"
        if made.history
        else "keep it for campaigns to come: set campaign.history to a file, and measure again"
    )
    so_far = [made.track_record.in_words] if made.campaigns > 1 else []
    together = [text for text in (*so_far, made.keeping_cost.in_words) if text]
    return joined(made.measurement.sentences(), together, what_was_made(*written), what_next(following))


def uplifted(made: Uplifted) -> str:
    """Who responds because of a contact, and what rules would bring."""
    found = made.judgement
    return joined(
        moved_by.campaign(found),
        *(moved_by.arm(judged) for judged in found.judged),
        what_was_made(("predictions", made.path), ("judgement", made.manifest)),
    )


def monitored(made: MonitorRun, again: Again) -> str:
    """The verdict, causes first, and what to do."""
    return joined(
        watch.verdict(made),
        watch.not_judged(made),
        watch.moved(made),
        watch.outcomes(made),
        what_next(*watch.following(made, again)),
    )


def segmented(made: SegmentsTable, again: Again) -> str:
    """Who the customers are, what has changed, and who needs somebody first."""
    return joined(
        states.segments(made.states),
        states.moves(made.states),
        [*states.tiers(made.states), *made.tier_worth["meaning"]],
        states.watched(made.states),
        states.best(made.states),
        states.falling_off(made.states),
        moving.movement(made.dynamics),
        moving.repeat_orders(made.dynamics),
        moving.tenure(made.dynamics),
        moving.by_first_order(made.dynamics),
        moving.order_course(made.dynamics),
        moving.months(made.dynamics),
        moving.cohorts(made.dynamics),
        moving.concentration(made.dynamics),
        moving.drivers(made.drivers),
        *map(moving.from_feed, made.feeds.values()),
        [made.freshness.in_words],
        what_was_made(("states", made.path), ("manifest", made.manifest)),
        what_next(
            f"score the customers too: regulars score{again.log} --out scores.parquet",
            f"where there is no model yet, train one first: regulars train{again.log}",
        ),
    )


def reported(made: Reported) -> str:
    """Where the report is."""
    return joined(what_was_made(("report", made.path)), what_next("open it in a browser"))


def customer(made: CustomerShown) -> str:
    """One customer: what to do, and all that it rests on."""
    from regulars.report import history_line, sections

    found = made.customer
    parts = [
        [part.title, *(f"  {line}" for line in aligned(part.lines))]
        for part in sections(found, made.outlook, made.contact)
    ]
    return joined(
        [
            f"Customer {found.history.customer_id}, known up to {found.windows.cutoff}",
            f"order days by month: {history_line(found)}",
        ],
        *parts,
        [made.freshness.in_words],
        what_was_made(("page", made.path)) if made.path else [],
    )


def verified(made: LeakProof) -> str:
    """What each corruption of the future changed, and what follows."""
    rows = [
        [t.corruption, number(t.features), "-" if t.scores is None else number(t.scores), number(t.peeking)]
        for t in made.tried
    ]
    verdict = (
        f"Proven: {made.values:,} values at {made.windows.cutoff} are the same bytes, whatever comes after. A planted "
        "leak was found each time."
        if made.holds
        else "Not proven: a value above changed, or a corruption did not find the planted leak. Do not use the scores."
    )
    head = ["at or after the cutoff", "features changed", "scores changed", "a planted leak changes"]
    return joined(grid(head, rows), [verdict])


def forgot(made: Erasure) -> str:
    """What was removed, what is left to do, and where the certificate is."""
    return joined(
        erased.tables(made),
        erased.unfinished(made),
        erased.log(made),
        erased.left(made),
        erased.recorded(made),
        [] if made.is_dry else what_was_made(("certificate", made.certificate)),
    )


def moved(move: Move, again: Again, *, log_named: bool) -> str:
    """Where the champion alias stands now; where no parameters name the log, it has to be named to be scored."""
    if move.from_version == move.to_version:
        return f"Version {move.to_version} is the champion already; nothing was moved or recorded."
    before = f"version {move.from_version}" if move.from_version else "no champion"
    refused = "; the gate had refused it" if move.forced else ""
    return joined(
        [f"The champion is version {move.to_version} now (before: {before}{refused}). Reason: {move.reason}"],
        what_next(
            f"regulars score{again.file} --out scores.parquet"
            if log_named
            else f"with the log and the options of the training: regulars score --transactions LOG{again.file} --out "
            "scores.parquet"
        ),
    )


def history(moves: pd.DataFrame) -> str:
    """Every move of the champion alias."""
    rows = [
        [
            f"{m['when']:%Y-%m-%d %H:%M:%S} UTC",
            str(m["from"] or "-"),
            str(m["to"]),
            m["grade"] or "-",
            f"{m['action']}{', forced' if m['forced'] else ''}",
            m["reason"],
        ]
        for m in moves.to_dict("records")
    ]
    return joined(grid(["when", "from", "to", "grade", "action", "reason"], rows))
