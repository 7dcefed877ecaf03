"""What follows a first return: who orders again, and how soon, against customers at the same point without one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.features import reading_facts
from regulars.loyalty.associations.at_start import BINS
from regulars.loyalty.associations.driver import (
    LEAST,
    LEAST_EVENTS,
    RATIO,
    SHARE,
    Driver,
    interval,
    leaves_out,
    more_or_less,
    percent,
    sentence,
)
from regulars.loyalty.associations.estimates import pooled_odds_ratio, share
from regulars.transactions import Transactions
from regulars.windows import Windows

PACES = (7, 14, 30, 60, 120)  # mean days between order days so far, up to which customers are alike
GROUP = "customers after their first return"
COMPARISON = "customers without a return"
ADJUSTED = "orders so far, pace so far, days since the last order"


def after_return(tx: Transactions, windows: Windows) -> Iterator[Driver]:
    """Follow customers from their first return on, for as many days as the window has.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows
        The end of its window is the cutoff: what lies from there on is not known.
    """
    times = spells_of(tx, windows)
    if not times["returned"].any():
        return
    days = windows.horizon_days
    yield from _repeat(times, days)
    tables = day_tables(times)
    counts = times.groupby("returned")["spells"].sum()
    exposed, others = (int(counts.get(returned, 0)) for returned in (True, False))
    if min(exposed, others) < LEAST or min(tables[0, 0].sum(), tables[1, 0].sum()) < LEAST_EVENTS:
        return
    found = pooled_odds_ratio(tables)
    ends = interval(more_or_less(found.low), more_or_less(found.high))
    text = (
        f"in the {days} days after they first gave something back, customers were "
        f"{more_or_less(found.value, 'likely')} to order on a given day than customers who had not, at the same "
        f"point {ends}."
    )
    meaning = sentence(text, clear=leaves_out(found, 1.0))
    yield Driver("orders_after_return", GROUP, COMPARISON, RATIO, found, exposed, others, ADJUSTED, meaning)


def _repeat(spells: pd.DataFrame, days: int) -> Iterator[Driver]:
    """The share who ordered again, of those known for so long after their first return."""
    followed = spells[spells["returned"] & (spells["known"] >= days)]
    count = int(followed["spells"].sum())
    if count < LEAST:
        return
    found = share(int(followed.loc[followed["came"], "spells"].sum()), count)
    meaning = (
        f"Of {count:,} customers, {percent(found.value)} ordered again within {days} days of first giving something "
        f"back {interval(percent(found.low), percent(found.high))}."
    )
    yield Driver("repeat_after_return", GROUP, "", SHARE, found, count, 0, "", meaning)


def day_tables(spells: pd.DataFrame) -> Floats:
    """Who orders on a day and who does not, after a return and without one, for each stratum and day since the order.

    Parameters
    ----------
    spells : DataFrame
        `stratum`, `returned`, `entry`, `exit` (days since the order day, at risk on the days entry + 1 to exit),
        `came` (whether an order came on the day of the exit) and `spells`, how many are alike.

    Returns
    -------
    float array, shape (2, 2, k)
        Returned or not, by ordered or not; strata and days with an order and customers of both kinds.
    """
    last, strata = int(spells["exit"].max()) + 2, int(spells["stratum"].max()) + 1
    counts = np.zeros((3, 2, strata, last))  # entering, leaving, ordering
    who = (1 - spells["returned"].astype(int)).to_numpy(), spells["stratum"].to_numpy()
    weight = spells["spells"].to_numpy(float)
    np.add.at(counts[0], (*who, spells["entry"].to_numpy() + 1), weight)
    np.add.at(counts[1], (*who, spells["exit"].to_numpy() + 1), weight)
    np.add.at(counts[2], (*who, spells["exit"].to_numpy()), weight * spells["came"].to_numpy(bool))
    at_risk, ordered = (counts[0] - counts[1]).cumsum(axis=-1), counts[2]
    tables = np.stack([ordered, at_risk - ordered], axis=1).reshape(2, 2, -1)
    telling = (at_risk.reshape(2, -1) > 0).all(axis=0) & (tables[:, 0].sum(axis=0) > 0)
    return np.asarray(tables[:, :, telling])


def spells_of(tx: Transactions, windows: Windows) -> pd.DataFrame:
    """The times from an order day to the next: before anything was given back, and from the first return on."""
    cutoff, days = windows.shifted(windows.horizon_days), windows.horizon_days
    orders = " + ".join(f"(place > {most})::BIGINT" for most in BINS)
    paces = " + ".join(f"(pace > {most})::BIGINT" for most in PACES)
    with reading_facts(tx, cutoff) as (connection, facts):
        return connection.execute(f"""
            WITH known AS (
              SELECT *, min(day) FILTER (return_lines > 0) OVER (PARTITION BY customer_id) AS returned_on
              FROM {facts} WHERE {cutoff.history_sql("day")}),
            ordered AS (
              SELECT customer_id, day, returned_on - day AS bad, lead(day) OVER own - day AS gap,
                -{cutoff.wait_sql("day")} - 1 AS seen, row_number() OVER own AS place,
                (day - first_value(day) OVER own) / nullif(row_number() OVER own - 1, 0) AS pace
              FROM known WHERE lines > 0 WINDOW own AS (PARTITION BY customer_id ORDER BY day)),
            placed AS (
              SELECT *, ({orders}) * {len(PACES) + 2} + CASE WHEN place = 1 THEN 0 ELSE 1 + {paces} END AS stratum,
                coalesce(gap, seen) AS until
              FROM ordered WHERE bad IS NULL OR bad >= 0),
            parted AS (
              SELECT stratum, false AS returned, 0 AS entry, least(until, coalesce(bad, until)) AS exit,
                gap IS NOT NULL AND gap <= coalesce(bad, gap) AS came, 0 AS known
              FROM placed WHERE bad IS NULL OR bad > 0
              UNION ALL
              SELECT stratum, true, bad, least(until, bad + {days}), gap IS NOT NULL AND gap <= bad + {days}, seen - bad
              FROM placed WHERE bad >= 0 AND (gap IS NULL OR gap > bad))
            SELECT stratum::BIGINT AS stratum, returned, entry::BIGINT AS entry, exit::BIGINT AS exit, came,
              known::BIGINT AS known, count(*)::BIGINT AS spells
            FROM parted GROUP BY ALL ORDER BY ALL""").df()
