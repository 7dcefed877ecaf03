"""Results in words: what was made, where, and what to do next."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from regulars.benchmark import Benchmark
    from regulars.cli.options import Again
    from regulars.evaluation import Backtest, LeakProof, Verdict
    from regulars.pipelines.backtest import BacktestRun
    from regulars.pipelines.demo import Demo
    from regulars.pipelines.report import Reported
    from regulars.pipelines.retain import Targeted
    from regulars.pipelines.score import Scored
    from regulars.pipelines.train import TrainingRun
    from regulars.pipelines.validate import Validated
    from regulars.tracking.registry import Move
    from regulars.transactions import QualityReport
    from regulars.transactions.ledger import Ledger

Lines = Iterator[str]


def demo(made: Demo, again: Again) -> str:
    """The demo's closing summary."""
    return _joined(
        _ledger(made.run.validated.tx.ledger),
        [_known(made.run.validated)],
        _findings(made.run.validated.report),
        _backtest(made.run.backtest),
        made.run.scorer.notes,
        _certificate(made.run),
        _verdict(made.run),
        _scores(made.scored),
        [made.targeted.targets.in_words],
        _made(
            ("scores", made.scored.path),
            ("work list", made.targeted.path),
            ("report", made.reported.path),
            ("MLflow store", made.run.validated.params.mlflow.tracking_uri),
        ),
        _next(
            "open the report in a browser",
            *_activation(),
            "look at your own log: copy params.yaml to shop.yaml, name the log and map its columns there, then\n"
            "  regulars validate --params shop.yaml",
        ),
    )


def validated(made: Validated, again: Again) -> str:
    """What the log holds, what became of every row, and whether training would be refused."""
    report = made.report
    columns = [
        [c.ours, c.theirs, c.kind, _number(c.absent), c.smallest or "-", c.largest or "-"] for c in report.columns
    ]
    return _joined(
        _grid(["column", "from", "type", "absent", "smallest", "largest"], columns),
        _ledger(made.tx.ledger),
        [_known(made)],
        [f"Cutoff {made.windows.cutoff}, horizon {made.windows.horizon_days} days."],
        [f"backtest origin skipped: {reason}" for reason in made.skipped_origins],
        _findings(report),
        ["Training would be refused." if report.refuses_training else "Training would go ahead."],
        [] if report.refuses_training else _next(f"regulars train{again.log}"),
    )


def trained(made: TrainingRun, again: Again) -> str:
    """What training made, and what the gate said."""
    following = f"regulars score{again.log} --out scores.parquet"
    if made.move is None:
        promote = f'regulars promote {made.logged.version}{again.file} --reason "..."'
        following = f"read the reasons; to promote it all the same: {promote}"
    return _joined(
        _ledger(made.validated.tx.ledger),
        [_known(made.validated)],
        _findings(made.validated.report),
        _backtest(made.backtest),
        made.scorer.notes,
        _certificate(made),
        _verdict(made),
        _next(following),
    )


def backtested(made: BacktestRun, again: Again) -> str:
    """The backtest and what the gate would say."""
    return _joined(
        _backtest(made.backtest),
        _gate(made.verdict),
        _made(("predictions", made.folder / "predictions.parquet"), ("table", made.folder / "backtest.csv")),
    )


def scored(made: Scored, again: Again) -> str:
    """What was scored, and where the scores are."""
    return _joined(
        _scores(made),
        _made(("scores", made.path), ("manifest", made.manifest)),
        _next(
            f"regulars target{again.file} --scores {shlex.quote(str(made.path))} --out targets.csv"
            if made.scores["expected_spend"].notna().all()
            else f"regulars report{again.log} --out report.html"
        ),
    )


def targeted(made: Targeted, again: Again) -> str:
    """Whom to contact, and where the list is."""
    return _joined([made.targets.in_words], _made(("work list", made.path)))


def reported(made: Reported, again: Again) -> str:
    """Where the report is."""
    return _joined(_made(("report", made.path)), _next("open it in a browser"))


