"""One customer in words, for the person who calls: a few titles with a few short lines each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import pandas as pd

from regulars.loyalty import Customer
from regulars.predict import Outlook
from regulars.report.feeds import feed_lines
from regulars.report.next_sale import KINDS
from regulars.report.words import percent
from regulars.tables import TREAT
from regulars.transactions import Bought

SHOWN = 10  # order days that are told one by one
THINGS = 3  # of an order day that are named
FAVOURITES = 5
NAMES = {"again": "bought again", **KINDS}
BARS = "·▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Section:
    """A title and the lines under it: each what it is about, and what is known of it."""

    title: str
    lines: tuple[tuple[str, str], ...]


def sections(
    customer: Customer, outlook: Outlook | str, contact: Mapping[str, Any] | str | None = None
) -> tuple[Section, ...]:
    """All that the card says, what to do first.

    Parameters
    ----------
    customer : Customer
        At a cutoff.
    outlook : Outlook or str
        The scores, or why there are none.
    contact : mapping, str or None
        The row of a work list (columns as in `tables.TARGETS`), or why there is none; None without a list.
    """
    changed = f"What has changed since {customer.compared_with}" if customer.compared_with else "What has changed"
    made = (
        Section("What to do", (*_contact(contact), *_to_do(customer))),
        Section("What to offer next", tuple(_next_sale(customer))),
        Section("What they prefer", tuple(_preferences(customer))),
        Section("Facts", tuple(_facts(customer))),
        Section("Last orders", tuple(_last_orders(customer))),
        Section("Rhythm", tuple(_rhythm(customer))),
        Section("States", tuple(_states(customer))),
        Section(changed, tuple(_changes(customer))),
        Section("Beside the orders", tuple(feed_lines(customer.feeds))),
        Section("Outlook", (("no scores", outlook),) if isinstance(outlook, str) else tuple(_outlook(outlook))),
    )
    return tuple(section for section in made if section.lines)


def history_line(customer: Customer) -> str:
    """Order days by calendar month, a sign a month: a dot for none, the higher the more.

    The first and the last month stand at its ends.
    """
    months = customer.by_month
    most = max(1, *(orders for _, orders in months))
    signs = "".join(BARS[-(-orders * (len(BARS) - 1) // most)] for _, orders in months)
    return f"{months[0][0]} {signs} {months[-1][0]}"


def _next_sale(customer: Customer) -> Iterator[tuple[str, str]]:
    found = customer.next_sale
    for kind, product, why in zip(found["kind"], found["product_id"], found["why"], strict=True):
        yield NAMES[kind], f"{product}. {why}"


def _preferences(customer: Customer) -> Iterator[tuple[str, str]]:
    for row in customer.preferences.to_dict("records"):
        counted = f"{row['order_days']:,} of {_count(row['of_days'], 'order day')}"
        drawn = f"{percent(row['share'])} expected, 95 % interval {percent(row['low'])} to {percent(row['high'])}"
        sure = "surely more often" if row["is_sure"] else "not surely more often"
        usual = (
            f"{sure} than the next ({percent(row['probability'])}); the average customer {percent(row['usual_share'])}"
        )
        yield row["about"], f"{row['preferred']}: on {counted} ({drawn}), {usual}"


def _facts(customer: Customer) -> Iterator[tuple[str, str]]:
    history, state = customer.history, customer.state
    days = history.order_days
    yield "first order", f"{days[0].day}, {_ago(customer.windows.history_days(days[0].day))}"
    yield "last order", f"{days[-1].day}, {_ago(customer.silent_days)}"
    yield "order days", f"{len(days):,}"
    if customer.median_order is not None:
        yield "spend so far", f"{state['spend_so_far']:,.2f}, net of returns"
        yield "usual order day", f"{customer.median_order:,.2f} (median)"
    if history.returns:
        given = sum(float(returned.money or 0) for returned in history.returns)
        last = history.returns[-1]
        yield "returns", f"{given:,.2f} on {_count(len(history.returns), 'day')}, the last on {last.day}{_named(last)}"
    if discounted := [float(bought.discount) for bought in days if bought.discount]:
        yield "discounts", f"{sum(discounted):,.2f} off, on {len(discounted):,} of {_count(len(days), 'order day')}"
    if history.things:
        yield "buys most", _ranked(history.things[:FAVOURITES])
    if history.channels:
        yield "channels", _ranked(history.channels[:FAVOURITES])


def _last_orders(customer: Customer) -> Iterator[tuple[str, str]]:
    days, gaps = customer.history.order_days, (None, *customer.gaps)
    for bought, gap in list(zip(days, gaps, strict=True))[: -SHOWN - 1 : -1]:
        after = "first order" if gap is None else f"after {_count(gap, 'day')}"
        money = "" if bought.money is None else f"{bought.money:,.2f}, "
        off = f", {bought.discount:,.2f} off" if bought.discount else ""
        yield str(bought.day), f"{money}{after}{off}{_named(bought)}"


def _rhythm(customer: Customer) -> Iterator[tuple[str, str]]:
    gaps, silent, usual = customer.gaps, customer.silent_days, customer.state["usual_gap"]
    if len(gaps) > 1:
        low, _, high = quantiles(gaps, n=4, method="inclusive")
        yield "own gaps", f"median {median(gaps):.0f} days, half of them {low:.0f} to {high:.0f}, longest {max(gaps):,}"
    elif gaps:
        yield "own gap", _count(gaps[0], "day")
    if usual == usual:
        yield "usual gap", f"{usual:.0f} days, with the shop's usual gap counted in"
    if len(gaps) > 1:
        shorter = sum(gap < silent for gap in gaps)
        yield "silent now", f"{_count(silent, 'day')}: longer than {shorter:,} of {len(gaps):,} own gaps"
    else:
        yield "silent now", _count(silent, "day")


def _states(customer: Customer) -> Iterator[tuple[str, str]]:
    state = customer.state
    scores = [state[f"{name}_score"] for name in ("recency", "frequency", "money")]
    told = " ".join("–" if pd.isna(score) else str(score) for score in scores)
    yield "segment", f"{state['segment']} (recency, frequency, money: {told}; 5 is best)"
    yield "stage", str(state["stage"])
    yield "health", f"{state['health']}: {state['health_reason']}"
    missing = state["to_next_tier"]
    tier = "none" if pd.isna(state["tier"]) else str(state["tier"])
    yield "tier", f"{tier}; {missing:,.2f} missing to the next" if missing and missing == missing else tier
    known = (("best", "among the best"), ("main", "among the main customers"), ("falling_off", "falling off"))
    if marks := [words for name, words in known if state[name]]:
        yield "also", ", ".join(marks)
    if not pd.isna(state["first_90_days"]):
        yield "first 90 days", str(state["first_90_days"])


def _changes(customer: Customer) -> Iterator[tuple[str, str]]:
    if customer.compared_with and customer.before is None:
        yield "new", "was no customer then"
    for name, (was, now) in customer.changes.items():
        yield name, f"{was or 'none'} → {now or 'none'}"
    rank, before = customer.state["spend_rank"], customer.state["spend_rank_before"]
    if before == before:
        yield "spend of 180 days", f"more than that of {_floor(rank)} of the customers (then: {_floor(before)})"
    lately = customer.lately
    yield f"orders in {lately.days} days", f"{lately.orders:,} ({lately.orders_before:,} in the {lately.days} before)"
    if lately.money is not None:
        yield (
            f"money in {lately.days} days",
            f"{lately.money:,.2f} ({lately.money_before:,.2f} in the {lately.days} before)",
        )


def _outlook(outlook: Outlook) -> Iterator[tuple[str, str]]:
    scores = outlook.scores
    days = f"in {scores['horizon_days']:,} days"
    yield "scored by", f"{outlook.source}, model {scores['model_version']}, at {scores['cutoff']:%Y-%m-%d}"
    yield f"no order {days}", f"{percent(scores['p_churn'])}; gone for good: {percent(scores['p_lost'])}"
    yield f"order days {days}", f"{scores['expected_purchases']:.1f} expected"
    if _known(scores["expected_spend"]):
        yield f"spend {days}", f"{scores['expected_spend']:,.2f} expected"
    if _known(scores["clv"]):
        over = f" over {outlook.clv_horizon_days:,} days" if outlook.clv_horizon_days else ""
        bounds = (scores["clv_low"], scores["clv_high"])
        between = "; 90 % range {:,.2f} to {:,.2f}".format(*bounds) if all(map(_known, bounds)) else ""
        yield "lifetime value", f"{scores['clv']:,.2f}{over}{between}"
    yield "next order", _next_order(scores)
    yield from (("why this risk", reason) for reason in outlook.reasons)
    yield from (("why this value", reason) for reason in outlook.value_reasons)


def _next_order(scores: Any) -> str:
    day, low, high = (scores[f"next_purchase_{name}"] for name in ("date", "low", "high"))
    if pd.isna(day):
        return "no date: more likely than not there is none, or it is too far off to tell"
    between = f" (80 %: {low:%Y-%m-%d} to {high:%Y-%m-%d})" if not (pd.isna(low) or pd.isna(high)) else ""
    return f"{day:%Y-%m-%d}{between}, if one comes"


def _contact(contact: Mapping[str, Any] | str | None) -> Iterator[tuple[str, str]]:
    """What the work list says: an offer, or that the customer is not to be contacted."""
    if contact is None:
        return
    if isinstance(contact, str):
        yield "not on the work list", contact
    elif contact["group"] != TREAT:
        yield "do not contact", f"held out in the campaign {contact['campaign']}, which is measured by such customers"
    else:
        kind = str(contact["kind"]).replace("_", " ")
        day = pd.Timestamp(contact["contact_on"])
        yield "contact on", f"{day:%Y-%m-%d} by {contact['channel']}, campaign {contact['campaign']} ({kind})"
        yield "offer", f"{contact['offer']}; expected profit {contact['expected_profit']:,.2f} (assumed acceptance)"
        if _known(contact["opening"]):
            yield "opening", str(contact["opening"])


def _to_do(customer: Customer) -> Iterator[tuple[str, str]]:
    state = customer.state
    yield "now", str(state["action"])
    if not pd.isna(state["thanks"]):
        yield "say thank you for", str(state["thanks"])
    if not pd.isna(state["due_on"]):
        yield "next order due", f"{state['due_on']:%Y-%m-%d}, at the usual gap"
    yield "anniversary", f"{state['anniversary']:%Y-%m-%d}"


def _named(bought: Bought) -> str:
    if not bought.things:
        return ""
    more = len(bought.things) - THINGS
    return f": {', '.join(bought.things[:THINGS])}{f' and {more:,} more' if more > 0 else ''}"


def _ranked(counted: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{what} ({_count(days, 'order day')})" for what, days in counted)


def _floor(share: float) -> str:
    return f"{math.floor(100 * share)} %"


def _known(value: Any) -> bool:
    return not pd.isna(value)


def _ago(days: int) -> str:
    return "the day before the cutoff" if days == 1 else f"{days:,} days before the cutoff"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
