"""The work list, what it adds up to, and both in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from regulars.columns import days_between
from regulars.retention.let_go import LetGo
from regulars.retention.worth import KEEP
from regulars.tables import LET_GO, TREAT

TOTALS = (
    "scored",
    "eligible",
    "contacted",
    "control",
    "expected_profit",
    "expected_cost",
    "budget",
    "budget_left",
    "budget_price",
    "contact_price",
    "best_profit",
    "gap",
    "keep",
    "win_back",
    "let_go_customers",
    "kept_out",
    "profit_curve",
    "in_words",
)


JUST = 7  # days since the last order, within which an offer may come too soon
# An honest limit of the expected profit, wherever the list is shown.
ASSUMED = (
    "The rates of an offer are assumed until a campaign has been measured: measure it against the control group, and "
    "use the rates that were measured."
)


@dataclass(frozen=True)
class Targets:
    """A work list and its totals; all expected money is *assumed acceptance, not causal*.

    Parameters
    ----------
    frame : DataFrame
        The columns `tables.TARGETS`: who is treated, by day, the most expected profit first; then
        the control group, without contact_on and opening, with the offer, profit and cost that a
        contact would have had.
    scored, eligible : int
        Customers looked at, and those for whom some offer has an expected profit above 0.
    budget : float or None
        In money; None without a budget.
    budget_price, contact_price : float
        What one more unit of budget, and one more contact, would add to the profit (shadow
        prices λ and μ); 0 where the limit does not bind.
    best_profit : float or None
        Highest expected profit of any contact, even where it is below 0; None where nobody may be contacted.
    days : int
        Working days of the campaign.
    gap : float
        Most by which another choice could be better, as a share of the profit; proven.
    profit_curve : tuple of (float, float)
        Expected profit of contacting the best share of all who may be contacted, the most profitable first, whatever
        budget and capacity: (share, profit).
    kept_out : tuple of (str, int)
        Why customers may not be contacted, and how many.
    gone : LetGo or None
        Customers at risk whom no contact pays; `.let_go` is their table.
    suppressed : Series
        Ids of customers whom no tool may write to: excluded, or without consent.
    """

    frame: pd.DataFrame
    scored: int
    eligible: int
    budget: float | None
    budget_price: float
    contact_price: float
    best_profit: float | None
    days: int = 1
    gap: float = 0.0
    profit_curve: tuple[tuple[float, float], ...] = ()
    kept_out: tuple[tuple[str, int], ...] = ()
    gone: LetGo | None = None
    suppressed: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))

    def __repr__(self) -> str:
        return f"<Targets of {self.scored:,} customers: {self.contacted:,} to contact, {self.control:,} held out>"

    @property
    def contacted(self) -> int:
        """Number of customers to contact."""
        return len(self._treated)

    @property
    def control(self) -> int:
        """Number of customers similar, but held out."""
        return len(self.frame) - self.contacted

    @property
    def keep(self) -> int:
        """Contacted customers who are still there."""
        return int((self._treated["kind"] == KEEP).sum())

    @property
    def just_ordered(self) -> int:
        """Contacted customers who ordered within the last days before the cutoff."""
        treated = self._treated
        return int((days_between(treated["last_order"], treated["cutoff"]) < JUST).sum())

    @property
    def win_back(self) -> int:
        """Contacted customers who are more likely gone for good than quiet."""
        return self.contacted - self.keep

    @property
    def let_go(self) -> pd.DataFrame:
        """Customers at risk whom no contact pays, with the reason; the columns `tables.LET_GO`."""
        return pd.DataFrame(columns=list(LET_GO)) if self.gone is None else self.gone.table()

    @property
    def let_go_customers(self) -> int:
        """Number of customers at risk whom no contact pays."""
        return 0 if self.gone is None else len(self.gone)

    @property
    def expected_profit(self) -> float:
        """Sum over the contacted, in money."""
        return math.fsum(self._treated["expected_profit"])

    @property
    def expected_cost(self) -> float:
        """Sum over the contacted, in money."""
        return math.fsum(self._treated["expected_cost"])

    @property
    def budget_left(self) -> float | None:
        """Budget less expected cost, in money; None without a budget."""
        return None if self.budget is None else self.budget - self.expected_cost

    @property
    def _treated(self) -> pd.DataFrame:
        return self.frame[self.frame["group"] == TREAT]

    def to_dict(self) -> dict[str, Any]:
        """Return the totals, without any customer."""
        return {name: getattr(self, name) for name in TOTALS}

    @property
    def in_words(self) -> str:
        """The totals, or why the list is empty, for a person."""
        return " ".join(self._sentences() if self.contacted else [self._why_nobody()])

    def _sentences(self) -> Iterator[str]:
        yield f"{self.contacted:,} of {self.scored:,} customers are to be contacted; {self.eligible:,} are worth it."
        yield (
            f"Expected profit {self.expected_profit:,.2f} at an expected cost of {self.expected_cost:,.2f} "
            "(assumed acceptance, not causal)."
        )
        yield f"{self.keep:,} are to be kept, {self.win_back:,} to be won back."
        if self.just_ordered:
            yield (
                f"{self.just_ordered:,} of those to be contacted ordered in the last {JUST} days; "
                f"campaign.min_days_since_last: {JUST} would leave them alone."
            )
        if self.control:
            yield f"{self.control:,} similar customers are held out as the control group."
        else:
            yield "There is no control group, so the campaign's effect cannot be measured."
        if self.budget is not None and self.budget_left is not None:
            yield f"{self.budget_left:,.2f} of the budget of {self.budget:,.2f} is left."
        if self.budget_price > 0:
            yield f"One more unit of budget would bring about {self.budget_price:,.2f}."
        if self.contact_price > 0:
            yield (
                f"One more contact a day would bring about {self.days * self.contact_price:,.2f} in all "
                f"({self.contact_price:,.2f} a contact)."
            )
        if self.gap >= 0.0005:
            yield f"No other choice within the limits could bring more than {100 * self.gap:.1f} % on top."
        yield from self._curve()
        yield from self._not_contacted()
        yield ASSUMED

    def _curve(self) -> Iterator[str]:
        if not self.profit_curve:
            return
        told = ", ".join(f"{100 * share:.0f} % {profit:,.0f}" for share, profit in self.profit_curve)
        yield f"Expected profit by share of customers contacted, the best first, without limits: {told}."

    def _not_contacted(self) -> Iterator[str]:
        if self.let_go_customers:
            yield (
                f"{self.let_go_customers:,} customers are likely to stay away and are let go: a contact would cost "
                "more than it is expected to bring."
            )
        if self.kept_out:
            told = "; ".join(f"{count:,} {cause}" for cause, count in self.kept_out)
            yield f"Not contacted: {told}."

    def _why_nobody(self) -> str:
        if not self.scored:
            return "Nobody is to be contacted: there are no scores."
        if self.best_profit is None:
            return " ".join(["Nobody may be contacted.", *self._not_contacted()])
        if not self.eligible:
            best = (
                f"Nobody is worth contacting: of {self.scored:,} customers, the best contact "
                f"has an expected profit of {self.best_profit:,.2f} (assumed acceptance, not causal)."
            )
            return " ".join([best, *self._not_contacted()])
        worth = f"Nobody is to be contacted: {self.eligible:,} of {self.scored:,} customers are worth it, but"
        if self.budget is not None and self.budget_price > 0:
            return f"{worth} the budget of {self.budget:,.2f} does not pay for the most efficient contact."
        return f"{worth} all of them were drawn into the control group. Lower campaign.control_share."
