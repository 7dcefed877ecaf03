"""Referrals: who recommended the shop to whom, what that brought, and whom to ask next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.columns import days_between
from regulars.features import reading_facts
from regulars.loyalty.actions import ACTIONS
from regulars.loyalty.associations.driver import (
    MONEY,
    POINTS,
    Driver,
    enough,
    interval,
    money,
)
from regulars.loyalty.associations.estimates import difference_of_means, difference_of_shares
from regulars.loyalty.feeds.feed_and_log import EVENTS, LEAST, FeedAndLog, of_hundred, shared
from regulars.loyalty.health import GOOD
from regulars.loyalty.stages import ADVOCATE
from regulars.transactions import ids_in_log

ASKED_LATELY = "thank them; they were asked for a referral lately"
GROUP, COMPARISON = "customers who were recommended to the shop", "other customers since then"
ADJUSTED = "days since the first order"


def recommended(both: FeedAndLog) -> pd.DataFrame:
    """Every person once whom a customer recommended the shop to, with the first who did.

    Parameters
    ----------
    both : FeedAndLog

    Returns
    -------
    DataFrame
        `customer` (who recommended), `day`, `referred` (the id in the log; null without orders), `waited` (days to the
        first order; NaN without one, or where it came before).
    """
    rows = both.rows
    if "referred_id" not in rows:
        return pd.DataFrame({"customer": [], "day": pd.Series(dtype="datetime64[us]"), "referred": [], "waited": []})
    named = rows.dropna(subset=["referred_id"]).sort_values(["day", "customer_id"]).drop_duplicates("referred_id")
    ids = both.customers.index
    referred = ids_in_log(named["referred_id"], ids)
    first = pd.to_datetime(referred.map(both.customers["first_order"]))
    waited = pd.Series(days_between(named["day"], first), named.index)
    found = named[["customer", "day"]].assign(referred=referred, waited=waited.where(waited >= 0))
    again = found["referred"].notna() & found["referred"].duplicated()  # of an e-mail address in another case
    return found[~(waited < 0) & ~again]


def findings(both: FeedAndLog) -> Iterator[Driver]:
    """How many name somebody, how many of those order, and whether they stay and spend as others do."""
    rows, found, days = both.rows, both.once(recommended), both.windows.horizon_days
    if "referred_id" in rows and rows["referred_id"].isna().any() and rows["customer"].nunique() >= LEAST:
        named = rows["referred_id"].notna().groupby(rows["customer"]).any()
        yield shared("askers_named", "customers who were asked or recommended", named, "named somebody")
    followed = found[both.ages(found["day"]) > days]
    if len(followed) >= LEAST:
        won = followed["waited"] <= days
        yield shared("referrals_won", "people who were recommended to", won, f"ordered within {days} days")
    if found["waited"].notna().sum() >= LEAST:
        yield from _compared(both, found.loc[found["waited"].notna(), "referred"])


def customers(both: FeedAndLog) -> pd.DataFrame:
    """What the referrals of every customer brought, and whom to ask next; index `customer_id`."""
    found = both.once(recommended)
    won = found[found["waited"].notna()]
    value = won["referred"].map(both.customers["spend_so_far"]).astype("float64")
    told = {
        "referred": won.groupby("customer").size(),
        "referred_value": value.groupby(won["customer"]).sum(min_count=1),
        "last_asked": both.rows.groupby("customer")["day"].max(),
    }
    made = both.of_customers(pd.DataFrame(told))
    states = both.customers
    ask = (states["stage"] == ADVOCATE) & (states["health"] == GOOD) & ~_asked_lately(both, made["last_asked"])
    return made.assign(referred=made["referred"].fillna(0).astype("int64"), ask_next=ask)


def actions(both: FeedAndLog) -> pd.Series:
    """The action for every customer; whoever was asked lately is not to be asked again. A shop's own words stay."""
    action, lately = both.customers["action"], _asked_lately(both, both.once(customers)["last_asked"])
    return action.mask((action == ACTIONS[f"{ADVOCATE}_{GOOD}"]) & lately, ASKED_LATELY)


def _asked_lately(both: FeedAndLog, last: pd.Series) -> NDArray[np.bool_]:
    return np.asarray(both.ages(last) <= both.rules.ask_again_days)


def _compared(both: FeedAndLog, referred: pd.Series) -> Iterator[Driver]:
    """Second orders within the horizon and net spend so far, against others who first ordered since the feed began."""
    states, first_day, days = both.customers, both.known.first_day, both.windows.horizon_days
    age, longest = both.ages(pd.to_datetime(states["first_order"])), both.ages(pd.Series([first_day]))[0]
    since = (age <= longest) & (age > days)
    exposed = np.asarray(states.index.isin(referred))[since]
    covariates = np.log(age[since])[:, None]
    again = _days_to_second(both).reindex(states.index).to_numpy(np.float64)[since] <= days
    if enough(exposed, again, least=LEAST, events=EVENTS):
        found = difference_of_shares(again, exposed, covariates)
        text = (
            f"of 100 {GROUP}, {of_hundred(found.value)} ordered again within {days} days of the first order than of "
            f"100 {COMPARISON} {interval(of_hundred(found.low), of_hundred(found.high))}."
        )
        yield Driver.between(("repeat_of_referred", GROUP, COMPARISON), POINTS, found, exposed, ADJUSTED, text)
    if both.tx.has_money and enough(exposed, least=LEAST):
        spent = difference_of_means(states["spend_so_far"].to_numpy(np.float64)[since], exposed, covariates)
        text = (
            f"{GROUP} have spent {money(spent.value)} so far than {COMPARISON} "
            f"{interval(money(spent.low), money(spent.high))}."
        )
        yield Driver.between(("spend_of_referred", GROUP, COMPARISON), MONEY, spent, exposed, ADJUSTED, text)


def _days_to_second(both: FeedAndLog) -> pd.Series:
    """Days from the first to the second order day of every customer who has two."""
    with reading_facts(both.tx, both.windows) as (connection, facts):
        found = connection.execute(f"""
            SELECT customer_id, (list_sort(list(day))[2] - min(day))::DOUBLE AS days FROM {facts}
            WHERE lines > 0 AND {both.windows.history_sql("day")} GROUP BY customer_id""").df()
    return found.set_index("customer_id")["days"]
