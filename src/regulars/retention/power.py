"""How large an effect a campaign can show, before it is made."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.retention.effects import reach
from regulars.tables import TREAT

CONFIDENCE, POWER = 0.90, 0.80
SMALL = 0.02  # two points: what a good campaign brings, and few lists can show


@dataclass(frozen=True)
class Power:
    """What a list can show.

    Parameters
    ----------
    treated, control : int
        Sizes of the two groups.
    base : float
        Share of the list that is expected to order without a contact.
    """

    treated: int
    control: int
    base: float

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Power:
        """Take the groups and the mean of 1 − p_churn from a work list."""
        treated = int((frame["group"] == TREAT).sum())
        return cls(treated, len(frame) - treated, float(1.0 - frame["p_churn"].mean()) if len(frame) else 0.0)

    @property
    def visible(self) -> float:
        """Smallest difference in the share who order that four campaigns of five show; infinite without groups."""
        return smallest_visible(self.base, self.treated, self.control)

    @property
    def in_words(self) -> str:
        """The same in a sentence.

        Examples
        --------
        >>> Power(480, 120, 0.19).in_words
        'This list can show an effect of 10 points or more; to show 2 points, each group needs about 4,800 customers.'
        """
        if not self.control or not self.treated:
            return "Without a control group no effect can be shown."
        points = max(1, math.ceil(100 * self.visible - 0.5))
        needed = round(group_size(self.base, SMALL), -2)
        return f"This list can show an effect of {points} point{'s' * (points > 1)} or more" + (
            f"; to show 2 points, each group needs about {needed:,.0f} customers." if points > 2 else "."
        )


def smallest_visible(base: float, treated: int, control: int) -> float:
    """Smallest difference between two shares that an experiment shows with a probability of 80 %.

    Parameters
    ----------
    base : float
        The share without a contact.
    treated, control : int
        Sizes of the groups.

    Notes
    -----
    (z₀.₉₅ + z₀.₈₀)·√(p(1 − p)(1/n₁ + 1/n₀)), two-sided at 90 % (Cohen 1988, Statistical Power Analysis, chapter 6, on
    the scale of shares); p is taken half a customer inside 0 and 1.

    Examples
    --------
    >>> round(smallest_visible(0.35, 540, 60), 3)
    0.161
    """
    if not treated or not control:
        return math.inf
    half = 0.5 / (treated + control)
    p = min(max(base, half), 1.0 - half)
    return _factor() * math.sqrt(p * (1.0 - p) * (1.0 / treated + 1.0 / control))


def group_size(base: float, difference: float) -> int:
    """Customers that each of two equal groups needs to show a difference.

    Examples
    --------
    >>> group_size(0.19, 0.02)
    4758
    """
    return math.ceil(2.0 * base * (1.0 - base) * (_factor() / difference) ** 2)


def _factor() -> float:
    from scipy.special import ndtri

    return reach(CONFIDENCE) + float(ndtri(POWER))


def balance(frame: pd.DataFrame, columns: tuple[str, ...]) -> dict[str, float]:
    """Standardised differences between the groups of a work list: (mean treated − mean control) / pooled spread.

    Parameters
    ----------
    frame : DataFrame
        A work list.
    columns : tuple of str
        Numbers that were known when it was made.

    Notes
    -----
    Imbens & Rubin 2015, equation 14.1. Chance alone gives about ±2·√(1/n₁ + 1/n₀).

    Examples
    --------
    >>> groups = pd.DataFrame({"group": ["treat"] * 2 + ["control"] * 2, "orders": [2.0, 4, 2, 6]})
    >>> balance(groups, ("orders",))
    {'orders': -0.447...}
    """
    treated = (frame["group"] == TREAT).to_numpy()
    made = {}
    for name in columns:
        values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        ones, zeros = values[treated & ~np.isnan(values)], values[~treated & ~np.isnan(values)]
        if min(len(ones), len(zeros)) < 2:
            continue
        spread = math.sqrt((ones.var(ddof=1) + zeros.var(ddof=1)) / 2.0)
        made[name] = float((ones.mean() - zeros.mean()) / spread) if spread > 0 else 0.0
    return made