def verified(made: LeakProof, again: Again) -> str:
    """What each corruption of the future changed, and what follows."""
    rows = [
        [t.corruption, _number(t.features), "-" if t.scores is None else _number(t.scores), _number(t.peeking)]
        for t in made.tried
    ]
    verdict = (
        f"Proven: {made.values:,} values at {made.windows.cutoff} are the same bytes, whatever comes after. A planted "
        "leak was found each time."
        if made.holds
        else "Not proven: a value above changed, or a corruption did not find the planted leak. Do not use the scores."
    )
    head = ["at or after the cutoff", "features changed", "scores changed", "a planted leak changes"]
    return _joined(_grid(head, rows), [verdict])


def moved(move: Move, again: Again) -> str:
    """Where the champion alias stands now."""
    if move.from_version == move.to_version:
        return f"Version {move.to_version} is the champion already; nothing was moved or recorded."
    before = f"version {move.from_version}" if move.from_version else "no champion"
    return _joined(
        [f"The champion is version {move.to_version} now (before: {before}). Reason: {move.reason}"],
        _next(f"regulars score{again.file} --out scores.parquet"),
    )


def history(moves: pd.DataFrame, again: Again) -> str:
    """Every move of the champion alias."""
    rows = [
        [f"{m['when']:%Y-%m-%d %H:%M:%S} UTC", str(m["from"] or "-"), str(m["to"]), m["action"], m["reason"]]
        for m in moves.to_dict("records")
    ]
    return _joined(_grid(["when", "from", "to", "action", "reason"], rows))


def benchmarked(made: Benchmark, again: Again) -> str:
    """What each side needed, a table for each number of customers."""
    head = ["task", "beside", "seconds", "theirs", "ratio", "from", "to", "MB", "theirs", "agreement"]
    blocks: list[Iterable[str]] = []
    for customers, contests in made.table.groupby("customers"):
        figures = contests.drop(columns=["customers", "task", "rival", "agreement"]).map(lambda value: f"{value:.3g}")
        rows = [
            [contest["task"], contest["rival"], *row, contest["agreement"]]
            for contest, row in zip(contests.to_dict("records"), figures.to_numpy().tolist(), strict=True)
        ]
        blocks.append([f"{customers:,} customers", *_grid(head, rows)])
    return _joined(*blocks, [made.machine])


def featured(made: Benchmark, again: Again) -> str:
    """What every contestant needed, a table for each number of rows."""
    head = ["contestant", "CPU s", "seconds", "peak MB", "x group-by", "agrees"]
    blocks: list[Iterable[str]] = []
    for rows, contestants in made.table.groupby("rows"):
        figures = contestants[["cpu_seconds", "seconds", "megabytes", "floors"]].map(
            lambda value: f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
        )
        agrees = [{True: "yes", False: "no"}.get(agreed, "") for agreed in contestants["agrees"]]
        lines = [
            [name, *row, agreed]
            for name, row, agreed in zip(contestants["contestant"], figures.to_numpy().tolist(), agrees, strict=True)
        ]
        blocks.append([f"{rows:,} rows", *_grid(head, lines)])
    return _joined(*blocks, [made.machine])


def _joined(*blocks: Iterable[str]) -> str:
    texts = ("\n".join(block) for block in blocks)
    return "\n\n".join(text for text in texts if text)


def _next(*steps: str) -> Lines:
    yield "Next:"
    yield from (f"  {step}" for step in steps)


def _activation() -> Lines:
    """What puts the command on the PATH, where it is not."""
    script = Path(sys.executable).parent / "activate"
    if script.exists() and not which("regulars"):
        place = script.relative_to(Path.cwd()) if script.is_relative_to(Path.cwd()) else script
        yield f"have the command at hand: . {place}"


def _made(*things: tuple[str, Any]) -> Lines:
    yield "Made:"
    width = max(len(name) for name, _ in things)
    yield from (f"  {name:{width}}  {where}" for name, where in things)


