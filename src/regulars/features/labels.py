"""Labels: outcomes in a window, and in the horizon before a cutoff."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from regulars.features.days import SCALE
from regulars.features.facts import reading_facts
from regulars.features.returns import TAKEN_BACK
from regulars.transactions import Sample, Transactions, in_sample
from regulars.windows import Windows


def build_labels(
    tx: Transactions, windows: Windows, *, as_of: Windows | None = None, sample: Sample | None = None
) -> pd.DataFrame:
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
    sample : Sample, optional
        Only these customers.

    Returns
    -------
    DataFrame
        Index `customer_id` as in `build_features`; `purchases` (order days, float64) and
        `spend` (net money, may be negative; NaN where the log has no money).
    """
    return _bought_in(tx, windows, windows.label_sql("day"), as_of, sample)


def total_labels(tx: Transactions, windows: Windows, *, as_of: Windows | None = None) -> tuple[float, float]:
    """Order days, and net money of at least 0 a customer, of all customers known at the cutoff in the label window.

    The sums of `build_labels`, exact whatever the order of the customers, none of whom is held.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows
        The cutoff and the label window.
    as_of : Windows, optional
        As in `build_labels`.

    Returns
    -------
    purchases, spend : float
        The spend is 0 where the log has no money.
    """
    inside = windows.label_sql("day")
    spend = f"sum(net) FILTER ({inside})" if tx.has_money else "0"
    columns = f"count(*) FILTER (lines > 0 AND {inside}) AS purchases, {spend} AS spend"
    with reading_facts(tx, as_of) as (connection, facts):
        ((purchases, money),) = connection.execute(f"""
            SELECT coalesce(sum(purchases), 0)::DOUBLE, coalesce(sum(greatest(spend, 0)), 0)::DOUBLE
            FROM ({_of_known_sql(tx, windows, columns, facts, None)})""").fetchall()
    return purchases, money


def build_past(tx: Transactions, windows: Windows, *, sample: Sample | None = None) -> pd.DataFrame:
    """What every customer known at the cutoff did in the horizon before it, `[cutoff - h, cutoff)`.

    The naive forecast of the labels: index and columns as in `build_labels`.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    windows : Windows
        The cutoff, before which history ends, and the label window after it.
    sample : Sample, optional
        Only these customers.

    Returns
    -------
    DataFrame
    """
    return _bought_in(tx, windows, windows.past_sql("day"), windows, sample)


def build_waits(tx: Transactions, windows: Windows, *, sample: Sample | None = None) -> pd.Series:
    """How long every customer known at the cutoff took to order again, as far as the window shows it.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    windows : Windows
        The cutoff, before which history ends, and the label window after it.
    sample : Sample, optional
        Only these customers.

    Returns
    -------
    Series
        Index as in `build_labels`; `wait`, days (float64) from the cutoff to the first order day in
        `[cutoff, closes)`, 0 for the cutoff itself; NaN where none came.
    """
    came = f"min(day) FILTER (lines > 0 AND {windows.label_sql('day')})"
    return _of_known(tx, windows, f"{windows.wait_sql(came)}::DOUBLE AS wait", None, sample)["wait"]


def share_kept(tx: Transactions, windows: Windows, closed: Sequence[Windows]) -> float:
    """What was left of the money of order days at the end of past windows, as a share of that at their cutoffs.

    Parameters
    ----------
    tx : Transactions
        A log with returns.
    windows : Windows
        Only what was known at this cutoff counts.
    closed : sequence of Windows
        Windows that had closed by then. Returns in `[cutoff, closes)` of order days before it are those that were still
        to come.

    Returns
    -------
    float
        In [0, 1]; 1 where no window had closed.
    """
    if not closed:
        return 1.0
    with reading_facts(tx, windows) as (connection, facts):
        asked = [
            f"""SELECT (SELECT coalesce(sum(gross), 0) FROM {facts} WHERE {window.history_sql("day")}) AS bought,
                  coalesce(sum(units) FILTER ({window.history_sql("returned_on")}), 0) AS before,
                  coalesce(sum(units) FILTER ({window.label_sql("returned_on")}), 0) AS later
                FROM taken_back WHERE {window.history_sql("day")}"""
            for window in closed
        ]
        known, later = connection.execute(f"""
            WITH taken_back AS (SELECT day, unnest({TAKEN_BACK}, recursive := true) FROM {facts}),
            windows AS ({" UNION ALL ".join(asked)})
            SELECT (sum(bought) * {SCALE} - sum(before))::DOUBLE, sum(later)::DOUBLE FROM windows""").fetchall()[0]
    return 1.0 - later / known if known > 0 else 1.0


def _bought_in(
    tx: Transactions, windows: Windows, in_window: str, as_of: Windows | None, sample: Sample | None
) -> pd.DataFrame:
    spend = f"coalesce(sum(net) FILTER ({in_window}), 0)" if tx.has_money else "NULL"
    purchases = f"(count(*) FILTER (lines > 0 AND {in_window}))::DOUBLE AS purchases"
    return _of_known(tx, windows, f"{purchases}, {spend}::DOUBLE AS spend", as_of, sample)


def _of_known(
    tx: Transactions, windows: Windows, columns: str, as_of: Windows | None, sample: Sample | None
) -> pd.DataFrame:
    """Aggregates of the customers, or of a sample of those, who were known at the cutoff."""
    with reading_facts(tx, as_of) as (connection, facts):
        asked = f"{_of_known_sql(tx, windows, columns, facts, sample)} ORDER BY customer_id"
        return _by_customer(connection.execute(asked).df())


def _of_known_sql(tx: Transactions, windows: Windows, columns: str, facts: str, sample: Sample | None) -> str:
    known = f"bool_or(lines > 0 AND {windows.history_sql('day')})"
    if tx.tells_when_known:  # the facts may hold purchases before the cutoff that were recorded after it
        known = f"customer_id IN (SELECT customer_id FROM lines WHERE is_purchase AND {tx.history_sql(windows)})"
    return f"""
        SELECT customer_id, {columns} FROM {facts} WHERE {in_sample("customer_id", sample)}
        GROUP BY customer_id HAVING {known}"""


def _by_customer(table: pd.DataFrame) -> pd.DataFrame:
    """Index by customer: set_index would make 32-bit ids 1, 2, 3 a range of 64 bits."""
    return table.drop(columns="customer_id").set_axis(pd.Index(table["customer_id"]), axis="index")
