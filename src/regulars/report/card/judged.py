"""How good a model was at past cutoffs, its grade, and what the gate decided."""

from __future__ import annotations

import math
from collections.abc import Sequence

from regulars.evaluation import Backtest, Run
from regulars.evaluation.compare import MEAN
from regulars.evaluation.coverage import ACTIVE, ALL
from regulars.evaluation.trials import CHAMPION, NAIVE_RULES, OURS, UNTUNED
from regulars.report.card.markdown import Lines, bullets, facts, plain, table
from regulars.report.contenders import title_of
from regulars.report.views import gate_marks
from regulars.report.words import bias, number, percent, points, signed

THIS = "**this model**"
OUTCOMES = {"purchases": "order days", "spend": "money"}

ALONE = ("lightgbm", "lightgbm_features", "regression")  # base models alone: the closest rivals


def accuracy(run: Run) -> Lines:
    """How it did beside the champion, the lifetime model in it and the naive rules; and origin by origin."""
    backtest = run.backtest
    if backtest.origins.empty:
        yield "It could not be evaluated: no past cutoff had enough history before it and a whole window after it."
    else:
        days = ", ".join(str(day) for day in backtest.origins["origin"])
        yield f"All models were refitted at past cutoffs on what was then known, to predict the next window: {days}."
        yield (
            "Naive rules got probabilities and means from the same history. Differences are this model's "
            "figure minus the other's, with the 95 % interval of a paired bootstrap by customer."
        )
        yield ""
        yield from _who_leaves(backtest, _shown(run))
        yield ""
        yield from _how_much(backtest, _shown(run))
        yield ""
        yield from _by_origin(backtest, _best_rule(backtest))
        yield from _intervals(backtest)
    if backtest.skipped or backtest.notes:
        yield ""
        yield from bullets(f"skipped: {plain(reason)}" for reason in backtest.skipped)
        yield from bullets(map(plain, backtest.notes))


def _shown(run: Run) -> list[str]:
    shown = {OURS, CHAMPION, UNTUNED, *ALONE, run.scorer.lifetime.purchases.name, *NAIVE_RULES}
    return [name for name in run.backtest.contenders if name in shown]


def _best_rule(backtest: Backtest) -> str:
    return next(name for name in backtest.contenders if name in NAIVE_RULES)


def _who_leaves(backtest: Backtest, names: Sequence[str]) -> Lines:
    head = ["Who will not order?", "log-loss, lower is better", "difference", "AUC, higher is better", "difference"]
    rows = [
        [
            _named(name),
            number(backtest.value(name, "log_loss"), 4),
            _difference(backtest, name, "log_loss", 4),
            number(backtest.value(name, "auc"), 4),
            _difference(backtest, name, "auc", 4),
        ]
        for name in names
    ]
    yield from table(head, rows)


def _how_much(backtest: Backtest, names: Sequence[str]) -> Lines:
    metrics = ("count_bias", "spend_bias", "spend_gini")
    head = [
        "How much comes?",
        "order days off by (+: too high)",
        "money off by (+: too high)",
        "nGini of money, 1 is perfect",
        "difference",
    ]
    rows = [
        [
            _named(name),
            bias(backtest.value(name, "count_bias")),
            bias(backtest.value(name, "spend_bias")),
            number(backtest.value(name, "spend_gini"), 3),
            _difference(backtest, name, "spend_gini", 3),
        ]
        for name in names
        if not all(math.isnan(backtest.value(name, metric)) for metric in metrics)
    ]
    yield from table(head, rows)


def _by_origin(backtest: Backtest, rule: str) -> Lines:
    head = [
        "origin",
        "customers",
        "did not order",
        "log-loss",
        f"of {title_of(rule)}",
        "order days off (+: too high)",
        "money off",
    ]
    rows = []
    for origin in backtest.origins.to_dict("records"):
        day = str(origin["origin"])
        off = [bias(backtest.value(OURS, metric, over=day)) for metric in ("count_bias", "spend_bias")]
        losses = [number(backtest.value(name, "log_loss", over=day), 4) for name in (OURS, rule)]
        rows.append([day, number(origin["customers"]), percent(origin["churn_rate"], 1), *losses, *off])
    yield from table(head, rows)


