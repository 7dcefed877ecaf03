"""Leads: suspects and prospects before the first order, and how many of them become customers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from regulars.columns import days_between
from regulars.loyalty.associations.driver import DAYS, Driver, interval
from regulars.loyalty.associations.estimates import median_time
from regulars.loyalty.feeds.feed_and_log import LEAST, FeedAndLog, shared
from regulars.texts import TEXT_DTYPE
from regulars.windows import Windows

SUSPECT, PROSPECT, CUSTOMER, NEW = "suspect", "prospect", "customer", "new"


def people(both: FeedAndLog) -> pd.DataFrame:
    """Every lead once, by its first day.

    Parameters
    ----------
    both : FeedAndLog

    Returns
    -------
    DataFrame
        `lead` (the id), `day`, `channel` where it is mapped, `qualified_on`, `first_order`, `days_to_first_order` (NaN
        without an order since that day), `stage` (suspect, prospect, or the stage of the customer), and `stage_before`
        (suspect, prospect or customer `loyalty.compare_days` earlier; new who was none of them).
    """
    found = _once(both.rows)
    first = _looked_up(both.customers["first_order"], found["customer"])
    waited = pd.Series(days_between(found["day"], pd.to_datetime(first)), found.index)
    stage = _looked_up(both.customers["stage"], found["customer"]).fillna(_open_stage(found))
    before = _before(both, both.windows.shifted(-both.rules.compare_days))
    return found.assign(
        first_order=first,
        days_to_first_order=waited.where(waited >= 0),
        was_customer=waited < 0,
        stage=stage,
        stage_before=_looked_up(before, found["lead"]).fillna(NEW),
    )


def findings(both: FeedAndLog) -> Iterator[Driver]:
    """How many leads show interest and order within the horizon, by where they came from, and how long that takes."""
    everybody = both.once(people)
    leads, days = everybody[~everybody["was_customer"]], both.windows.horizon_days
    still = leads["first_order"].isna()
    if still.sum() >= LEAST:
        prospects = leads.loc[still, "stage"] == PROSPECT
        yield shared("open_prospects", "leads without an order", prospects, "are prospects, the others suspects")
    followed = leads[both.ages(leads["day"]) > days]
    won = followed["days_to_first_order"] <= days
    if len(followed) >= LEAST:
        interested = (followed["qualified_on"] - followed["day"]).dt.days <= days
        if interested.any():
            yield shared("leads_qualified", "leads", interested, f"showed interest within {days} days")
        yield shared("leads_won", "leads", won, f"ordered within {days} days")
        if "channel" in followed:
            for channel, own in won.groupby(followed["channel"]):
                if len(own) >= LEAST:
                    yield shared("leads_won_by_channel", f"leads from {channel}", own, f"ordered within {days} days")
    if len(leads) >= LEAST and not still.all():
        yield _wait(both, leads)


def customers(both: FeedAndLog) -> pd.DataFrame:
    """Of every customer who was a lead: since when, and how long the first order took; index `customer_id`."""
    found = both.once(people).dropna(subset=["customer"]).set_index("customer")
    told = found[["day", "days_to_first_order"]].rename(columns={"day": "lead_day"})
    return both.of_customers(told)


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a lead: the first day, and the first day of interest."""
    qualified = rows["qualified_on"] if "qualified_on" in rows else pd.Series(pd.NaT, rows.index)
    rows = rows.assign(qualified_on=qualified).sort_values(["customer_id", "day"], kind="stable")
    rows = rows.assign(qualified_on=rows.groupby("customer_id")["qualified_on"].transform("min"))
    return rows.drop_duplicates("customer_id").rename(columns={"customer_id": "lead"}).reset_index(drop=True)


def _looked_up(values: pd.Series, keys: pd.Series) -> pd.Series:
    """Values by their keys; unlike `map`, also where there are no keys at all."""
    return values.reindex(keys).set_axis(keys.index)


def _open_stage(found: pd.DataFrame) -> pd.Series:
    return pd.Series(np.where(found["qualified_on"].notna(), PROSPECT, SUSPECT), found.index, dtype=TEXT_DTYPE)


def _before(both: FeedAndLog, earlier: Windows) -> pd.Series:
    """The stage of each lead at an earlier cutoff, by what was known then."""
    found = _once(both.feed.at(earlier, both.tx).frame)
    stage = _open_stage(found).where(found["customer"].isna(), CUSTOMER)
    return stage.set_axis(found["lead"], axis="index")


def _wait(both: FeedAndLog, leads: pd.DataFrame) -> Driver:
    came = leads["days_to_first_order"].notna().to_numpy()
    waited = leads["days_to_first_order"].to_numpy(np.float64)
    found = median_time(np.where(came, waited, both.ages(leads["day"])), came)
    text = (
        f"Half of all leads order within {found.value:.0f} days {interval(f'{found.low:.0f}', f'{found.high:.0f}')}; "
        "who has not ordered yet counts for as long as they are known."
    )
    return Driver("days_to_first_order", "leads", "", DAYS, found, len(leads), 0, "", text)
