"""Whether the log is still the one that the model was trained on: its columns, its past, its rows and its pace."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.features import DayOutcomes
from regulars.monitoring.distribution import Distribution
from regulars.monitoring.findings import Finding, Severity
from regulars.monitoring.reference import History, Reference, endings
from regulars.transactions import Freshness, Transactions
from regulars.transactions.quality.new_labels import NewLabels
from regulars.windows import Windows

SMALL, LARGE = 0.01, 0.10  # changes of what cannot change: corrections that come late, and another log
LEAST_PACE = math.log(1.25)  # a change of pace below a quarter is no finding
SIGMAS = 4.0  # of a change, beyond which chance is no explanation
SPANS = 12  # earlier spans that tell the usual changes
LEAST_DAYS, LEAST_ORDERS = 28, 20  # a span is so long, and a pace rests on so many order days
MANY_NEW = 0.01  # share of lines with labels that were never there before
TIMES_USUAL = 2.0


def missing_columns(tx: Transactions, reference: Reference | None, missing: Sequence[str]) -> Iterator[Finding]:
    """Columns that the log had at training, and features that cannot be computed without them."""
    gone = sorted(set(reference.columns) - tx.columns) if reference else []
    if missing:
        named = f"the column{'s' * (len(gone) != 1)} {', '.join(gone)}" if gone else "columns that it had"
        yield Finding(
            "schema",
            Severity.STOP,
            f"The log lacks {named}: {len(missing)} features of the model cannot be computed, such as {missing[0]}.",
        )
    elif gone:
        yield Finding("schema", Severity.LOOK, f"The log lacks columns that it had at training: {', '.join(gone)}.")


def rewritten(reference: Reference, history: History, shapes: Mapping[str, Distribution]) -> Iterator[Finding]:
    """Whether the days before the training cutoff are still what they were: nothing but corrections changes them."""
    changes = {
        name: (before, now, now / before - 1)
        for name, before, now in (
            ("customers", reference.history.customers, history.customers),
            ("order days", reference.history.order_days, history.order_days),
            ("money", reference.history.money, history.money),
        )
        if before and now is not None
    }
    moved = {
        name: _moved(shape, shapes[name], reference.history.customers)
        for name, shape in reference.distributions.items()
        if name in shapes
    }
    worst = max(moved, key=lambda name: (moved[name], name), default=None)
    largest = max([abs(change) for *_, change in changes.values()] + ([moved[worst]] if worst else []), default=0.0)
    if largest < SMALL:
        return
    parts = [
        f"{name} {before:,.0f}, now {now:,.0f} ({100 * change:+.1f} %)"
        for name, (before, now, change) in changes.items()
        if abs(change) >= SMALL
    ]
    if not parts and worst:
        parts = [f"{100 * moved[worst]:.1f} % of the customers have another {worst}"]
    yield Finding(
        "history",
        Severity.STOP if largest >= LARGE else Severity.LOOK,
        f"The log's past has changed. Before {reference.cutoff}, the training cutoff, it had at training: "
        f"{'; '.join(parts)}.",
    )


def _moved(before: Distribution, now: Distribution, customers: int) -> float:
    """Share of the customers who would have to change for the one distribution to become the other, at least.

    Where training kept the distribution of a sample of its `customers`, what a draw alone can do is taken off.
    """
    missing = abs(before.missing / max(before.size, 1) - now.missing / max(now.size, 1))
    known = float(np.abs(before.shares_below - now.shares_below).max(initial=0.0))
    chance = SIGMAS / (2.0 * math.sqrt(before.size)) if 0 < before.size < customers else 0.0
    return max(missing - chance, known - chance, 0.0)


def stale(freshness: Freshness, max_age_days: int | None) -> Iterator[Finding]:
    """Whether the log ends too early."""
    if max_age_days is not None and freshness.counted_days > max_age_days:
        yield Finding(
            "freshness",
            Severity.STOP,
            f"The log is {freshness.counted_days} days old; transactions.max_age_days allows {max_age_days}.",
        )
    elif freshness.is_stale:
        yield Finding("freshness", Severity.LOOK, next(iter(freshness.warnings())))


def ledger_shares(tx: Transactions, reference: Reference) -> Iterator[Finding]:
    """Whether rows end otherwise than they did: more without a customer, more returns."""
    now, rows = endings(tx), tx.ledger.rows
    for reason in sorted({*now, *reference.endings} - {"purchase", "forgotten customer"}):
        before = reference.endings.get(reason, 0) / reference.rows
        share = now.get(reason, 0) / rows
        pooled = (reference.endings.get(reason, 0) + now.get(reason, 0)) / (reference.rows + rows)
        chance = SIGMAS * math.sqrt(pooled * (1 - pooled) * (1 / reference.rows + 1 / rows))
        if abs(share - before) > max(SMALL, chance):
            yield Finding(
                "ledger",
                Severity.STOP if abs(share - before) > LARGE else Severity.LOOK,
                f"{100 * share:.1f} % of the rows end as “{reason}”; at training {100 * before:.1f} %.",
            )


def unseen_labels(latest: NewLabels, earlier: Sequence[NewLabels]) -> Iterator[Finding]:
    """Labels that were never in the log before, where there are more of them than there used to be."""
    usual = max((each.share for each in earlier), default=0.0)
    if latest.share > max(MANY_NEW, TIMES_USUAL * usual):
        yield Finding(
            "labels",
            Severity.LOOK,
            f"{latest.new:,} of {latest.lines:,} lines since {latest.since} ({100 * latest.share:.1f} %) have a "
            f"{latest.column} that was never there before, such as {', '.join(map(repr, latest.examples))}; in "
            f"earlier spans of this length up to {100 * usual:.1f} %.",
        )


@dataclass(frozen=True)
class Pace:
    """A figure of the log in equal spans, latest first, on a scale on which changes are differences.

    Parameters
    ----------
    code, name : str
    shown : tuple of float
        As people read it.
    values, errors : array of float
        Transformed, and their standard errors.
    """

    code: str
    name: str
    shown: tuple[float, ...]
    values: Floats
    errors: Floats
    least: float

    def finding(self, spans: Sequence[Windows], season: float | None) -> Finding | None:
        """A finding where the latest change lies outside the earlier ones by more than chance."""
        changes = [float(change) for change in self.values[:-1] - self.values[1:] if math.isfinite(change)]
        if len(changes) < 2 or not math.isfinite(self.values[0] - self.values[1]):
            return None
        latest, usual = changes[0], [*changes[1:], *([season] if season is not None else [])]
        room = max(self.least, SIGMAS * math.hypot(self.errors[0], self.errors[1]))
        if min(usual) - room <= latest <= max(usual) + room:
            return None
        direction = "fell" if latest < 0 else "rose"
        return Finding(
            self.code,
            Severity.LOOK,
            f"{self.name} {direction}: {self.shown[0]:,.3g} in [{spans[0].cutoff}, {spans[0].closes}), "
            f"{self.shown[1]:,.3g} in the {spans[0].horizon_days} days before. "
            f"No change between earlier spans was as large.",
        )


def spans_before(cutoff: Windows, days: int, first_day: dt.date) -> list[Windows]:
    """Equal spans before a cutoff, latest first, as far as the log reaches."""
    latest = cutoff.with_horizon(days).before_cutoff()
    found = [latest.shifted(-days * k) for k in range(SPANS + 1)]
    return [span for span in found if span.history_days(first_day) >= 0]


def paces(days: DayOutcomes, spans: Sequence[Windows], *, has_money: bool) -> Iterator[Pace]:
    """Order days a day, and money of an order day, in each span."""
    inside = [span.is_in_label(days.day) & days.ordered for span in spans]
    counts = np.array([rows.sum() for rows in inside], dtype=np.float64)
    enough = counts >= LEAST_ORDERS
    with np.errstate(divide="ignore", invalid="ignore"):
        per_day = counts / spans[0].horizon_days
        # Customers order in bursts: the variance of a count is taken as twice its mean.
        yield Pace(
            "activity",
            "Order days a day",
            tuple(per_day),
            np.where(enough, np.log(per_day), np.nan),
            np.sqrt(2 / np.maximum(counts, 1)),
            LEAST_PACE,
        )
        if has_money:
            means = np.array([days.money[rows].mean() if rows.any() else np.nan for rows in inside])
            spread = np.array([days.money[rows].std() if rows.any() else np.nan for rows in inside])
            errors = spread / means / np.sqrt(np.maximum(counts, 1))
            yield Pace(
                "activity",
                "Money of an order day",
                tuple(means),
                np.where(enough & (means > 0), np.log(np.where(means > 0, means, 1)), np.nan),
                errors,
                LEAST_PACE,
            )


def base_rates(days: DayOutcomes, windows: Sequence[Windows]) -> Pace:
    """The share of the known customers who did not order, in windows latest first."""
    first = pd.Series(days.day[days.ordered]).groupby(days.customer[days.ordered]).min()
    shares, errors = [], []
    for window in windows:
        known = first.index[window.ages(first.to_numpy(np.int32)) > 0]
        came = np.unique(days.customer[window.is_in_label(days.day) & days.ordered])
        n = len(known)
        share = 1 - float(np.isin(known, came).mean()) if n else math.nan
        shares.append(share)
        errors.append(1 / math.sqrt(max(n * share * (1 - share), 1)) if n else math.nan)
    p = np.array(shares)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(p / (1 - p))
    return Pace("base_rate", "The churn rate of test windows", tuple(shares), odds, np.array(errors), LEAST_PACE)
