"""What keeping a customer by contacts cost, beside what winning a new one costs: the shop's own ratio."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.columns import plain_value
from regulars.retention.effects import CONFIDENCE, BoolArray, can_compare, reach
from regulars.retention.rare_orders import spread_without_effect
from regulars.retention.records import checked
from regulars.retention.worth import KEEP
from regulars.tables import TREAT

COLUMNS = ["cost", "ordered"]


@dataclass(frozen=True)
class KeepingCost:
    """Cost of one more customer who ordered because of a contact, in all measured campaigns together.

    Parameters
    ----------
    campaigns, contacts : int
        Those that are counted: contacts to keep customers, in campaigns with money and a control group.
    kept : float
        Customers who ordered because they were to be contacted.
    value : float
        Money for each of them; NaN where contacts have not been shown to keep anybody.
    low, high : float
        90 % interval of the value.
    winning : float or None
        What winning a new customer costs, where it is stated.
    """

    campaigns: int
    contacts: int
    kept: float
    value: float
    low: float
    high: float
    winning: float | None

    @classmethod
    def of(cls, history: pd.DataFrame, winning: float | None) -> KeepingCost:
        """Add up a campaign history.

        Parameters
        ----------
        history : DataFrame
            Columns `tables.CAMPAIGN_HISTORY`.
        winning : float or None
            What winning a new customer costs (`loyalty.acquisition_cost`).

        Notes
        -----
        Both totals, of the costs and of the customers who ordered, are differences between those to be contacted and
        those held out, campaign by campaign (`effects.difference`). The interval of their ratio is Fieller's (1954,
        Journal of the Royal Statistical Society B 16); it needs customers whose own interval lies above 0. Where few
        ordered, their covariances are those of `rare_orders.spread_without_effect`, as in `measure`.
        """
        rows = checked(history)
        rows = rows[(rows["kind"] == KEEP) & rows["profit"].notna()]
        campaigns, contacts, total, variance = 0, 0, np.zeros(2), np.zeros((2, 2))
        for _, of in rows.assign(cost=rows["margin"] - rows["profit"]).groupby(["start", "campaign"]):
            treated = (of["group"] == TREAT).to_numpy()
            if can_compare(treated):
                values, count = of[COLUMNS].to_numpy(np.float64), int(treated.sum())
                total += count * (values[treated].mean(axis=0) - values[~treated].mean(axis=0))
                variance += count**2 * _of_difference(values, treated)
                campaigns, contacts = campaigns + 1, contacts + count
        low, high = _fieller(total, variance)
        value = math.nan if math.isnan(low) else float(total[0] / total[1])
        return cls(campaigns, contacts, float(total[1]), value, low, high, winning)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {name: plain_value(value) for name, value in asdict(self).items()}

    @property
    def in_words(self) -> str | None:
        """What it comes to, beside the rule of thumb; None where no campaign can be counted.

        Examples
        --------
        >>> print(KeepingCost(2, 800, 90.0, 12.5, 10.0, 16.0, 50.0).in_words)
        Keeping a customer by a contact cost 12.50 (90 %: 10.00 to 16.00; 90 of 800 contacted ordered because of it). \
Winning one costs 50.00, 4.0 times as much (3.1 to 5.0); the rule of thumb says 6 to 8 times.
        >>> print(KeepingCost(1, 80, 3.0, math.nan, math.nan, math.nan, None).in_words)
        What keeping a customer costs is not known yet: 80 contacts have not been shown to keep anybody.
        """
        if not self.campaigns:
            return None
        if math.isnan(self.value):
            return (
                f"What keeping a customer costs is not known yet: {self.contacts:,} contacts have not been shown to "
                "keep anybody."
            )
        told = (
            f"Keeping a customer by a contact cost {self.value:,.2f} (90 %: {self.low:,.2f} to {self.high:,.2f}; "
            f"{self.kept:,.0f} of {self.contacts:,} contacted ordered because of it)."
        )
        if self.winning is None:
            return f"{told} Set loyalty.acquisition_cost to compare it with what winning one costs."
        if self.low <= 0:
            return f"{told} Winning one costs {self.winning:,.2f}."
        times = [self.winning / cost for cost in (self.value, self.high, self.low)]
        return (
            f"{told} Winning one costs {self.winning:,.2f}, {times[0]:.1f} times as much ({times[1]:.1f} to "
            f"{times[2]:.1f}); the rule of thumb says 6 to 8 times."
        )


def _of_difference(values: Floats, treated: BoolArray) -> Floats:
    """Covariances of the differences of cost and of who ordered, no more certain than without an effect."""
    own = _of_mean(values[treated]) + _of_mean(values[~treated])
    least = spread_without_effect(values, values[:, 1] > 0, treated)
    return least if least[1, 1] > own[1, 1] else own


def _of_mean(values: Floats) -> Floats:
    """Covariances of the means of the columns."""
    return np.cov(values, rowvar=False, ddof=1) / len(values)


def _fieller(total: Floats, variance: Floats) -> tuple[float, float]:
    """Ends of the ratio of the first to the second total; NaN where the second is not above 0 beyond noise."""
    z = reach(CONFIDENCE)
    square = total[1] ** 2 - z**2 * variance[1, 1]
    if total[1] <= 0 or square <= 0:
        return math.nan, math.nan
    half = total[0] * total[1] - z**2 * variance[0, 1]
    rest = total[0] ** 2 - z**2 * variance[0, 0]
    width = math.sqrt(max(half**2 - square * rest, 0.0))
    return float((half - width) / square), float((half + width) / square)