def _intervals(backtest: Backtest) -> Lines:
    """How often 90 % intervals held, of customers and of all together."""
    means = backtest.coverage[backtest.coverage["origin"] == MEAN]
    rows = [
        [f"{OUTCOMES[row['outcome']]}, {who}", percent(row["coverage"], 1), number(row["width"], 2)]
        for row in means.to_dict("records")
        if (who := {ALL: "all customers", ACTIVE: "who bought within one horizon before"}.get(row["group"]))
    ]
    if rows:
        yield ""
        yield from table(["90 % intervals", "held for", "mean width"], rows)
        yield ""
        held = [
            f"for {OUTCOMES[str(outcome)]} at {at['inside'].sum()} of {len(at)} origins"
            for outcome, at in backtest.totals.groupby("outcome")
        ]
        yield f"Intervals for all customers together held {' and '.join(held)}."
    yield from _earlier_totals(backtest)


def _earlier_totals(backtest: Backtest) -> Lines:
    """How the forecast of totals alone did at many cutoffs."""
    rows, overlap = [], False
    for outcome, at in backtest.earlier_totals.groupby("outcome"):
        found = backtest.total_errors(str(outcome))
        overlap |= found.overlap
        span, inside = f"{found.days[0]} to {found.days[-1]}", f"{at['inside'].sum()} of {len(at)}"
        rows.append([OUTCOMES[str(outcome)], str(len(at)), span, percent(found.off, 1), bias(found.worst), inside])
    if rows:
        yield ""
        dependent = "; their windows overlap, so they are not independent" if overlap else ""
        yield (
            "Totals alone were forecast at more cutoffs, at each by what was known then. The grade and the gate go by "
            f"these{dependent}."
        )
        yield ""
        yield from table(
            ["forecast total", "cutoffs", "from, to", "off on average", "worst (+: too high)", "90 % interval held"],
            rows,
        )


def _named(contender: str) -> str:
    return THIS if contender == OURS else title_of(contender)


def _difference(backtest: Backtest, contender: str, metric: str, digits: int) -> str:
    at = backtest.comparisons
    for row in at[(at["contender"] == contender) & (at["metric"] == metric)].itertuples(index=False):
        low, high = signed(row.low, digits), signed(row.high, digits)
        return f"{signed(row.difference, digits)} [{low}, {high}] {row.verdict}"
    return ""


def graded(run: Run) -> Lines:
    """The letter and its four marks."""
    if run.grade is None:
        yield "No grade: nothing was tried."
    else:
        yield f"**{run.grade.letter}**, of A to E."
        yield ""
        marks = [(mark.title, str(mark.points), plain(mark.sentence)) for mark in run.grade.marks]
        yield from facts(marks, head=("mark", "of 2", "why"))


def decided(run: Run) -> Lines:
    """What the gate decided, check by check."""
    verdict = run.verdict
    yield f"**{'Passed' if verdict.passed else 'Refused'}.** `regulars history` shows the current champion and why."
    yield ""
    yield from bullets(f"{mark}: {plain(sentence)}" for mark, sentence in gate_marks(verdict.to_dict()))


def in_brief(run: Run) -> Lines:
    """How good it was, in three lines."""
    backtest, verdict = run.backtest, run.verdict
    if run.grade:
        marks = ", ".join(f"{mark.title} {mark.points}" for mark in run.grade.marks)
        rule = _best_rule(backtest)
        ours, its = (number(backtest.value(name, "log_loss", over=MEAN), 4) for name in (OURS, rule))
        off = backtest.value(OURS, "churn_bias")
        side = "too high" if off > 0 else "too low"
        yield f"Grade **{run.grade.letter}** ({marks}, of 2 each)."
        yield (
            f"Log-loss {ours} against {its} of the best rule of thumb ({title_of(rule)}), churn rate "
            f"{points(abs(off))} {side}, at {len(backtest.origins)} past cutoffs."
        )
    yield f"Gate: {'passed' if verdict.passed else 'refused'}."
    if not verdict.passed:
        yield from (plain(reason) for reason in verdict.reasons)
