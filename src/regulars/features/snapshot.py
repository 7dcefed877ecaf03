"""Features and labels at cutoffs: sums over the facts before, and in the window after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from regulars.errors import InsufficientHistoryError
from regulars.features.catalogue import Feature, available, sums_used
from regulars.features.facts import ensure_facts
from regulars.transactions import Transactions
from regulars.windows import Windows, as_day


def build_features(tx: Transactions, cutoff: str | dt.date) -> pd.DataFrame:
    """Build the feature table of every customer with a purchase before the cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing, nor do rows that came in then.
    cutoff : str or date
        A calendar day, its midnight; history is `[.., cutoff)`.

    Returns
    -------
    DataFrame
        Index `customer_id` (sorted, type as in the log); column `cutoff`, then one float64
        column a feature of the catalogue whose columns the log carries.

    Raises
    ------
    InsufficientHistoryError
        If no customer bought before the cutoff.
    """
    day = as_day(cutoff)
    return build_features_at(tx, [day])[day]


def build_features_at(tx: Transactions, cutoffs: Sequence[dt.date]) -> dict[dt.date, pd.DataFrame]:
    """Build the feature tables at several cutoffs from one set of facts (of one each, where lines can come late)."""
    features = available(tx.columns)
    built = {}
    for day in cutoffs:
        windows = Windows.at(day, 1)
        table = tx.connection.execute(_features_sql(ensure_facts(tx, windows), features, windows)).df()
        if table.empty:
            raise InsufficientHistoryError(
                f"No customer has a purchase before the cutoff {day}: order days span {tx.first_day} to "
                f"{tx.last_day}. Choose a later cutoff."
            )
        built[day] = _by_customer(table)
    return built


def _features_sql(facts: str, features: Sequence[Feature], windows: Windows) -> str:
    sums = ",\n    ".join(f"{sql} AS {name}" for name, sql in sums_used(features).items())
    columns = ",\n  ".join(f"({feature.sql})::DOUBLE AS {feature.name}" for feature in features)
    return f"""
WITH history AS (
  SELECT *, DATE '{windows.cutoff}' - day AS age FROM {facts} WHERE {windows.history_sql("day")}
), sums AS (
  SELECT customer_id,
    {sums}
  FROM history GROUP BY customer_id
)
SELECT customer_id, DATE '{windows.cutoff}' AS cutoff,
  {columns}
FROM sums WHERE orders > 0 ORDER BY customer_id
"""


def build_labels(tx: Transactions, windows: Windows, *, as_of: Windows | None = None) -> pd.DataFrame:
    """What every customer known at the cutoff did in the label window `[cutoff, closes)`.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows
        The cutoff and the label window.
    as_of : Windows, optional
        A later cutoff, from which the window is looked back on: where the log tells when its lines came in, only those
        that were known then count. Without it: all that is known now.

    Returns
    -------
    DataFrame
        Index `customer_id` as in `build_features`; `purchases` (order days, float64) and
        `spend` (net money, may be negative; NaN where the log has no money).
    """
    return _bought_in(tx, windows, windows.label_sql("day"), ensure_facts(tx, as_of))


def build_past(tx: Transactions, windows: Windows) -> pd.DataFrame:
    """What every customer known at the cutoff did in the horizon before it, `[cutoff - h, cutoff)`.

    The naive forecast of the labels: index and columns as in `build_labels`.
    """
    return _bought_in(tx, windows, windows.past_sql("day"), ensure_facts(tx, windows))


def _bought_in(tx: Transactions, windows: Windows, in_window: str, facts: str) -> pd.DataFrame:
    known = f"bool_or(ordered AND {windows.history_sql('day')})"
    if tx.tells_when_known:  # the facts may know of purchases before the cutoff that came in after it
        known = f"customer_id IN (SELECT customer_id FROM lines WHERE is_purchase AND {tx.history_sql(windows)})"
    spend = f"coalesce(sum(net) FILTER ({in_window}), 0)" if tx.has_money else "NULL"
    sql = f"""
SELECT customer_id,
  (count(*) FILTER (ordered AND {in_window}))::DOUBLE AS purchases,
  {spend}::DOUBLE AS spend
FROM {facts} GROUP BY customer_id
HAVING {known} ORDER BY customer_id
"""
    return _by_customer(tx.connection.execute(sql).df())


def _by_customer(table: pd.DataFrame) -> pd.DataFrame:
    """Index by customer: set_index would make 32-bit ids 1, 2, 3 a range of 64 bits."""
    return table.drop(columns="customer_id").set_axis(pd.Index(table["customer_id"]), axis="index")
