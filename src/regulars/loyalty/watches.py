"""What to keep an eye on: the first 90 days, due orders, anniversaries, thanks, and who falls off."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.features.arrivals import new_when_first_seen
from regulars.loyalty.health import GOOD
from regulars.loyalty.tiers import YEAR
from regulars.params import LoyaltyParams
from regulars.texts import TEXT_DTYPE

FIRST_DAYS = 90
NORM_SHARE = 0.8  # of those who ordered again in their first 90 days had done so by the norm
LEAST_SEEN = 30  # earlier customers that a norm rests on at least
ON_TRACK, BEHIND = "on track", "behind since"
MILESTONES = (10, 25, 50, 100, 250, 500, 1000)  # order days that earn thanks
BEST_SHARE = 0.8  # customers who spend less than somebody among the best fifth


def second_order_norm(features: pd.DataFrame) -> float | None:
    """Days by which four fifths of those who ordered again in their first 90 days had done so; None if too few did.

    Only customers count who were new when the log first shows them, and whose first 90 days are over, so that the slow
    ones are not missing.
    """
    tenure = features["tenure"].to_numpy(dtype=float)
    gaps = features["gap_first"].to_numpy()[new_when_first_seen(tenure) & (tenure > FIRST_DAYS)]
    gaps = gaps[gaps <= FIRST_DAYS]
    return float(np.quantile(gaps, NORM_SHARE, method="higher")) if len(gaps) >= LEAST_SEEN else None


def behind_by(features: pd.DataFrame, norm: float | None) -> Floats:
    """Days by which the second order of customers in their first 90 days is later than the norm; NaN for all others."""
    tenure = features["tenure"].to_numpy()
    new = (tenure <= FIRST_DAYS) & (features["frequency"].to_numpy() == 0)
    late = tenure - (np.nan if norm is None else norm)
    return np.where(new & (late > 0), late, np.nan)


def first_days(features: pd.DataFrame, behind: Floats, norm: float | None, cutoff: dt.date) -> pd.Series[str]:
    """Whether customers in their first 90 days keep up with the norm, and since when they do not; null for others.

    `behind` is from `behind_by`.
    """
    watched = (features["tenure"].to_numpy() <= FIRST_DAYS) & (norm is not None)
    found = [
        None if not new else ON_TRACK if late != late else f"{BEHIND} {_before(cutoff, late - 1)}"
        for new, late in zip(watched, behind, strict=True)
    ]
    return pd.Series(pd.array(found, TEXT_DTYPE), features.index, name="first_90_days")


def _before(cutoff: dt.date, days: float) -> dt.date:
    return cutoff - dt.timedelta(days=int(days))


def due_on(features: pd.DataFrame, gap: Floats, cutoff: dt.date) -> pd.Series:
    """The day of the next order at the usual gap; null before the second order day, and where it has passed."""
    wait = np.ceil(gap - features["days_since_last"].to_numpy())
    known = (wait >= 0) & (features["frequency"].to_numpy() > 0)
    return _days_ahead(np.where(known, wait, np.nan), cutoff, features.index, "due_on")


def anniversary(features: pd.DataFrame, cutoff: dt.date) -> pd.Series:
    """The next yearly return of the first order day, from the cutoff on (29 February is kept on 1 March)."""
    first = np.datetime64(cutoff, "D") - features["tenure"].to_numpy().astype("timedelta64[D]")
    month = first.astype("datetime64[M]")
    month_of_year, day_of_month = month - month.astype("datetime64[Y]").astype("datetime64[M]"), first - month
    this_year, next_year = (
        ((np.datetime64(cutoff, "Y") + k).astype("datetime64[M]") + month_of_year).astype("datetime64[D]")
        + day_of_month
        for k in (0, 1)
    )
    found = np.where(this_year < np.datetime64(cutoff, "D"), next_year, this_year)
    return pd.Series(pd.DatetimeIndex(found).as_unit("us"), features.index, name="anniversary")


def thanks(features: pd.DataFrame, earlier: pd.DataFrame | None, compare_days: int) -> pd.Series[str]:
    """What the customer has reached since the earlier cutoff and earned thanks for; null for others.

    A full year as a customer with an order in the last of them, or a round number of order days.
    """
    orders, tenure = features["frequency"].to_numpy() + 1, features["tenure"].to_numpy()
    before = np.zeros(len(features))
    if earlier is not None:
        before = (earlier["frequency"] + 1).reindex(features.index, fill_value=0).to_numpy()
    years = np.floor(tenure / YEAR)
    full_year = (years > np.floor((tenure - compare_days) / YEAR)) & (features["orders_365"].to_numpy() > 0)
    reached = np.array([0, *MILESTONES])[np.searchsorted(MILESTONES, orders, side="right")]
    milestone = reached > before
    found = [
        f"{m} order days" if by_orders else f"{y:.0f} year{'s' if y > 1 else ''} a customer" if by_year else None
        for m, y, by_orders, by_year in zip(reached, years, milestone, full_year & (years >= 1), strict=True)
    ]
    return pd.Series(pd.array(found, TEXT_DTYPE), features.index, name="thanks")


def spend_rank(features: pd.DataFrame) -> pd.Series[float]:
    """Share of the customers who spent less in the last 180 days (net; order days without money), in [0, 1)."""
    spend = features["net_180" if "net_180" in features else "orders_180"].to_numpy()
    have_less = np.searchsorted(np.sort(spend), spend, side="left")
    return pd.Series(have_less / max(len(spend), 1), features.index, name="spend_rank")


def falling_off(states: pd.DataFrame, rules: LoyaltyParams) -> pd.Series[bool]:
    """Who was among the best fifth by spend at the earlier cutoff, has lost `falling_ranks` since, and is not well.

    One large order alone is no height to fall from: it takes two order days.
    """
    before = states["spend_rank_before"]
    dropped = (before >= BEST_SHARE) & (before - states["spend_rank"] >= rules.falling_ranks)
    return (dropped & (states["health"] != GOOD) & (states["orders"] > 1)).rename("falling_off")


def _days_ahead(wait: Floats, cutoff: dt.date, index: pd.Index, name: str) -> pd.Series:
    days = pd.Timestamp(cutoff) + pd.to_timedelta(pd.Series(wait, index), unit="D")
    return days.astype("datetime64[us]").rename(name)
