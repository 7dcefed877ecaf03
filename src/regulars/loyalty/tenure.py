"""Repeat orders by time since the first order, and the month in which their course bends.

A saying has it that half a year is the watershed: that things go up before and down after. Here the month is estimated,
with an interval, and whether there is one at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features import reading_facts
from regulars.transactions import Transactions
from regulars.windows import Windows

MONTH_DAYS = 30  # months of equal length, counted from each customer's first order day
GROUPS = 100  # parts of the customers that are drawn again together: what one customer does hangs together
LEAST = 100  # customers that a month takes
MOST_MONTHS = 36
STEP = 0.25  # of a month, in which a bend is looked for
FEWEST_MONTHS = 6  # with which a bend is looked for
DRAWS = 1000
SEED = 0
BOUNDS = (0.025, 0.975)  # of the draws: a 95 % interval
EVERYBODY = "everybody"

Counts = tuple[NDArray[np.int64], NDArray[np.int64]]  # active, customers; of shape (groups, months)


@dataclass(frozen=True)
class Watershed:
    """Where the course of the repeat rate bends.

    Parameters
    ----------
    month : float
        Months of 30 days since the first order, to a quarter; the rate runs straight before and after it.
    low, high : float
        95 % interval of the month.
    slope_before, slope_after : float
        Change of the repeat rate from month to month, as a share: 0.01 is a point.
    bend, bend_low, bend_high : float
        `slope_after` less `slope_before`, with its 95 % interval.
    """

    month: float
    low: float
    high: float
    slope_before: float
    slope_after: float
    bend: float
    bend_low: float
    bend_high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the bend leaves out 0."""
        return self.bend_low > 0 or self.bend_high < 0


@dataclass(frozen=True, eq=False)
class Tenure:
    """Repeat orders by months of 30 days since the first order day.

    Parameters
    ----------
    frame : DataFrame
        One row a month, from 1 on (0 is the month of the first order, in which everybody ordered): `month`,
        `customers` who have been known to its end, `active` of them with an order in it, and `repeat_rate`.
    watershed : Watershed or None
        None where fewer than 6 months have 100 customers.
    """

    frame: pd.DataFrame
    watershed: Watershed | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        bend = self.watershed
        return {
            "months": [{str(name): value for name, value in row.items()} for row in self.frame.to_dict("records")],
            "watershed": None if bend is None else {**vars(bend), "is_clear": bend.is_clear},
        }


def tenure(tx: Transactions, windows: Windows) -> Tenure:
    """Count who ordered in each month since the first order, and find where its course bends.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff. A month counts for the customers of whom all its days lie before it.
    """
    return course_of(*everybody(counted(tx, windows)))


def everybody(found: Mapping[str, Mapping[str, Counts]]) -> Counts:
    """What was counted of all customers."""
    return found[EVERYBODY].get(EVERYBODY) or _reached(*_blank())


def course_of(active: NDArray[np.int64], customers: NDArray[np.int64]) -> Tenure:
    """The repeat rate of customers who were counted, up to the first month with too few, and where it bends.

    Parameters
    ----------
    active, customers : int arrays, shape (groups, months)
        As `counted` gives them.
    """
    seen = customers.sum(axis=0) >= LEAST
    months = int(np.argmin(np.append(seen, False)))
    active, customers = active[:, :months], customers[:, :months]
    frame = pd.DataFrame(
        {
            "month": np.arange(1, months + 1),
            "customers": customers.sum(axis=0),
            "active": active.sum(axis=0),
            "repeat_rate": active.sum(axis=0) / customers.sum(axis=0),
        }
    )
    return Tenure(frame, watershed_of(active, customers) if months >= FEWEST_MONTHS else None)


def watershed_of(active: NDArray[np.int64], customers: NDArray[np.int64]) -> Watershed:
    """Find the month in which the repeat rate bends, with intervals from drawing groups of customers again.

    Parameters
    ----------
    active, customers : int arrays, shape (groups, months)
        Customers with an order in each month, and customers who have been known to its end.

    Notes
    -----
    Two straight lines that meet, by least squares weighted with the customers (Hudson 1966, J. Am.
    Stat. Assoc. 61); percentile intervals of a bootstrap over groups of customers (Efron 1979, Ann. Stat. 7).
    """
    weights = customers.sum(axis=0).astype(float)
    drawn = drawn_groups()
    with np.errstate(invalid="ignore"):
        again = np.divide(drawn @ active, drawn @ customers)
    rates = np.vstack([active.sum(axis=0) / weights, np.where(np.isnan(again), 0.0, again)])
    bends, slopes, changes = _two_lines(rates, weights)
    low, high = (float(np.quantile(bends[1:], bound, method="nearest")) for bound in BOUNDS)
    change_low, change_high = (float(np.quantile(changes[1:], bound)) for bound in BOUNDS)
    month, before, change = float(bends[0]), float(slopes[0]), float(changes[0])
    return Watershed(month, low, high, before, before + change, change, change_low, change_high)


