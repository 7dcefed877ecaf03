"""Costs: what winning customers cost by month, channel and customer, against what they have brought."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from regulars.loyalty.associations.driver import AMOUNT, RATIO, Driver, interval
from regulars.loyalty.associations.estimates import ratio_of_totals
from regulars.loyalty.feeds.feed_and_log import LEAST, FeedAndLog

FEWEST_MONTHS = 6  # with costs, that a figure rests on
MONTH, CHANNEL = "month", "channel"


def findings(both: FeedAndLog) -> Iterator[Driver]:
    """What a new customer cost, of all and by channel, and how many times as much they have brought."""
    rows, won = _rows(both), both.once(_won)
    yield from _by_month("a new customer", "acquisition_cost", rows, won)
    if CHANNEL in rows and CHANNEL in won:
        for channel, own in rows.groupby(CHANNEL):
            new = won[won[CHANNEL] == channel]
            yield from _by_month(f"a new customer by {channel}", "acquisition_cost_by_channel", own, new)
    told = both.once(customers)
    known = told["acquisition_cost"] > 0
    if not both.tx.has_money or known.sum() < LEAST:
        return
    earned = _earned(both)[known].to_numpy(np.float64)
    found = ratio_of_totals(earned, told.loc[known, "acquisition_cost"].to_numpy(np.float64))
    text = (
        f"{int(known.sum()):,} customers have brought {found.value:.1f} times what winning them cost so far "
        f"{interval(f'{found.low:.1f}', f'{found.high:.1f}')}."
    )
    yield Driver("value_to_cost", "customers", "what winning them cost", RATIO, found, int(known.sum()), 0, "", text)


def customers(both: FeedAndLog) -> pd.DataFrame:
    """What winning each customer cost, and whether it has been earned back; index `customer_id`."""
    rows, won = _rows(both), both.once(_won)
    parts = [rows.dropna(subset=["customer"]).groupby("customer")["amount"].sum().reindex(won.index)]
    shared = rows[rows["customer"].isna()]
    for keys in ([MONTH], [MONTH, CHANNEL]):
        if CHANNEL in keys and not (CHANNEL in rows and CHANNEL in won):
            continue
        own = shared[shared[CHANNEL].notna() == (CHANNEL in keys)] if CHANNEL in shared else shared
        each = own.groupby(keys)["amount"].sum() / won.groupby(keys).size()
        parts.append(won.join(each.rename("each"), on=keys)["each"])
    cost = pd.concat(parts, axis="columns").sum(axis="columns", min_count=1).astype("float64")
    found = both.of_customers(cost.rename("acquisition_cost"))
    back = (_earned(both) >= found["acquisition_cost"]).astype("boolean")
    return found.assign(earned_back=back.where(found["acquisition_cost"].notna() & both.tx.has_money))


def by_cohort(both: FeedAndLog) -> pd.Series:
    """What a customer cost on average, by the month of the first order; NaN where the feed does not tell."""
    return both.once(customers)["acquisition_cost"].groupby(both.once(_won)[MONTH]).mean()


def _rows(both: FeedAndLog) -> pd.DataFrame:
    """The costs, each with its month."""
    return both.rows.assign(month=both.rows["day"].dt.to_period("M").dt.to_timestamp())


def _won(both: FeedAndLog) -> pd.DataFrame:
    """The month and, where the log has it, the channel of every customer's first order; index `customer_id`."""
    first = pd.to_datetime(both.customers["first_order"])
    found = pd.DataFrame({MONTH: first.dt.to_period("M").dt.to_timestamp()}, index=both.customers.index)
    if CHANNEL not in both.tx.columns:
        return found
    channels = both.tx.connection.execute(f"""
        SELECT customer_id, min({{'day': day, 'channel': channel}}).channel AS channel FROM lines
        WHERE is_purchase AND channel IS NOT NULL AND {both.tx.history_sql(both.windows)}
        GROUP BY customer_id""").df()
    return found.assign(channel=channels.set_index("customer_id")["channel"])


def _earned(both: FeedAndLog) -> pd.Series:
    return both.margin * both.customers["spend_so_far"].astype("float64")


def _by_month(group: str, driver: str, rows: pd.DataFrame, won: pd.DataFrame) -> Iterator[Driver]:
    """Costs over new customers, months being what varies."""
    spent = rows.groupby(MONTH)["amount"].sum()
    new = won.groupby(MONTH).size().reindex(spent.index, fill_value=0).astype("float64")
    if (new > 0).sum() < FEWEST_MONTHS:
        return
    table = np.column_stack([spent, new])[new > 0].astype(np.float64)
    found = ratio_of_totals(table[:, 0], table[:, 1])
    ends = interval(f"{found.low:,.2f}", f"{found.high:,.2f}")
    text = f"Winning {group} cost {found.value:,.2f} on average of {int((new > 0).sum()):,} months {ends}."
    yield Driver(driver, group, "", AMOUNT, found, int(new.sum()), 0, "", text)
