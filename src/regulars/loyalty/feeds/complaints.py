"""Complaints: how they were dealt with, who came back, and how many had reason to complain and did not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.features import reading_facts
from regulars.loyalty.associations.driver import (
    AMOUNT,
    DAYS,
    POINTS,
    SHARE,
    Driver,
    enough,
    interval,
    percent,
)
from regulars.loyalty.associations.estimates import difference_of_shares, mean, median_time, share
from regulars.loyalty.feeds.feed_and_log import EVENTS, LEAST, FeedAndLog, of_hundred, shared
from regulars.loyalty.health import POOR
from regulars.texts import TEXT_DTYPE

WITHIN = 30  # days after a complaint in which it is resolved or not; and around a return in which it is complained of
GAVE_BACK, LATE = "gave something back", "poor health"


def findings(both: FeedAndLog) -> Iterator[Driver]:
    """Time to resolve, compensation, follow-up, who came back, and how much of what went wrong was voiced."""
    rows = both.rows
    if len(rows) >= LEAST:
        yield from _dealt_with(rows, both.ages(rows["day"]))
        yield from _came_back(both)
    yield from _voiced(both)
    yield from _silent(both)


def customers(both: FeedAndLog) -> pd.DataFrame:
    """Complaints of every customer, and signs of trouble of those who never complained; index `customer_id`."""
    by_customer = both.rows.groupby("customer")
    told = {"complaints": by_customer.size(), "last_complaint": by_customer["day"].max()}
    if "resolved_on" in both.rows:
        told["open_complaints"] = both.rows["resolved_on"].isna().groupby(both.rows["customer"]).sum()
    found = both.of_customers(pd.DataFrame(told))
    counts = [name for name in ("complaints", "open_complaints") if name in found]
    found[counts] = found[counts].fillna(0).astype("int64")
    late = both.customers["health"] == POOR
    returned = both.once(_first_returns)
    gave_back = pd.Series(found.index.isin(returned.loc[returned["lately"], "customer"]), found.index)
    sign = pd.Series(np.where(gave_back, GAVE_BACK, LATE), found.index, dtype=TEXT_DTYPE)
    return found.assign(silent_sign=sign.where((gave_back | late) & (found["complaints"] == 0)))


def _dealt_with(rows: pd.DataFrame, ages: NDArray[np.float64]) -> Iterator[Driver]:
    whom, count = "complaints", len(rows)
    if "resolved_on" in rows:
        resolved = rows["resolved_on"].notna().to_numpy()
        took = (rows["resolved_on"] - rows["day"]).dt.days.to_numpy(np.float64)
        if resolved.any():
            found = median_time(np.where(resolved, took, ages), resolved)
            ends = interval(f"{found.low:.0f}", f"{found.high:.0f}")
            text = f"Half of {count:,} complaints were resolved within {found.value:.0f} days {ends}; open ones count."
            yield Driver("days_to_resolve", whom, "", DAYS, found, count, 0, "", text)
        yield shared("complaints_resolved", whom, resolved, "are resolved")
        if "compensation" in rows and resolved.sum() >= LEAST:
            given = mean(rows.loc[resolved, "compensation"].fillna(0.0).to_numpy(np.float64))
            ends = interval(f"{given.low:,.2f}", f"{given.high:,.2f}")
            text = f"A resolved complaint was compensated with {given.value:,.2f} on average {ends}."
            yield Driver("compensation", "resolved complaints", "", AMOUNT, given, int(resolved.sum()), 0, "", text)
    if "followed_up_on" in rows:
        yield shared("complaints_followed_up", whom, rows["followed_up_on"].notna().to_numpy(), "were followed up")


def _came_back(both: FeedAndLog) -> Iterator[Driver]:
    """Who ordered after a first complaint that was resolved within 30 days, against one that was not.

    Orders count from the 31st day on, for as many days as the horizon has: nobody comes back before it is known in
    which group they are.
    """
    if "resolved_on" not in both.rows:
        return
    days = both.windows.horizon_days
    first = both.rows.drop_duplicates("customer")
    first = first.assign(age=both.ages(first["day"])).query("age > @WITHIN + @days")
    if first.empty:
        return
    merged = first[["customer", "age"]].merge(_orders_of(first["customer"], both), on="customer")
    after = merged["age"] - merged["order_age"]  # days from the complaint to the order
    so_far, later = merged[after <= 0], merged[(after > WITHIN) & (after <= WITHIN + days)]
    before = so_far.assign(after=after[after <= 0]).groupby("customer")["after"].agg(["size", "max"])
    first = first[first["customer"].isin(before.index)]
    resolved = ((first["resolved_on"] - first["day"]).dt.days <= WITHIN).to_numpy()
    came = first["customer"].isin(later["customer"]).to_numpy()
    if not enough(resolved, came, least=LEAST, events=EVENTS):
        return
    history = before.loc[first["customer"]]
    covariates = np.column_stack([np.log(history["size"]), np.log1p(-history["max"])]).astype(np.float64)
    found = difference_of_shares(came, resolved, covariates)
    text = (
        f"of 100 customers whose first complaint was resolved within {WITHIN} days, "
        f"{of_hundred(found.value)} ordered in the {days} days after that than of 100 others with equal orders before "
        f"{interval(of_hundred(found.low), of_hundred(found.high))}."
    )
    group, comparison = f"first complaint resolved within {WITHIN} days", "first complaint not resolved by then"
    names, adjusted = ("return_after_complaint", group, comparison), "orders before, days since the last order"
    yield Driver.between(names, POINTS, found, resolved, adjusted, text)


def _voiced(both: FeedAndLog) -> Iterator[Driver]:
    """Of customers who gave something back since the feed began, the share who complained around the first time."""
    known, rows = both.known, both.rows
    if known.first_day is None:
        return
    longest = float(both.ages(pd.Series([known.first_day]))[0])
    returned = both.once(_first_returns)
    returned = returned[(returned["age"] > WITHIN) & (returned["age"] <= longest)]
    if len(returned) < LEAST:
        return
    near = returned.merge(rows.assign(written=both.ages(rows["day"]))[["customer", "written"]], on="customer")
    voiced = near.loc[(near["written"] - near["age"]).abs() <= WITHIN, "customer"].nunique()
    found = share(int(voiced), len(returned))
    text = (
        f"Of {len(returned):,} customers who gave something back for the first time, {percent(found.value)} complained "
        f"within {WITHIN} days of it {interval(percent(found.low), percent(found.high))}: the others wrote nothing."
    )
    yield Driver("faults_voiced", "customers after a first return", "", SHARE, found, len(returned), 0, "", text)


def _silent(both: FeedAndLog) -> Iterator[Driver]:
    """Of customers in poor health, the share who never complained."""
    poor = both.customers.index[both.customers["health"] == POOR]
    if len(poor) < LEAST or both.rows.empty:
        return
    silent = ~poor.isin(both.rows["customer"])
    yield shared("silent_leavers", "customers in poor health", silent, "never complained")


def _orders_of(customers: pd.Series, both: FeedAndLog) -> pd.DataFrame:
    """Every order day of some customers before the cutoff: `customer`, and `order_age`, days before the cutoff."""
    with reading_facts(both.tx, both.windows) as (connection, facts):
        connection.register("whom", pd.DataFrame({"whom": customers}).infer_objects())
        found = connection.execute(f"""
            SELECT customer_id AS customer, (-{both.windows.wait_sql("day")})::DOUBLE AS order_age
            FROM {facts} JOIN whom ON customer_id = whom
            WHERE lines > 0 AND {both.windows.history_sql("day")} ORDER BY customer, order_age DESC""").df()
        connection.unregister("whom")
    return found


def _first_returns(both: FeedAndLog) -> pd.DataFrame:
    """Every customer who gave something back before the cutoff.

    `customer`, `age` (days from the first time to the cutoff), `lately` (whether they did in the horizon before it).
    """
    with reading_facts(both.tx, both.windows) as (connection, facts):
        return connection.execute(f"""
            SELECT customer_id AS customer, (-min({both.windows.wait_sql("day")}))::DOUBLE AS age,
              bool_or({both.windows.past_sql("day")}) AS lately
            FROM {facts} WHERE return_lines > 0 AND {both.windows.history_sql("day")}
            GROUP BY customer_id ORDER BY customer""").df()
