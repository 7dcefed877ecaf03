"""Why a forecast differs from what the same days brought before: how many order, how often, and for how much."""

from __future__ import annotations

import math
from dataclasses import dataclass

from regulars.report.content import ReportContent
from regulars.report.tiles import SAME, change_in_words
from regulars.report.words import Money, number, percent
from regulars.scorer.window_sums import WindowTotal


@dataclass(frozen=True)
class Taken:
    """A total as a product: customers who order, orders of each, and money of an order.

    Parameters
    ----------
    ordering, order_days, money : float
        Sums over all customers who were known; money is NaN where the log has none.
    """

    ordering: float
    order_days: float
    money: float

    @property
    def total(self) -> float:
        """The money, or the order days where there is none."""
        return self.order_days if math.isnan(self.money) else self.money

    @property
    def each(self) -> float:
        """Orders of a customer who orders."""
        return self.order_days / self.ordering

    @property
    def of_an_order(self) -> float:
        """Money of an order."""
        return self.money / self.order_days


def difference_in_words(content: ReportContent, money: Money) -> str:
    """One sentence on the forecast beside the same days last year, or beside the last window; empty without either.

    Parameters
    ----------
    content : ReportContent
    money : Money
        How amounts are written.
    """
    past, scores = content.past, content.scores
    then = (past.year_before or past.last) if past else None
    if past is None or then is None or not (then.ordered and then.order_days):
        return ""
    ordering, order_days, spend = (
        math.fsum(values)
        for values in (1.0 - scores["p_churn"], scores["expected_purchases"], scores["expected_spend"].astype(float))
    )
    if not (ordering and order_days):
        return ""
    which = "the same days last year" if past.year_before else f"the last {number(past.windows.horizon_days)} days"
    return _sentence(Taken(ordering, order_days, spend), _taken(then), which, money)


def _taken(window: WindowTotal) -> Taken:
    return Taken(float(window.ordered), float(window.order_days), window.money)


def _sentence(now: Taken, then: Taken, which: str, money: Money) -> str:
    """Say by how much the total differs, and how its parts do."""
    differs = change_in_words(now.total, then.total)
    told = f"As much as {which}" if differs == "the same" else f"{differs} than {which}"
    customers = _more(now.ordering, then.ordering, "fewer", "more", "as many")
    often = _more(now.each, then.each, "less often", "more often", "as often")
    parts = [
        f"{customers} customers order ({number(now.ordering)} instead of {number(then.ordering)})",
        f"each {often} ({_both(number(now.each, 1), number(then.each, 1))} orders)",
    ]
    if not math.isnan(now.money):
        worth = _more(now.of_an_order, then.of_an_order, "less per order", "more per order", "as much per order")
        parts.append(f"for {worth} ({_both(money(now.of_an_order), money(then.of_an_order))})")
    return f"{told}: {', '.join(parts)}."


def _more(now: float, then: float, less: str, more: str, same: str) -> str:
    change = now / then - 1 if then else 0.0
    return same if abs(change) < SAME else f"{percent(abs(change))} {more if change > 0 else less}"


def _both(now: str, then: str) -> str:
    return now if now == then else f"{now} instead of {then}"
