"""Measures of loyalty per customer, as far as a log carries them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.features import reading_facts
from regulars.loyalty.associations.at_start import BEFORE, LABELS, NOW, placed_sql
from regulars.transactions import Transactions
from regulars.windows import Windows


@dataclass(frozen=True)
class Measure:
    """One measure: its name, its SQL over the placed facts, and whether ratios of it count (by its logarithm)."""

    name: str
    sql: str
    by_ratio: bool = True

    def scale(self, values: Floats) -> Floats:
        """The measure as the index adds it up; what is 0 or not known is not known."""
        return np.log(np.where(values > 0, values, np.nan)) if self.by_ratio else values


def measures_of(tx: Transactions) -> tuple[Measure, ...]:
    """The measures that the columns of a log allow."""
    return tuple(_measures(tx))


def _measures(tx: Transactions) -> Iterator[Measure]:
    change = f"avg({{0}}) FILTER ({NOW}) / nullif(avg({{0}}) FILTER ({BEFORE}), 0)"
    yield Measure("orders", "count(*) FILTER (ordered)")
    yield Measure("tenure", "max(since) FILTER (ordered)")
    yield Measure("days_since_last", "min(since) FILTER (ordered)")
    yield Measure("gap_change", change.format("gap::DOUBLE"))
    if tx.has_money:
        yield Measure("order_change", change.format("gross::DOUBLE"))
    if named := next((column for column in ("category", "product_id") if column in tx.columns), None):
        yield Measure("breadth", f"sum({LABELS[named]}_news)")
    if "product_id" in tx.columns:
        known = "1.0 - sum(product_news)::DOUBLE / nullif(sum(product_visits), 0)"
        yield Measure("known_products", known, by_ratio=False)
    if "channel" in tx.columns:
        yield Measure("channels", "sum(channel_news)")
    if tx.has_money and "discount" in tx.columns:
        yield Measure("full_price", "sum(full_price)::DOUBLE / nullif(sum(gross), 0)::DOUBLE", by_ratio=False)
    if tx.has_returns:
        back = "(min(since) FILTER (ordered) < max(since) FILTER (return_lines > 0))::INT"
        yield Measure("back_after_return", back, by_ratio=False)


def read_measures(tx: Transactions, windows: Windows, *, at_most: int | None = None) -> pd.DataFrame:
    """The measures of every customer with an order before the cutoff.

    Parameters
    ----------
    tx : Transactions
        Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff.
    at_most : int, optional
        Draw so many customers, by a hash of their ids.

    Returns
    -------
    DataFrame
        `customer_id`, sorted, and a column of doubles for each of `measures_of`; NaN where it is not known.
    """
    asked = ", ".join(f"({measure.sql})::DOUBLE AS {measure.name}" for measure in measures_of(tx))
    limit = "" if at_most is None else f"ORDER BY md5_number(CAST(customer_id AS VARCHAR)), customer_id LIMIT {at_most}"
    with reading_facts(tx, windows) as (connection, facts):
        return connection.execute(f"""
            WITH known AS (
              SELECT *, lines > 0 AS ordered, -{windows.wait_sql("day")} AS since
              FROM {facts} WHERE {windows.history_sql("day")}),
            placed AS ({placed_sql("known")}),
            customers AS (
              SELECT customer_id, {asked} FROM placed GROUP BY customer_id
              HAVING count(*) FILTER (ordered) > 0 {limit})
            SELECT * FROM customers ORDER BY customer_id""").df()


def who_ordered(tx: Transactions, windows: Windows, customers: pd.Series) -> Floats:
    """1 for customers with an order day in `[cutoff, cutoff + horizon)`, 0 for others."""
    with reading_facts(tx, windows.shifted(windows.horizon_days)) as (connection, facts):
        found = connection.execute(
            f"SELECT DISTINCT customer_id FROM {facts} WHERE lines > 0 AND {windows.label_sql('day')} ORDER BY 1"
        ).df()
    return np.asarray(customers.isin(found["customer_id"]), dtype=np.float64)
