"""One finding about what goes with loyalty: a figure with its interval, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.loyalty.associations.estimates import Estimate
from regulars.tables import DRIVERS
from regulars.texts import TEXT_DTYPE

LEAST = 100  # customers in each of two groups that are compared
LEAST_EVENTS = 20  # of them to whom it happened, and to whom it did not
SHARE, POINTS, RATIO, MONEY = "share", "difference of shares", "ratio", "difference of money"
SCORE, DAYS, AMOUNT = "net promoter score", "days", "money"  # like a share, these compare nothing
ABSOLUTE = (SHARE, SCORE, DAYS, AMOUNT)


@dataclass(frozen=True)
class Driver:
    """What goes with loyalty, in one figure.

    Parameters
    ----------
    driver : str
        A short name.
    group, comparison : str
        The customers that the figure is about, and those that they are compared with; "" where there are none.
    measure : str
        share, difference of shares, ratio, or difference of money; of feeds also net promoter score, days or money.
    estimate : Estimate
    customers, compared : int
        How many each of them are.
    adjusted_for : str
        What the two groups are made equal in; "" where nothing.
    meaning : str
        The finding as a sentence.
    """

    driver: str
    group: str
    comparison: str
    measure: str
    estimate: Estimate
    customers: int
    compared: int
    adjusted_for: str
    meaning: str

    @classmethod
    def between(
        cls,
        names: tuple[str, str, str],
        measure: str,
        found: Estimate,
        exposed: NDArray[np.bool_],
        adjusted_for: str,
        text: str,
    ) -> Driver:
        """A difference between two groups of customers, of whom the exposed are the first.

        `names` are the driver, the group and the comparison; `text` begins in small letters, as `sentence` takes it.
        """
        meaning = sentence(text, clear=leaves_out(found, 0.0))
        return cls(*names, measure, found, int(exposed.sum()), int((~exposed).sum()), adjusted_for, meaning)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out that there is no difference; a share alone compares nothing."""
        return self.measure not in ABSOLUTE and leaves_out(self.estimate, 1.0 if self.measure == RATIO else 0.0)

    def row(self) -> dict[str, object]:
        """The finding as a row of the table."""
        figures = {"estimate": self.estimate.value, "low": self.estimate.low, "high": self.estimate.high}
        return {name: figures[name] if name in figures else getattr(self, name) for name in DRIVERS}


def drivers_frame(found: Iterable[Driver]) -> pd.DataFrame:
    """The findings as a table, columns as in `tables.DRIVERS`; those whose interval is not finite are left out."""
    rows = [each.row() for each in found if each.estimate.is_known]
    kinds: dict[Hashable, Any] = {
        "estimate": float,
        "low": float,
        "high": float,
        "customers": "int64",
        "compared": "int64",
    }
    texts = ("driver", "group", "comparison", "measure", "adjusted_for", "meaning")
    types: dict[Hashable, Any] = {**kinds, **dict.fromkeys(texts, TEXT_DTYPE), "is_clear": "bool"}
    return pd.DataFrame(rows, columns=list(DRIVERS)).astype(types)


def comparisons(found: pd.DataFrame) -> pd.Series:
    """Which findings are counted: those that compare two groups, adjusted where there is an adjusted one.

    Parameters
    ----------
    found : DataFrame
        From `drivers_frame`.

    Returns
    -------
    Series
        Boolean, a row a finding.
    """
    twins = (found["adjusted_for"] == "") & found.duplicated("driver", keep=False)
    return ~found["measure"].isin(ABSOLUTE) & ~twins


def enough(
    exposed: NDArray[np.bool_],
    happened: NDArray[np.bool_] | None = None,
    *,
    least: int = LEAST,
    events: int = LEAST_EVENTS,
) -> bool:
    """Whether both groups are large enough to compare, and the event neither too rare nor too common in either."""
    if not least <= exposed.sum() <= len(exposed) - least:
        return False
    if happened is None:
        return True
    counts = [(happened & exposed).sum(), (happened & ~exposed).sum()]
    counts += [(~happened & exposed).sum(), (~happened & ~exposed).sum()]
    return bool(min(counts) >= events)


def leaves_out(found: Estimate, nothing: float) -> bool:
    """Whether the interval lies on one side of what would be no difference."""
    return found.low > nothing or found.high < nothing


def sentence(text: str, *, clear: bool, association: bool = True) -> str:
    """A finding that begins in small letters, as a sentence that says first where there is no clear difference.

    Examples
    --------
    >>> sentence("first orders got more off.", clear=True)
    'First orders got more off. An association, not a cause.'
    >>> sentence("first orders got more off.", clear=False)
    'No clear difference: first orders got more off.'
    """
    if not clear:
        return f"No clear difference: {text}"
    return f"{text[0].upper()}{text[1:]}{' An association, not a cause.' if association else ''}"


def interval(low: str, high: str, more: str = "") -> str:
    """An interval in brackets.

    Examples
    --------
    >>> interval("1 %", "2 %")
    '(95 % interval 1 % to 2 %)'
    """
    return f"(95 % interval {low} to {high}{more})"


def percent(value: float) -> str:
    """A share as people write it.

    Examples
    --------
    >>> percent(0.1234), percent(0.0312), percent(1.0)
    ('12 %', '3.1 %', '100 %')
    """
    return f"{100 * value:.0f} %" if abs(value) >= 0.0995 or value == 0 else f"{100 * value:.1f} %"


def more_or_less(ratio: float, what: str = "") -> str:
    """A ratio in words.

    Examples
    --------
    >>> more_or_less(1.18), more_or_less(0.75, "likely"), more_or_less(2.5, "likely")
    ('18 % more', '25 % less likely', '2.5 times as likely')
    """
    if ratio >= 2:
        return f"{ratio:.1f} times as {what or 'much'}"
    return f"{percent(abs(ratio - 1))} {'more' if ratio >= 1 else 'less'} {what}".rstrip()


def more_or_fewer(ratio: float) -> str:
    """A ratio of counts in words.

    Examples
    --------
    >>> more_or_fewer(1.18), more_or_fewer(0.75), more_or_fewer(2.5)
    ('18 % more', '25 % fewer', '2.5 times as many')
    """
    if ratio < 1:
        return f"{percent(1 - ratio)} fewer"
    return more_or_less(ratio, "many" if ratio >= 2 else "")


def points(value: float) -> str:
    """A difference of shares in words.

    Examples
    --------
    >>> points(0.034), points(-0.2)
    ('3.4 points more', '20.0 points less')
    """
    return f"{abs(100 * value):.1f} points {'more' if value >= 0 else 'less'}"


def money(value: float) -> str:
    """A difference of money in words.

    Examples
    --------
    >>> money(3.2), money(-1234.5)
    ('3.20 more', '1,234.50 less')
    """
    return f"{abs(value):,.2f} {'more' if value >= 0 else 'less'}"
