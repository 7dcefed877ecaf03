"""A feed beside the log: what was known of both at a cutoff."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.features import reading_facts
from regulars.loyalty.associations.at_start import AtStart, at_start, reaches
from regulars.loyalty.associations.driver import SHARE, Driver, interval, percent
from regulars.loyalty.associations.estimates import share
from regulars.params import LoyaltyParams
from regulars.transactions import Feed, KnownFeed, Transactions
from regulars.transactions.feeds.feed import days_before
from regulars.windows import Windows

LEAST = 30  # customers, answers or complaints that a figure rests on
EVENTS = 10  # of them to whom it happened, and to whom it did not, where groups are compared


@dataclass(frozen=True, eq=False)
class Beside:
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

    @cached_property
    def at_start(self) -> AtStart | None:
        """Customers at the beginning of the horizon before the cutoff; None where the log is too short for it."""
        window = self.windows.before_cutoff()
        return at_start(self.tx, window) if reaches(self.tx, window) else None

    def ages(self, days: pd.Series) -> NDArray[np.float64]:
        """Days from each day to the cutoff; NaN where there is none."""
        return days_before(days, self.windows)

    @cached_property
    def days_of_customers(self) -> pd.DataFrame:
        """The days of the feed's customers in the log before the cutoff.

        A row a customer and day: `customer`, `age` (days before the cutoff), `ordered`, `returned`.
        """
        whom = pd.DataFrame({"customer": self.rows["customer"].dropna().unique()}).infer_objects()
        if whom.empty:
            return pd.DataFrame({"customer": [], "age": [], "ordered": [], "returned": []})
        with reading_facts(self.tx, self.windows) as (connection, facts):
            connection.register("whom", whom)
            found = connection.execute(f"""
                SELECT customer_id AS customer, (-{self.windows.wait_sql("day")})::DOUBLE AS age, lines > 0 AS ordered,
                  return_lines > 0 AS returned
                FROM {facts} JOIN whom ON customer_id = customer
                WHERE {self.windows.history_sql("day")} ORDER BY customer, age DESC""").df()
            connection.unregister("whom")
        return found


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
