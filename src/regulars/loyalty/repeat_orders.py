"""How many customers come back, and how long it takes: from those who have, and from those who still may.

Customers who have not come back yet are counted for as long as they are known, no longer (Kaplan and Meier 1958, J. Am.
Stat. Assoc. 53): new ones neither lower the share nor shorten the time. Who was not new when the log
begins is left out: of the customers of before, the log first shows those who order most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from regulars.arrays import Floats
from regulars.counted import counted
from regulars.features.arrivals import LEAST_NEW, WARM_UP_DAYS, new_when_first_seen

DAYS = (30, 60, 90, 180, 365)
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class Conversion:
    """The share of customers who have got to an order day, by days since the first one.

    Parameters
    ----------
    order : int
        The order day: 2 is the second.
    share : float array, shape (days + 1,)
        Share within 0, 1, 2, … days; as long as somebody is known who has not got there.
    low, high : float array, shape (days + 1,)
        95 % interval: Greenwood's variance on the scale of log(−log) (Kalbfleisch and Prentice 1980).
    customers : int
        Customers that were followed: all who were new when the log first shows them.
    left_out : int
        Customers of the log's first 90 days, who may have ordered before it begins.
    """

    order: int
    share: Floats
    low: Floats
    high: Floats
    customers: int
    left_out: int = 0

    def within(self, days: int) -> tuple[float, float, float]:
        """Share within so many days with its interval; NaN where nobody has been known for so long."""
        if days >= len(self.share):
            return (float("nan"),) * 3
        return float(self.share[days]), float(self.low[days]), float(self.high[days])

    def days_until(self, share: float) -> float:
        """Days until so large a share has got there; NaN where it has not."""
        reached = self.share >= share
        return float(reached.argmax()) if reached.any() else float("nan")

    @property
    def usual_days(self) -> float:
        """Days by which half of those who get there at all, as far as is known, have done so; NaN where nobody has."""
        return self.days_until(self.share[-1] / 2) if len(self.share) and self.share[-1] > 0 else float("nan")

    @property
    def who(self) -> str:
        """Whom the shares count, and who is left out."""
        if not self.customers:
            return (
                f"Fewer than {LEAST_NEW} customers ordered first after the log's first {WARM_UP_DAYS} days. Those of "
                "before may have ordered before the log begins, so the share of new customers who come back is not "
                "shown."
            )
        if not self.left_out:
            return (
                f"The share counts all {counted(self.customers, 'customer')}. All first orders lie in the log's first "
                f"{WARM_UP_DAYS} days and do not pile up at its beginning, so these customers count as new."
            )
        return (
            f"The share counts {counted(self.customers, 'customer')} whose first order came after the log's first "
            f"{WARM_UP_DAYS} days. It leaves out {counted(self.left_out, 'customer')} of those days, who may have "
            "ordered before the log begins."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        known = {days: self.within(days) for days in DAYS if days < len(self.share)}
        names = ("share", "low", "high")
        return {
            "order": self.order,
            "customers": self.customers,
            "left_out": self.left_out,
            "usual_days": None if self.usual_days != self.usual_days else self.usual_days,
            "within_days": {str(days): dict(zip(names, values, strict=True)) for days, values in known.items()},
        }


def conversion(features: pd.DataFrame, *, order: int) -> Conversion:
    """Follow customers who were new when the log first shows them from the first order day to a later one.

    Parameters
    ----------
    features : DataFrame, shape (n, k)
        The feature table at a cutoff: `tenure`, and `gap_first` for the second order day or `days_to_habit` for the
        fourth.
    order : {2, 4}
        The order day.
    """
    is_new = new_when_first_seen(features["tenure"].to_numpy(dtype=float))
    followed = features[is_new]
    waited = followed[{2: "gap_first", 4: "days_to_habit"}[order]].to_numpy(dtype=float)
    tenure = followed["tenure"].to_numpy(dtype=float)
    came = ~np.isnan(waited)
    # Whoever is known for t days could have ordered on the days 1 to t - 1 after the first.
    share, variance = kaplan_meier(np.where(came, waited, tenure - 1).astype(np.int64), came)
    low, high = _interval(share, variance, len(followed))
    return Conversion(order, share, low, high, len(followed), len(features) - len(followed))


def kaplan_meier(days: NDArray[np.int64], came: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Share that has come by each day, and Greenwood's sum Σ d / (n (n − d)), for each day from 0 on.

    Parameters
    ----------
    days : int array, shape (n,)
        Days until somebody came, or until which they were seen not to have come.
    came : bool array, shape (n,)

    Examples
    --------
    >>> kaplan_meier(np.array([1, 2, 2]), np.array([True, True, False]))[0].round(3).tolist()
    [0.0, 0.333, 0.667]
    """
    if not len(days):
        return np.empty(0), np.empty(0)
    last = int(days.max())
    leaving, coming = (np.bincount(some, minlength=last + 1) for some in (days, days[came]))
    at_risk = len(days) - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    still = np.cumprod(1 - coming / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(coming > 0, coming / (at_risk * (at_risk - coming)), 0.0)
    return np.asarray(1 - still), np.asarray(np.cumsum(terms))


def _interval(share: Floats, variance: Floats, customers: int) -> tuple[Floats, Floats]:
    """Bounds on the scale of log(−log(still)); the share itself where nobody has come.

    Where all have come, the lower bound is that of so many out of as many (Clopper and Pearson 1934).
    """
    still = 1 - share
    inside = (still > 0) & (still < 1) & np.isfinite(variance)
    logs = np.log(np.where(inside, still, 0.5))
    spread = ndtri(0.5 + CONFIDENCE / 2) * np.sqrt(np.where(inside, variance, 0.0)) / -logs
    low, high = (1 - np.exp(logs * np.exp(sign * spread)) for sign in (-1, 1))
    low = np.where(inside, low, share)
    if customers:
        low = np.where(still <= 0, np.maximum(low[inside].max(initial=0.0), _least_of_all(customers)), low)
    return low, np.where(inside, high, share)


def _least_of_all(customers: int) -> float:
    return float(((1 - CONFIDENCE) / 2) ** (1 / customers))
