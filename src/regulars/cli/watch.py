"""What the monitor found, in words: the verdict, its causes, and figures beside their limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.cli.again import Again
from regulars.cli.layout import Lines, grid, number

if TYPE_CHECKING:
    from regulars.pipelines.monitor import MonitorRun

SHOWN = 8


def verdict(made: MonitorRun) -> Lines:
    """The verdict, then every finding, causes before consequences."""
    scorer, found = made.model.scorer, made.found.verdict
    yield found.in_words
    for finding in found.findings:
        yield f"  {finding.severity.name.lower()}: {finding.sentence}"
    yield found.advice
    yield (
        f"Scores at {made.windows.cutoff} by {made.model.uri} (content {scorer.version}, trained up to "
        f"{scorer.training_cutoff}). {made.freshness.in_words}"
    )


def not_judged(made: MonitorRun) -> Lines:
    """What could not be looked at."""
    yield from (f"not judged: {reason}" for reason in made.found.verdict.not_judged)


def moved(made: MonitorRun) -> Lines:
    """The columns that moved most, beside the limits that chance and the usual change set."""
    columns = sorted(made.found.columns, key=lambda column: (-column.excess, column.name))[:SHOWN]
    if not columns:
        return
    yield f"Since the training cutoff: the {len(columns)} of {len(made.found.columns)} columns closest to their limits"
    rows = [
        [
            column.name,
            *(f"{d:.3f} ({limit:.3f})" for d, limit in zip(column.distances, column.limits, strict=True)),
            "moved" if column.has_moved else "",
        ]
        for column in columns
    ]
    yield from grid(["", "PSI (limit)", "KS (limit)", "Wasserstein (limit)", ""], rows)


def outcomes(made: MonitorRun) -> Lines:
    """The scores in hindsight."""
    found = made.found.outcomes
    if found is None:
        return
    yield (
        f"The window has ended: of {number(found.customers)} customers {100 * found.churn:.1f} % did not buy "
        f"({100 * found.predicted_churn:.1f} % predicted); AUC {found.auc:.3f}, log-loss {found.log_loss:.4f}, "
        f"calibration error {found.calibration_error:.3f}"
    )
    for total in found.totals:
        held = {None: "no interval", True: "inside", False: "outside"}[total.is_inside]
        bounds = f" (90 %: {total.low:,.0f} to {total.high:,.0f})" if total.low is not None else ""
        yield f"{total.title}: {total.expected:,.0f} forecast{bounds}, {total.actual:,.0f} actual: {held}"
    for name, (share, customers) in found.coverage.items():
        yield f"90 % intervals for {name} of {number(customers)} active customers: {100 * share:.1f} % inside"
    for campaign in found.campaigns:
        yield (
            f"Campaign {campaign.name}: {campaign.expected:,.0f} profit expected, {campaign.realised:,.0f} realised "
            f"(standard error {campaign.error:,.0f})"
        )


def following(made: MonitorRun, again: Again) -> Lines:
    """What to do."""
    advice = made.found.verdict.advice
    if advice.startswith("Train again"):
        yield f"regulars train{again.log}"
    elif advice.startswith("Explain"):
        yield f"regulars validate{again.log}"
    else:
        yield "nothing; run it again with the next scores"
