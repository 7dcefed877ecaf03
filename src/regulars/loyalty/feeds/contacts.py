"""Contacts: whom the shop wrote to or called, how often, and whom it did not contact while they were leaving."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from regulars.loyalty.associations.driver import DAYS, Driver, interval
from regulars.loyalty.associations.estimates import median_time
from regulars.loyalty.feeds.feed_and_log import LEAST, FeedAndLog, shared
from regulars.loyalty.health import POOR
from regulars.params import INBOUND

YEAR = 365


def findings(both: FeedAndLog) -> Iterator[Driver]:
    """How many were contacted lately, how long apart contacts are, who began, and who was left out while leaving."""
    made, limit = by_shop(both.rows), both.rules.no_contact_days
    told = both.once(customers)
    lately = told["last_contact"].notna() & (both.ages(told["last_contact"]) <= limit)
    if len(told) < LEAST or both.rows.empty:
        return
    yield shared("customers_contacted", "customers", lately, f"were contacted in the last {limit} days")
    yield from _apart(both, made)
    if "direction" in both.rows and len(both.rows) >= LEAST:
        inbound = both.rows["direction"] == INBOUND
        yield shared("contacts_inbound", "contacts", inbound, "were made by the customer")
    leaving = _leaving(both)
    if leaving.sum() >= LEAST:
        what = f"were not contacted for {limit} days"
        yield shared("silence_alarm", "good customers who are leaving", told.loc[leaving, "silence_alarm"], what)


def customers(both: FeedAndLog) -> pd.DataFrame:
    """Contacts of every customer, and whether the shop is silent while a good one is leaving; index `customer_id`."""
    rows, made = both.rows, by_shop(both.rows)
    inbound = rows[rows["direction"] == INBOUND] if "direction" in rows else rows.head(0)
    year = made[both.ages(made["day"]) <= YEAR]
    told = {
        "last_contact": made.groupby("customer")["day"].max(),
        "last_inbound": inbound.groupby("customer")["day"].max(),
        "contacts_365": year.groupby("customer").size(),
    }
    found = both.of_customers(pd.DataFrame(told))
    silent = ~(both.ages(found["last_contact"]) <= both.rules.no_contact_days)
    return found.assign(
        contacts_365=found["contacts_365"].fillna(0).astype("int64"), silence_alarm=_leaving(both) & silent
    )


def by_shop(rows: pd.DataFrame) -> pd.DataFrame:
    """The contacts that the shop made: all where nothing tells the direction."""
    return rows[rows["direction"] != INBOUND] if "direction" in rows else rows


def _leaving(both: FeedAndLog) -> pd.Series:
    """Main customers in poor health, and those who are falling off."""
    states = both.customers
    return states["falling_off"] | (states["main"] & (states["health"] == POOR))


def _apart(both: FeedAndLog, made: pd.DataFrame) -> Iterator[Driver]:
    days = made.drop_duplicates(["customer", "day"]).sort_values(["customer", "day"])
    gap = days.groupby("customer")["day"].diff(-1).dt.days.abs().to_numpy(np.float64)
    again = np.isfinite(gap)
    if again.sum() < LEAST:
        return
    found = median_time(np.where(again, gap, both.ages(days["day"])), again)
    text = (
        f"Half of all contacts were followed by the next one within {found.value:.0f} days "
        f"{interval(f'{found.low:.0f}', f'{found.high:.0f}')}; last ones count for as long as they are known."
    )
    yield Driver("days_between_contacts", "contacts by the shop", "", DAYS, found, len(days), 0, "", text)
