"""One customer: what the log holds, the states that follow, the rhythm, and what has changed. Never stored."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any

import pandas as pd

from regulars.columns import plain_records, plain_row, plain_value
from regulars.loyalty.feeds.from_feed import from_feeds, with_feeds
from regulars.loyalty.preferring.preferences import preferences_of
from regulars.loyalty.states import Segmented, segment_log
from regulars.loyalty.suggestions.picked import one_of_each
from regulars.params import LoyaltyParams
from regulars.transactions import Bought, Feed, History, Transactions, find_customer, read_history
from regulars.windows import Windows

LATELY = 90  # days that are compared with as many before them
COMPARED = ("segment", "stage", "health", "tier")
MONTHS = 36  # of the history that are shown one by one


@dataclass(frozen=True)
class Lately:
    """Order days and their money in the last days, and in as many before them; money is None where the log has none."""

    days: int
    orders: int
    orders_before: int
    money: float | None
    money_before: float | None


@dataclass(frozen=True, eq=False)
class Customer:
    """One customer at a cutoff.

    Parameters
    ----------
    history : History
        All that the log holds.
    state : mapping
        The row of the states; columns as in `tables.SEGMENTS`.
    before : mapping or None
        What the states were at the earlier cutoff; None where the customer was none then, or the log does not reach
        back so far.
    windows : Windows
        The cutoff.
    compared_with : datetime.date or None
        The earlier cutoff.
    next_sale : DataFrame
        What to offer next, columns as in `tables.NEXT_SALE`; without rows where nothing is suggested.
    preferences : DataFrame
        Columns as in `tables.PREFERENCES`; without rows for a customer of fewer than three order days.
    feeds : mapping of str to mapping
        What each feed shows about the customer; nothing without feeds.
    """

    history: History
    state: Mapping[str, Any]
    before: Mapping[str, Any] | None
    windows: Windows
    compared_with: dt.date | None
    next_sale: pd.DataFrame
    preferences: pd.DataFrame
    feeds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def gaps(self) -> tuple[int, ...]:
        """Days between order days, in order of time."""
        return tuple((later.day - day.day).days for day, later in pairwise(self.history.order_days))

    @property
    def silent_days(self) -> int:
        """Days since the last order day."""
        return self.windows.history_days(self.history.order_days[-1].day)

    @property
    def median_order(self) -> float | None:
        """Median money of an order day; None where the log has no money."""
        amounts = [bought.money for bought in self.history.order_days if bought.money is not None]
        return float(median(amounts)) if amounts else None

    @property
    def changes(self) -> dict[str, tuple[str | None, str | None]]:
        """Which states are others than at the earlier cutoff, and what they were."""
        if self.before is None:
            return {}
        both = {name: (_text(self.before[name]), _text(self.state[name])) for name in COMPARED}
        return {name: (was, now) for name, (was, now) in both.items() if was != now}

    @property
    def lately(self) -> Lately:
        """The last 90 days beside the 90 days before them."""
        now = Windows(self.windows.cutoff, LATELY).before_cutoff()
        (orders, money), (orders_before, money_before) = map(self._within, (now, now.before_cutoff()))
        return Lately(LATELY, orders, orders_before, money, money_before)

    @property
    def by_month(self) -> tuple[tuple[str, int], ...]:
        """Order days of every calendar month up to the cutoff, the last 36 months at most."""
        counts = Counter(_month(bought.day) for bought in self.history.order_days)
        last = _month(self.windows.shifted(-1).cutoff)
        first = max(min(counts), last - MONTHS + 1)
        return tuple((f"{month // 12}-{month % 12 + 1:02}", counts[month]) for month in range(first, last + 1))

    def _within(self, window: Windows) -> tuple[int, float | None]:
        days = [bought for bought in self.history.order_days if window.counts(bought.day)]
        money = [float(bought.money) for bought in days if bought.money is not None]
        return len(days), sum(money) if self.median_order is not None else None

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, ready for JSON."""
        history = self.history
        return {
            "customer_id": history.customer_id,
            "cutoff": str(self.windows.cutoff),
            "compared_with": str(self.compared_with) if self.compared_with else None,
            "states": plain_row(self.state),
            "states_before": None if self.before is None else {name: _text(self.before[name]) for name in COMPARED},
            "changes": {name: {"before": was, "now": now} for name, (was, now) in self.changes.items()},
            "feeds": {name: plain_row(row) for name, row in self.feeds.items()},
            "last_days": vars(self.lately),
            "order_days": [_told(bought) for bought in history.order_days],
            "returns": [_told(bought) for bought in history.returns],
            "bought_most": [{"what": what, "order_days": days} for what, days in history.things[:10]],
            "channels": [{"channel": what, "order_days": days} for what, days in history.channels],
            "rhythm": {
                "usual_gap": plain_value(self.state["usual_gap"]),
                "own_gaps": list(self.gaps),
                "days_since_last": self.silent_days,
            },
            "next_sale": plain_records(self.next_sale.drop(columns="customer_id")),
            "preferences": plain_records(self.preferences.drop(columns="customer_id")),
        }


def one_customer(
    tx: Transactions,
    customer_id: object,
    windows: Windows,
    rules: LoyaltyParams,
    feeds: Mapping[str, Feed] | None = None,
    *,
    margin: float = 1.0,
) -> Customer:
    """Look at one customer at a cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    customer_id : int, float or str
        As `transactions.find_customer` takes it.
    windows : Windows
        The cutoff.
    rules : LoyaltyParams
        By which states follow from the log.
    feeds : mapping, optional
        Feeds by name.
    margin : float
        Share of net money that is margin, beside what winning the customer cost.

    Raises
    ------
    InputError
        If there is no such customer; with the nearest known ids.
    """
    found = find_customer(tx, customer_id, windows)  # before the work that a mistyped id is not worth
    history, states = read_history(tx, found, windows), segment_log(tx, windows.cutoff, rules)
    told = from_feeds(feeds or {}, tx, windows, states.frame, rules, margin=margin)
    frame = with_feeds(states.frame, told)[list(states.frame)]
    state = frame[frame["customer_id"] == found].iloc[0].to_dict()
    offered, preferred = one_of_each(tx, windows, found), preferences_of(tx, windows, [found])
    rows = {name: dict(each.customers.loc[found].to_dict()) for name, each in told.items()}
    before = _before(states, found)
    return Customer(history, state, before, windows, states.compared_with, offered, preferred, rows)


def _before(states: Segmented, customer_id: Any) -> Mapping[str, Any] | None:
    if states.earlier is None or customer_id not in states.earlier.index:
        return None
    return dict(states.earlier.loc[customer_id].to_dict())


def _month(day: dt.date) -> int:
    return 12 * day.year + day.month - 1


def _told(bought: Bought) -> dict[str, Any]:
    values = {"day": str(bought.day), "money": plain_value(bought.money), "discount": plain_value(bought.discount)}
    return {**values, "things": list(bought.things)}


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)
