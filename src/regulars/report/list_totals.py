"""What a whole work list adds up to, in sentences for a manager: amounts in the currency, no names of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from regulars.columns import days_between
from regulars.report.words import Money, number, percent
from regulars.retention.power import Power
from regulars.retention.worklist import ASSUMED, JUST, TOTALS
from regulars.tables import TREAT

LARGEST_EFFECT = 0.5  # of a contact on the share who order: no campaign has a larger one


def list_totals(summary: Mapping[str, Any] | None, targets: pd.DataFrame | None, money: Money) -> str:
    """Say how many are contacted, what it brings and costs, what limits it; or why nobody is contacted.

    Parameters
    ----------
    summary : mapping, optional
        `Targets.to_dict()`; without all of its totals the text is empty.
    targets : DataFrame, optional
        `tables.TARGETS`.
    money : Money
        How amounts are written.
    """
    if targets is None or summary is None or not summary.keys() >= set(TOTALS):
        return ""
    told = _whom(summary, targets, money) if summary["contacted"] else _why_nobody(summary, money)
    return " ".join(told)


def list_profit(summary: Mapping[str, Any] | None, money: Money) -> str:
    """What all contacts together are expected to bring; empty where nobody is contacted."""
    if summary is None or not summary.keys() >= set(TOTALS) or not summary["contacted"]:
        return ""
    return (
        f"All {number(summary['contacted'])} contacts together are expected to bring a profit of "
        f"{money(summary['expected_profit'])}, after an expected cost of {money(summary['expected_cost'])}."
    )


def _whom(summary: Mapping[str, Any], targets: pd.DataFrame, money: Money) -> Iterator[str]:
    yield (
        f"{number(summary['contacted'])} of {number(summary['scored'])} customers are to be contacted, "
        f"{number(summary['keep'])} to keep them and {number(summary['win_back'])} to win them back; a contact would "
        f"pay for {number(summary['eligible'])}."
    )
    treated = targets[targets["group"] == TREAT]
    if lately := int((days_between(treated["last_order"], treated["cutoff"]) < JUST).sum()):
        yield (
            f"{number(lately)} of those to be contacted ordered in the last {JUST} days, so an offer may come too soon."
        )
    yield from _limits(summary, money)
    yield _held_out(summary["control"], Power.of(targets))
    yield from _others(summary)
    yield ASSUMED


def _held_out(control: int, power: Power) -> str:
    """Whether the group that is not contacted is large enough to measure the effect."""
    if not control:
        return "Nobody is held out, so the effect of the campaign cannot be measured."
    told = f"{number(control)} similar customers are held out" if control > 1 else "One similar customer is held out"
    if power.visible > LARGEST_EFFECT:
        return f"{told}, too few to measure what the campaign brings."
    return f"{told}, so that the effect can be measured."


def _limits(summary: Mapping[str, Any], money: Money) -> Iterator[str]:
    """What is left of the budget, what more of it or one more contact would bring, and what no limits would."""
    if summary["budget"] is not None:
        yield f"{money(summary['budget_left'])} of the budget of {money(summary['budget'])} is left."
    if summary["budget_price"] > 0:
        yield f"Each {money(1)} more of budget would bring about {money(summary['budget_price'])} of profit."
    if summary["contact_price"] > 0:
        yield (
            "The list is as long as the contacts that can be made in a day allow; one more contact would bring about "
            f"{money(summary['contact_price'])} of profit."
        )
    if curve := summary["profit_curve"]:
        share, most = max(curve, key=lambda point: point[1])
        if most <= 0:
            return
        everyone = "" if share == curve[-1][0] else f"; contacting all of them would bring {money(curve[-1][1])}"
        yield (
            f"Without limits, contacting the best {percent(share)} of those who may be contacted would bring "
            f"most, {money(most)}{everyone}."
        )


def _others(summary: Mapping[str, Any]) -> Iterator[str]:
    """Who is let go, and who may not be contacted."""
    if summary["let_go_customers"]:
        yield (
            f"{number(summary['let_go_customers'])} customers are likely to stay away and are let go: a contact would "
            "cost more than it is expected to bring."
        )
    if summary["kept_out"]:
        yield f"Not contacted: {'; '.join(f'{number(count)} {cause}' for cause, count in summary['kept_out'])}."


def _why_nobody(summary: Mapping[str, Any], money: Money) -> Iterator[str]:
    worth = f"Nobody is to be contacted: a contact would pay for {number(summary['eligible'])} customers, but"
    if summary["best_profit"] is None:
        yield "Nobody may be contacted."
        yield from _others(summary)
    elif not summary["eligible"]:
        yield f"No contact pays: the best would bring an expected profit of {money(summary['best_profit'])}."
        yield from _others(summary)
    elif summary["budget"] is not None and summary["budget_price"] > 0:
        yield f"{worth} the budget of {money(summary['budget'])} does not pay for one."
    else:
        yield f"{worth} all of them were drawn into the group that is held out. Hold fewer out."
