"""How far forecast totals lay from what followed: at many earlier cutoffs where there are any, else at the origins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import pandas as pd

from regulars.blas import one_thread
from regulars.evaluation.coverage import TOTALS, totals
from regulars.scorer import LIFETIME_CANDIDATES, History, ScorerSettings, earlier_totals
from regulars.scorer.fit import AUTO
from regulars.windows import Windows


@one_thread()
def try_totals(history: History, windows: Windows, settings: ScorerSettings) -> pd.DataFrame:
    """Totals as they would have been forecast at earlier cutoffs, each by what was known then, beside what followed.

    Parameters
    ----------
    history : History
        Looks at the log.
    windows : Windows
        The training cutoff: outcomes count that had closed by then.
    settings : ScorerSettings
        Of the purchase model only one that was named counts. One that `auto` chooses is chosen by windows that closed
        after most of the earlier cutoffs, so MBG/NBD, which it tries first, stands in for it.

    Returns
    -------
    DataFrame
        As `coverage.totals`, and `horizon_days`; `origin` is the earlier cutoff.
    """
    asked = settings.lifetime.model
    found = earlier_totals(history, windows, LIFETIME_CANDIDATES[0] if asked == AUTO else asked)
    rows = [{**asdict(each), "origin": str(each.windows.cutoff), "windows": each.closed} for each in found]
    tried = totals(pd.DataFrame(rows, columns=[name for name in TOTALS if name != "inside"]))
    return tried.assign(horizon_days=windows.horizon_days)


@dataclass(frozen=True)
class TotalErrors:
    """Errors of the forecasts of one total.

    Parameters
    ----------
    days : tuple of str
        The cutoffs, earliest first.
    errors : tuple of float
        Forecast over actual total, less 1; NaN where it is not known.
    are_origins : bool
        Whether they are those of the whole scorer at the origins, because there were no earlier cutoffs to try.
    overlap : bool
        Of earlier cutoffs, whether windows of neighbours share days, so that their errors are not independent.
    """

    days: tuple[str, ...]
    errors: tuple[float, ...]
    are_origins: bool
    overlap: bool = False

    @property
    def off(self) -> float:
        """Mean size: too much in spring does not make up for too little in autumn. NaN where one is not known."""
        return math.fsum(map(abs, self.errors)) / len(self.errors) if self.errors else math.nan

    @property
    def mean(self) -> float:
        """Mean, with signs."""
        return math.fsum(self.errors) / len(self.errors) if self.errors else math.nan

    @property
    def worst(self) -> float:
        """The largest, with its sign."""
        return max(self.errors, key=abs, default=math.nan)

    @property
    def direction(self) -> str:
        """On which side of the actual totals the forecasts lay, in words."""
        return side_in_words(self.errors, "origin" if self.are_origins else "cutoff")

    @property
    def where(self) -> str:
        """At how many earlier cutoffs, from when to when; nothing of origins, which are named elsewhere."""
        if self.are_origins:
            return ""
        if len(self.days) == 1:
            return f" at the earlier cutoff {self.days[0]}"
        dependent = " (their windows overlap, so they are not independent)" if self.overlap else ""
        return f" at {len(self.days)} earlier cutoffs from {self.days[0]} to {self.days[-1]}{dependent}"

    @classmethod
    def of(cls, tried: pd.DataFrame, outcome: str) -> TotalErrors | None:
        """From the table of `try_totals`; None where nothing followed that could be compared.

        Parameters
        ----------
        tried : DataFrame
            From `try_totals`: `origin`, `outcome`, `expected`, `actual`.
        outcome : str
            Which outcome of the table: order days or money.

        Returns
        -------
        TotalErrors or None
        """
        rows = tried[(tried["outcome"] == outcome) & (tried["actual"] > 0)]
        if rows.empty:
            return None
        errors = rows["expected"].astype(float) / rows["actual"].astype(float) - 1.0
        windows = [Windows.at(day, days) for day, days in zip(rows["origin"], rows["horizon_days"], strict=True)]
        overlap = any(one.shared_days(other) for one, other in pairwise(windows))
        return cls(tuple(rows["origin"]), tuple(map(float, errors)), are_origins=False, overlap=overlap)


def side_in_words(errors: Sequence[float], where: str) -> str:
    """On which side of the actual predictions lay.

    Examples
    --------
    >>> side_in_words([0.1, 0.2, -0.1], "origin"), side_in_words([0.1, 0.2], "cutoff"), side_in_words([-0.1], "origin")
    ('too high at 2 of 3 origins', 'too high at both cutoffs', 'too low')
    """
    high, low, all_of_them = sum(v > 0 for v in errors), sum(v < 0 for v in errors), len(errors)
    if high == low:
        return f"too high at {high} and too low at {low} of {all_of_them} {where}s"
    side, many = ("too high", high) if high > low else ("too low", low)
    if many < all_of_them:
        return f"{side} at {many} of {all_of_them} {where}s"
    if all_of_them == 1:
        return side
    return f"{side} at {'both' if all_of_them == 2 else f'all {all_of_them}'} {where}s"