def _ledger(ledger: Ledger) -> Lines:
    rows = [
        [str(entry.outcome), entry.reason, _number(entry.rows), _number(entry.customers), _money(entry.money)]
        for entry in ledger.entries
    ]
    rows.append(["total", "", _number(ledger.rows), _number(ledger.customers), _money(ledger.money)])
    yield from _grid(["outcome", "reason", "rows", "customers", "money"], rows)
    yield "A customer counts once, in the first line that holds one of their rows."
    for change in ledger.adjustments:
        yield f"booked otherwise than read: {change.what}, {_number(change.rows)} rows, {_money(change.money)}"


def _known(made: Validated) -> str:
    used = sum(entry.rows for entry in made.tx.ledger.entries if entry.outcome != "excluded")
    before = made.tx.rows_before(made.windows)
    return f"{before:,} of the {used:,} rows that are used or netted lie before the cutoff {made.windows.cutoff}."


def _findings(report: QualityReport) -> Lines:
    yield from (f"{finding.severity}: {finding.what}. {finding.to_do}" for finding in report.findings)


def _backtest(backtest: Backtest) -> Lines:
    table = backtest.table()
    if table.empty:
        yield "No origin could be backtested."
    else:
        intervals = [column for column in table.columns if column.startswith("Δ")]
        plain = [column for column in table.columns if column not in intervals]
        origins = ", ".join(str(origin) for origin in backtest.origins["origin"])
        yield f"Backtest, mean over the origins {origins}"
        yield from _grid(["", *plain], [[name, *map(_figure, row)] for name, *row in table[plain].itertuples()])
        yield ""
        yield "regulars against each, paired bootstrap by customer (95 %)"
        yield from _grid(["", *intervals], [[name, *row] for name, *row in table[intervals].iloc[1:].itertuples()])
    yield from (f"skipped: {reason}" for reason in backtest.skipped)


def _verdict(run: TrainingRun) -> Lines:
    yield from _gate(run.verdict)
    yield f"Registered as {run.model_uri} (content {run.scorer.version}), alias challenger."
    if run.move is None:
        yield "Not promoted: the champion stays as it was."
    elif run.move.forced:
        yield f"The champion alias was moved although the gate refused: {run.move.reason}"
    else:
        yield f"The champion is version {run.move.to_version}."


def _certificate(run: TrainingRun) -> Lines:
    certificate = run.scorer.lifetime.certificate
    if certificate and certificate["verdict"] != "pass":
        yield f"Lifetime fit: {certificate['verdict']}."
        doubts = [check for check in certificate["checks"] if check["verdict"] in ("warning", "failure")]
        yield from (f"  {check['model']}: {check['sentence']}" for check in doubts)


def _gate(verdict: Verdict) -> Lines:
    yield f"Gate: {'passed' if verdict.passed else 'refused'}."
    yield from (f"  {reason}" for reason in verdict.reasons)
    yield from (f"  warning: {warning}" for warning in verdict.warnings)


def _scores(made: Scored) -> Lines:
    scores, horizon = made.scores, made.scorer.horizon_days
    cutoff = scores["cutoff"].iloc[0]
    yield (
        f"{len(scores):,} customers scored at {cutoff:%Y-%m-%d}: {scores['p_churn'].sum():,.0f} expected not to buy in "
        f"the next {horizon} days; {scores['expected_purchases'].sum():,.0f} order days expected"
        + (f", worth {scores['expected_spend'].sum():,.2f}." if scores["expected_spend"].notna().all() else ".")
    )


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    """A table for a terminal: numbers to the right, words to the left."""
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    right = [all(_is_number(row[k]) for row in rows) for k in range(len(head))]
    for row in [head, *rows]:
        cells = (
            f"{cell:>{width}}" if r else f"{cell:{width}}" for cell, width, r in zip(row, widths, right, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _is_number(cell: str) -> bool:
    return cell in ("", "-") or cell.replace(",", "").replace(".", "").lstrip("+-").isdigit()


def _number(value: int) -> str:
    return f"{value:,}"


def _money(value: Any) -> str:
    return "-" if value is None else f"{value:,.2f}"


def _figure(value: Any) -> str:
    return "-" if value != value else f"{value:.4f}"
