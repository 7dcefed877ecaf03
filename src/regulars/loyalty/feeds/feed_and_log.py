"""A feed and the log: what was known of both at a cutoff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.loyalty.associations.driver import SHARE, Driver, interval, percent
from regulars.loyalty.associations.estimates import share
from regulars.params import LoyaltyParams
from regulars.transactions import Feed, KnownFeed, Transactions
from regulars.transactions.feeds.feed import days_before
from regulars.windows import Windows

LEAST = 30  # customers, answers or complaints that a figure rests on
EVENTS = 10  # of them to whom it happened, and to whom it did not, where groups are compared
Make = Callable[["FeedAndLog"], pd.DataFrame]


@dataclass(frozen=True, eq=False)
class FeedAndLog:
    """A feed and a log at a cutoff.

    Parameters
    ----------
    feed : Feed
    tx : Transactions
        The validated log.
    windows : Windows
        The cutoff, and the horizon: what followed is counted for so many days.
    states : DataFrame
        The states of all customers at the cutoff; columns as in `tables.SEGMENTS`.
    rules : LoyaltyParams
    margin : float
        Share of net money that is margin.
    """

    feed: Feed
    tx: Transactions
    windows: Windows
    states: pd.DataFrame
    rules: LoyaltyParams
    margin: float
    _made: dict[Callable[[FeedAndLog], pd.DataFrame], pd.DataFrame] = field(
        default_factory=dict, init=False, repr=False
    )

    def once(self, make: Make) -> pd.DataFrame:
        """What a function makes of this, made when first asked for: findings and columns rest on the same tables."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    @cached_property
    def known(self) -> KnownFeed:
        """What of the feed was known at the cutoff."""
        return self.feed.at(self.windows, self.tx)

    @property
    def rows(self) -> pd.DataFrame:
        """The rows that count."""
        return self.known.frame

    @cached_property
    def customers(self) -> pd.DataFrame:
        """The states, index `customer_id`."""
        return self.states.set_index("customer_id")

    def of_customers(self, values: pd.Series | pd.DataFrame) -> pd.DataFrame:
        """Values that are indexed by customers, for all customers of the log; null for others."""
        return pd.DataFrame(values).reindex(self.customers.index)

    def ages(self, days: pd.Series) -> NDArray[np.float64]:
        """Days from each day to the cutoff; NaN where there is none."""
        return days_before(days, self.windows)


def shared(driver: str, whom: str, happened: pd.Series | NDArray[np.bool_], what: str) -> Driver:
    """The share to whom something happened, as a finding."""
    found, count = share(int(happened.sum()), len(happened)), len(happened)
    ends = interval(percent(found.low), percent(found.high))
    return Driver(
        driver, whom, "", SHARE, found, count, 0, "", f"Of {count:,} {whom}, {percent(found.value)} {what} {ends}."
    )


def of_hundred(difference: float) -> str:
    """A difference of shares as customers of a hundred.

    Examples
    --------
    >>> of_hundred(0.034), of_hundred(-0.2)
    ('3.4 more', '20.0 fewer')
    """
    return f"{abs(100 * difference):.1f} {'more' if difference >= 0 else 'fewer'}"
