"""The work list, what it adds up to, and both in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

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
    "in_words",
)


# An honest limit of the expected profit, wherever the list is shown.
SAME_FOR_ALL = (
    "The accept_rate of an offer is assumed, and the same for all, which favours customers who are likely gone for "
    "good: measure it against a control group, and set the rate that was measured."
)


@dataclass(frozen=True)
class Targets:
    """A work list and its totals; all expected money is *assumed acceptance, not causal*.

    Parameters
    ----------
    frame : DataFrame
        The columns `tables.TARGETS`: who is treated, by day, the most expected profit first; then
        the control group, without day and opening, with the offer, profit and cost that a
        contact would have had.
    scored, eligible : int
        Customers looked at, and those for whom some offer has an expected profit above 0.
    budget : float or None
        In money; None without a budget.
    budget_price, contact_price : float
        What one more unit of budget, and one more contact, would add to the profit (shadow
        prices λ and μ); 0 where the limit does not bind.
    best_profit : float or None
        Highest expected profit of any contact, even where it is below 0; None without scores.
    """

    frame: pd.DataFrame
    scored: int
    eligible: int
    budget: float | None
    budget_price: float
    contact_price: float
    best_profit: float | None

    @property
    def contacted(self) -> int:
        """Number of customers to contact."""
        return len(self._treated)

    @property
    def control(self) -> int:
        """Number of customers selected alike but left alone."""
        return len(self.frame) - self.contacted

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
        return self.frame[self.frame["group"] == "treat"]

    def to_dict(self) -> dict[str, int | float | str | None]:
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
        if self.control:
            yield f"{self.control:,} more were selected alike and are left alone as control group."
        else:
            yield "There is no control group, so the campaign's effect cannot be measured."
        if self.budget is not None and self.budget_left is not None:
            yield f"{self.budget_left:,.2f} of the budget of {self.budget:,.2f} is left."
        if self.budget_price > 0:
            yield f"One more unit of budget would add about {self.budget_price:,.2f} to the profit."
        if self.contact_price > 0:
            yield f"One more contact would add about {self.contact_price:,.2f} to the profit."
        yield SAME_FOR_ALL

    def _why_nobody(self) -> str:
        if self.best_profit is None:
            return "Nobody is to be contacted: there are no scores."
        if not self.eligible:
            return (
                f"Nobody is worth contacting: of {self.scored:,} customers, the best contact "
                f"has an expected profit of {self.best_profit:,.2f} (assumed acceptance, not causal)."
            )
        worth = f"Nobody is to be contacted: {self.eligible:,} of {self.scored:,} customers are worth it, but"
        if self.budget is not None and self.budget_price > 0:
            return f"{worth} the budget of {self.budget:,.2f} does not pay for the most efficient contact."
        return f"{worth} all of them were drawn into the control group. Lower campaign.control_share."


def opening(offer: str) -> str:
    """A sentence that can be sent to the customer: it tells nothing of what is known about them.

    Parameters
    ----------
    offer : str
        The offer's name.

    Examples
    --------
    >>> opening("voucher")
    'Thank you for shopping with us. We have something for you: voucher.'
    """
    return f"Thank you for shopping with us. We have something for you: {offer}."