def drawn_groups() -> NDArray[np.int64]:
    """How often each group is drawn, of shape (draws, groups): the same for every grouping."""
    return np.random.default_rng(SEED).multinomial(GROUPS, np.full(GROUPS, 1 / GROUPS), DRAWS)


def _two_lines(rates: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """For each row of rates: the month of the best bend, the slope before it, and by how much the slope changes."""
    months = np.arange(1, rates.shape[1] + 1)
    root = np.sqrt(weights)
    target = (rates * root).T
    candidates = np.arange(2, months[-1] - 1 + STEP / 2, STEP)
    errors, slopes, changes = (np.empty((len(candidates), len(rates))) for _ in range(3))
    for k, bend in enumerate(candidates):
        design = np.column_stack([np.ones_like(months), months, np.maximum(months - bend, 0)]) * root[:, None]
        solved = np.linalg.pinv(design) @ target
        errors[k] = ((target - design @ solved) ** 2).sum(axis=0)
        slopes[k], changes[k] = solved[1], solved[2]
    best, rows = errors.argmin(axis=0), np.arange(len(rates))
    return candidates[best], slopes[best, rows], changes[best, rows]


def counted(tx: Transactions, windows: Windows, kinds: Mapping[str, str] | None = None) -> dict[str, dict[str, Counts]]:
    """Active customers and customers known to the end of the month, by group and month.

    Parameters
    ----------
    tx, windows
        As `tenure` takes them.
    kinds : mapping of str to str, optional
        What else customers are grouped by, and the SQL query over `firsts` (`customer_id, first_day, known, part`) and
        `ordered` (the facts of their order days) that gives each customer's `kind`. Whoever has none is left out.

    Returns
    -------
    dict
        Of `everybody`, and by each of the kinds: active customers and customers, of shape (groups, months).
    """
    queries = {EVERYBODY: f"SELECT customer_id, '{EVERYBODY}' AS kind FROM firsts", **(kinds or {})}
    grouped = ", ".join(f"kinds_{n} AS ({query})" for n, query in enumerate(queries.values()))
    counts = " UNION ALL ".join(
        f"""
            SELECT {n} AS number, kind, part, month, count(*), true FROM active JOIN kinds_{n} USING (customer_id)
            WHERE kind IS NOT NULL GROUP BY ALL UNION ALL
            SELECT {n}, kind, part, known - 1, count(*), false FROM firsts JOIN kinds_{n} USING (customer_id)
            WHERE kind IS NOT NULL AND known >= 2 GROUP BY ALL"""
        for n in range(len(queries))
    )
    with reading_facts(tx, windows) as (connection, facts):
        rows = connection.execute(f"""
            WITH ordered AS (SELECT * FROM {facts} WHERE lines > 0 AND {windows.history_sql("day")}),
            firsts AS MATERIALIZED (
              SELECT customer_id, min(day) AS first_day, -{windows.wait_sql("min(day)")} // {MONTH_DAYS} AS known,
                CAST(md5_number(CAST(customer_id AS VARCHAR)) % {GROUPS} AS INTEGER) AS part
              FROM ordered GROUP BY customer_id),
            active AS MATERIALIZED (
              SELECT DISTINCT customer_id, part, (day - first_day) // {MONTH_DAYS} AS month
              FROM ordered JOIN firsts USING (customer_id)
              WHERE (day - first_day) // {MONTH_DAYS} BETWEEN 1 AND least(known - 1, {MOST_MONTHS})),
            {grouped}
            {counts} ORDER BY ALL""").fetchall()
    found: dict[str, dict[str, Counts]] = {by: {} for by in queries}
    for number, kind, part, month, count, is_active in rows:
        table = found[list(queries)[number]].setdefault(kind, _blank())
        table[0 if is_active else 1][part, min(month, MOST_MONTHS)] += count
    return {by: {kind: _reached(*table) for kind, table in tables.items()} for by, tables in found.items()}


def _blank() -> Counts:
    active, known = (np.zeros((GROUPS, MOST_MONTHS + 1), dtype=np.int64) for _ in range(2))
    return active, known


def _reached(active: NDArray[np.int64], known: NDArray[np.int64]) -> Counts:
    """Whoever is known to the end of a month is so of those before; the month of the first order is left out."""
    return active[:, 1:], known[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
