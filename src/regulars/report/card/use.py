"""What a model is for and what not, what its words mean, where it ends, and how it is made again."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import yaml

from regulars.evaluation import Run
from regulars.redact import redacted
from regulars.report.card.markdown import Lines, bullets, facts
from regulars.report.words import bias, number, percent
from regulars.version import stack_versions
from regulars.windows import as_day

YEAR = 365
NOT_IN_THE_MODEL = {"offers", "campaign", "report", "mlflow", "feeds"}


def uses(run: Run) -> Lines:
    """Who should use it for what, and who should not."""
    cutoff, days = run.windows.cutoff, run.windows.horizon_days
    money = " and how much money" if run.tx.has_money else ""
    yield "**Use it for**"
    yield ""
    yield from bullets(
        [
            "choosing which customers of this shop a retention team contacts, and in which order;",
            f"estimating how many customers, how many order days{money} the {days} days after a cutoff will bring;",
            (
                f"cutoffs from {cutoff} on, the sooner the better: its totals belong to the window after that day. "
                "Train again before another season."
            ),
        ]
    )
    yield ""
    yield "**Do not use it for**"
    yield ""
    yield from bullets(
        [
            (
                "decisions on a person's credit, price, insurance, work or access to anything: it knows how customers "
                "like this one behaved, and is wrong about many a one;"
            ),
            f"cutoffs before {cutoff}: it has seen what happened after;",
            "another shop, or this one after its assortment, prices or terms have changed;",
            (
                "saying what causes what. Reasons tell what a score rests on; whether a contact or a discount "
                "changes anything, only a control group shows."
            ),
        ]
    )


def words(run: Run) -> Lines:
    """What the columns mean for this model."""
    yield from facts(_words(run), head=("column", "meaning"))


def _words(run: Run) -> Iterator[tuple[str, str]]:
    terms = run.params.lifetime
    window = f"the {run.windows.horizon_days} days from the cutoff on"
    yield "`cutoff`", f"the day from whose midnight on nothing is known; {run.windows.cutoff} in training, or later"
    yield "`p_churn`", f"probability of no order in {window}"
    yield "`expected_purchases`", "order days in the same window; all purchases of a day are one"
    if run.tx.has_money:
        yield (
            "`expected_spend`",
            f"money in the same window, by the rule `returns: {run.params.transactions.returns}`, 0 at least",
        )
        yield (
            "`clv`",
            (
                f"margin over {number(terms.clv_horizon_days)} days: {percent(terms.margin)} of spend, discounted at "
                f"{100 * terms.annual_discount_rate:g} % a year"
            ),
        )
    yield "`p_alive`", "belief that a customer has not left for good; not 1 − `p_churn`"


def limits(run: Run) -> Lines:
    """What it cannot see, in this log."""
    yield from bullets(_limits(run))


def _limits(run: Run) -> Iterator[str]:
    history, windows, tx = run.history, run.windows, run.tx
    begun = history.first_day(windows)
    once = float((run.so_far["frequency"] == 0).mean())
    yield f"**Before the log.** It begins on {begun}. Whoever had bought before looks new, and younger than they are."
    yield f"**Seasons.** {_seasons(run.history_days)}"
    yield from _totals(run)
    yield f"**Customers who ordered once**, {percent(once)} of all: of each of them little is known."
    if tx.has_money and run.params.lifetime.clv_horizon_days > windows.horizon_days:
        yield (
            f"**Beyond {windows.horizon_days} days** nothing was tried: there `clv` and its interval rest on the "
            "lifetime model and on the next window being like the last."
        )
    if any(entry.outcome == "netted" for entry in tx.ledger.entries):
        yield "**Returns** that come after a cutoff of purchases before it are booked on their own day."
    if not tx.tells_when_known:
        yield "**Late lines.** The log does not say when a line came in: the past looks as if it had always been known."
    yield "**New customers.** Whoever first buys after the cutoff is in no sum."


def _seasons(days: int) -> str:
    seen = f"{number(days)} days of history"
    if days < YEAR:
        return f"{seen} are less than a year: no season is known, and a peak that has passed looks like growth."
    if days < 2 * YEAR:
        return f"{seen} hold most seasons once only: totals follow the calendar only where a note above says so."
    return f"{seen} hold every season twice or more: totals follow the calendar where a note above says so."


def _totals(run: Run) -> Iterator[str]:
    days = [str(day) for day in run.backtest.origins["origin"]]
    ranges, where = [], ""
    for outcome, what in (("purchases", "order days"), ("spend", "money")):
        found = run.backtest.total_errors(outcome)
        if not math.isnan(found.off):
            ranges.append(f"{what} lay {bias(min(found.errors))} to {bias(max(found.errors))} from the actual")
            where = where or ("At the origins" if found.are_origins else found.where.strip().capitalize())
    if ranges:
        yield f"**Totals.** {where} {', '.join(ranges)}; the next window can be as far off."
    if any(not run.windows.moved_to(one).closed_by(as_day(other)) for one, other in pairwise(days)):
        yield f"**Few test windows.** The windows of the {len(days)} origins overlap: they count for fewer."


def again(run: Run) -> Lines:
    """How the same model is made again."""
    versions = stack_versions()
    yield (
        f"The same log (its hash is below) and parameters, code `{run.code_version}` and the versions below give "
        f"the same run, `{run.scorer.version}`. Keep the first block in a file, say there where the log is, "
        "and run `regulars train --params FILE`."
    )
    yield ""
    yield "```yaml"
    yield from yaml.safe_dump(_params(run), sort_keys=False, allow_unicode=True).splitlines()
    yield "```"
    yield ""
    yield "```text"
    yield f"log    {run.tx.data_hash}"
    yield from (f"{name} {version}" for name, version in versions.items())
    yield "```"


def _params(run: Run) -> dict[str, object]:
    """The parameters that decide what the model is, with the cutoff that was found and the log's name alone."""
    values = run.params.model_dump(mode="json", exclude=NOT_IN_THE_MODEL, exclude_none=True)
    values["windows"]["cutoff"] = run.windows.cutoff
    values["transactions"]["path"] = run.log_name
    for name in ("own_columns", "own_features"):
        if not getattr(run.params.transactions, name):
            del values["transactions"][name]
    if calendar := values.pop("calendar"):
        values["calendar"] = calendar | ({"path": Path(calendar["path"]).name} if "path" in calendar else {})
    if run.params.customers.path is None:
        del values["customers"]
    else:
        values["customers"]["path"] = run.customers_name
    return dict(redacted(values))
