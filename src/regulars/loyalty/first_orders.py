"""Repeat orders of customers by what they began with, and whether the watershed is the same for all.

Customers are grouped by what was known on the day of their first order. Segments of today (best customers, the lost)
would hold their own outcome: who is among the best today has stayed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.loyalty.tenure import BOUNDS, EVERYBODY, Counts, Tenure, counted, course_of, drawn_groups
from regulars.transactions import Transactions
from regulars.windows import Windows

MOST_KINDS = 5  # of one column: the most frequent ones; all others together are one more
OTHERS = "all others"
LABELS = ("channel", "category")
EARLY_MONTHS = 3  # whose repeat rate is compared: every kind has them first
COLUMNS = (
    "by", "kind", "customers", "months", "repeat_rate", "repeat_low", "repeat_high",
    "watershed", "watershed_low", "watershed_high", "bend", "bend_low", "bend_high", "is_clear",
)  # fmt: skip


def tenure_by_first_order(tx: Transactions, windows: Windows) -> pd.DataFrame:
    """The course of repeat orders, by kind of first order.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff.

    Returns
    -------
    DataFrame
        One row a kind of first order, with the columns `COLUMNS`: `by` (spend, channel, category), `kind`, `customers`
        who are known for 60 days or more, `months` of the course, `repeat_rate` (mean share who order in a month, over
        the first three, with its 95 % interval from the same draws as the watershed's), the month in which the course
        bends and the bend, each with its 95 % interval (null where fewer than six months have 100 customers), and
        whether the interval of the bend leaves out 0. Kinds of fewer than 100 customers are left out, and so is a
        column with a single kind.

    Examples
    --------
    >>> from regulars.transactions import read_transactions
    >>> found = tenure_by_first_order(read_transactions("demo"), Windows.at("1998-01-01", 90))
    >>> found[["kind", "customers"]].to_dict("list")
    {'kind': ['up to 15.36', 'above 15.36, up to 31.98', 'above 31.98'], 'customers': [8471, 7256, 7843]}
    """
    return by_first_order(counted(tx, windows, kinds_of(tx, windows)))


def by_first_order(found: Mapping[str, Mapping[str, Counts]]) -> pd.DataFrame:
    """The table that `tenure_by_first_order` makes, of customers who were counted by `kinds_of`."""
    rows = []
    for by in [by for by in found if by != EVERYBODY]:
        courses = [(kind, counts, course_of(*counts)) for kind, counts in found[by].items()]
        known = [(kind, counts, course) for kind, counts, course in courses if len(course.frame)]
        if len(known) > 1:
            rows += [_row(by, kind[2:], counts, course) for kind, counts, course in known]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def kinds_of(tx: Transactions, windows: Windows) -> dict[str, str]:
    """What customers are grouped by, and the query over their first orders that does it."""
    return dict(_queries(tx, windows))


def _queries(tx: Transactions, windows: Windows) -> Iterator[tuple[str, str]]:
    """As `kinds_of`; a kind begins with its rank and a blank."""
    if tx.has_money:
        yield (
            "spend",
            """
            SELECT customer_id, CASE
              WHEN gross <= cuts[1] THEN '0 up to ' || CAST(cuts[1] AS DECIMAL(38, 2))
              WHEN gross <= cuts[2] THEN '1 above ' || CAST(cuts[1] AS DECIMAL(38, 2)) || ', up to '
                || CAST(cuts[2] AS DECIMAL(38, 2))
              ELSE '2 above ' || CAST(cuts[2] AS DECIMAL(38, 2)) END AS kind
            FROM (SELECT customer_id, gross, quantile_disc(gross, [1/3, 2/3]) OVER () AS cuts
              FROM ordered JOIN firsts USING (customer_id) WHERE day = first_day)""",
        )
    for label in LABELS:
        if label in tx.columns:
            yield (
                label,
                f"""
                WITH labels AS (
                  SELECT customer_id, min({label}) AS label FROM lines JOIN firsts USING (customer_id)
                  WHERE day = first_day AND is_purchase AND {tx.history_sql(windows)} GROUP BY customer_id),
                ranks AS (
                  SELECT label, row_number() OVER (ORDER BY count(*) DESC, label) - 1 AS rank
                  FROM labels WHERE label IS NOT NULL GROUP BY label)
                SELECT customer_id, CASE WHEN rank < {MOST_KINDS} THEN rank || ' ' || label
                  ELSE '{MOST_KINDS} {OTHERS}' END AS kind
                FROM labels JOIN ranks USING (label)""",
            )


def _row(by: str, kind: str, counts: Counts, course: Tenure) -> dict[str, Any]:
    rate, low, high = _early_rate(*counts)
    bend = course.watershed
    found: dict[str, Any] = {
        "by": by,
        "kind": kind,
        "customers": int(course.frame["customers"].iloc[0]),
        "months": len(course.frame),
        "repeat_rate": rate,
        "repeat_low": low,
        "repeat_high": high,
    }
    if bend is not None:
        found |= {"watershed": bend.month, "watershed_low": bend.low, "watershed_high": bend.high}
        found |= {"bend": bend.bend, "bend_low": bend.bend_low, "bend_high": bend.bend_high, "is_clear": bend.is_clear}
    return found


def _early_rate(active: NDArray[np.int64], customers: NDArray[np.int64]) -> tuple[float, float, float]:
    """The mean share who order in a month, over the first three, with its 95 % interval: groups drawn again."""
    ordered, known = (each[:, :EARLY_MONTHS].sum(axis=1) for each in (active, customers))
    drawn = drawn_groups()
    with np.errstate(invalid="ignore"):
        again = (drawn @ ordered) / (drawn @ known)
    low, high = np.nanquantile(again, BOUNDS)
    return float(ordered.sum() / known.sum()), float(low), float(high)
