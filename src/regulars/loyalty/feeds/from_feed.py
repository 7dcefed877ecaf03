"""What a feed tells at a cutoff: findings on all customers, and columns for each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from regulars.columns import plain_records
from regulars.errors import InputError
from regulars.loyalty.associations.driver import Driver, drivers_frame
from regulars.loyalty.feeds import complaints, contacts, costs, leads, referrals, surveys
from regulars.loyalty.feeds.feed_and_log import FeedAndLog
from regulars.loyalty.states import segment_log
from regulars.params import COMPLAINTS, CONTACTS, COSTS, LEADS, REFERRALS, SURVEYS, LoyaltyParams, loyalty_rules
from regulars.transactions import Feed, FeedLedger, Transactions, needed_log
from regulars.windows import Windows, cutoff_day

HORIZON_DAYS = 180  # the default of `windows.horizon_days`
FINDINGS: Mapping[str, Callable[[FeedAndLog], Iterator[Driver]]] = {
    SURVEYS: surveys.findings,
    COMPLAINTS: complaints.findings,
    CONTACTS: contacts.findings,
    COSTS: costs.findings,
    LEADS: leads.findings,
    REFERRALS: referrals.findings,
}
CUSTOMERS: Mapping[str, Callable[[FeedAndLog], pd.DataFrame]] = {
    SURVEYS: surveys.customers,
    COMPLAINTS: complaints.customers,
    CONTACTS: contacts.customers,
    COSTS: costs.customers,
    LEADS: leads.customers,
    REFERRALS: referrals.customers,
}


@dataclass(frozen=True, eq=False)
class FromFeed:
    """What a feed tells at a cutoff.

    Parameters
    ----------
    both : FeedAndLog
        The feed and the log.
    """

    both: FeedAndLog

    @property
    def name(self) -> str:
        """Which feed it is."""
        return self.both.feed.name

    @property
    def ledger(self) -> FeedLedger:
        """What became of the rows of the feed."""
        return self.both.known.ledger

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row a finding, with its 95 % interval and a sentence; columns as in `tables.DRIVERS`."""
        return drivers_frame(FINDINGS[self.name](self.both))

    @property
    def customers(self) -> pd.DataFrame:
        """What the feed tells about each customer of the log, index `customer_id`; columns as the contract says."""
        return self.both.once(CUSTOMERS[self.name])

    @property
    def people(self) -> pd.DataFrame | None:
        """Of leads, a row each with its stage now and at an earlier cutoff (`leads.people`); None for other feeds."""
        return self.both.once(leads.people) if self.name == LEADS else None

    def to_dict(self) -> dict[str, Any]:
        """Ledger and findings as plain values, without any id; of leads also how many are in each stage, and moves."""
        told = {"ledger": self.ledger.to_dict(), "findings": plain_records(self.findings)}
        return told if self.people is None else {**told, "leads_by_stage": stage_counts(self.people)}


def stage_counts(people: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Leads by their stage at the earlier cutoff, and by that of now.

    Parameters
    ----------
    people : DataFrame
        From `leads.people`.
    """
    earlier = people.groupby("stage_before")["stage"]
    return {str(before): {str(now): int(n) for now, n in own.value_counts().items()} for before, own in earlier}


def from_feed(
    feed: Feed,
    tx: Transactions,
    cutoff: str | dt.date = "latest",
    *,
    horizon_days: int = HORIZON_DAYS,
    rules: LoyaltyParams | None = None,
    margin: float = 1.0,
) -> FromFeed:
    """What a feed tells about the customers of a log, up to a cutoff.

    Parameters
    ----------
    feed : Feed
        From `read_feed`. Rows on or after the cutoff change nothing, nor do values that became known by then.
    tx : Transactions
        The validated log.
    cutoff : str or date
        A calendar day, its midnight, or "latest": the day after the last order day.
    horizon_days : int
        For how many days customers are followed.
    rules : LoyaltyParams, optional
        The block `loyalty` of the parameters; its defaults if not given.
    margin : float
        Share of net money that is margin, beside costs.

    Returns
    -------
    FromFeed
        `.findings`, `.customers` and `.ledger`; of leads also `.people`.

    Raises
    ------
    InputError
        If the feed was not read by `read_feed`.

    Examples
    --------
    >>> import regulars as rg
    >>> rows = pd.DataFrame({"customer_id": ["00001", "00002", "00003"], "day": "1997-06-01", "score": [10, 9, 3]})
    >>> surveys = rg.read_feed("surveys", rows)
    >>> told = rg.from_feed(surveys, rg.read_transactions("demo"), cutoff="1998-01-01")
    >>> told.customers["survey_group"].head(3).tolist()
    ['promoter', 'promoter', 'detractor']
    """
    if not isinstance(feed, Feed):
        raise InputError(
            f"feed is a {type(feed).__name__}; expected what read_feed returns. Read it first: "
            'feed = regulars.read_feed("surveys", source).'
        )
    windows = Windows(cutoff_day(cutoff, needed_log(tx, "from_feed").last_day), horizon_days)
    rules = loyalty_rules(rules)
    return FromFeed(FeedAndLog(feed, tx, windows, segment_log(tx, windows.cutoff, rules).frame, rules, margin))


def from_feeds(
    feeds: Mapping[str, Feed],
    tx: Transactions,
    windows: Windows,
    states: pd.DataFrame,
    rules: LoyaltyParams,
    *,
    margin: float,
) -> dict[str, FromFeed]:
    """What each feed tells, by the windows and states of a run.

    Parameters
    ----------
    feeds : mapping
        Feeds by name.
    tx : Transactions
        The validated log.
    windows : Windows
        The cutoff and the horizon.
    states : DataFrame
        The states at the cutoff; columns as in `tables.SEGMENTS`.
    rules : LoyaltyParams
        The block `loyalty` of the parameters.
    margin : float
        Share of net money that is margin.
    """
    return {name: FromFeed(FeedAndLog(feed, tx, windows, states, rules, margin)) for name, feed in feeds.items()}


def with_feeds(states: pd.DataFrame, told: Mapping[str, FromFeed]) -> pd.DataFrame:
    """The table of states with the columns that feeds give, as its last ones, and with actions that know of referrals.

    Parameters
    ----------
    states : DataFrame
        Columns as in `tables.SEGMENTS`.
    told : mapping
        From `from_feeds`.
    """
    if REFERRALS in told:
        states = states.assign(action=referrals.actions(told[REFERRALS].both).array)
    columns = [found.customers.reset_index(drop=True) for found in told.values()]  # in the order of the states
    return pd.concat([states.reset_index(drop=True), *columns], axis="columns")


def cost_by_cohort(told: Mapping[str, FromFeed]) -> pd.Series | None:
    """What a customer cost on average by the month of the first order; None where no feed of costs tells.

    Parameters
    ----------
    told : mapping
        From `from_feeds`.
    """
    found = costs.by_cohort(told[COSTS].both) if COSTS in told else None
    return None if found is None or found.isna().all() else found
