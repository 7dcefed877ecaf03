"""Customers won by a discount: whether they come back, and what they bring in their first days."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from regulars.features import reading_facts
from regulars.features.arrivals import WARM_UP_DAYS
from regulars.loyalty.associations.driver import (
    MONEY,
    POINTS,
    Driver,
    enough,
    interval,
    money,
    percent,
    points,
)
from regulars.loyalty.associations.estimates import difference_of_means, difference_of_shares
from regulars.transactions import Transactions
from regulars.windows import Windows

WON_BY_DISCOUNT = 0.5  # of the money of the first order day was at a discount
GROUP, COMPARISON = "customers won by a discount", "customers who began at the full price"
ADJUSTED = "size and month of the first order"


def won_by_discount(tx: Transactions, windows: Windows) -> Iterator[Driver]:
    """Compare customers by their first order day, each over as many days from it on as the window has.

    Whoever has been known for less than that at the end of the window is left out.
    """
    if not tx.has_money or "discount" not in tx.columns:
        return
    table = _customers(tx, windows)
    exposed = table["full_price"].to_numpy() < WON_BY_DISCOUNT * table["first"].to_numpy()
    came_back = table["orders"].to_numpy() > 0
    if not enough(exposed):
        return
    covariates = _covariates(table)
    if enough(exposed, came_back):
        yield _repeat(windows.horizon_days, exposed, came_back, covariates)
    yield _money(windows.horizon_days, exposed, table["money"].to_numpy(), covariates, ("net money", "money"))
    if "margin" in table and table["margin"].notna().all():
        yield _money(windows.horizon_days, exposed, table["margin"].to_numpy(), covariates, ("margin", "margin"))


def _customers(tx: Transactions, windows: Windows) -> pd.DataFrame:
    """First order days, and what followed within the horizon: order days, net money and, by unit costs, margin."""
    cutoff = windows.shifted(windows.horizon_days)
    begins = Windows(tx.first_day, 1)
    with reading_facts(tx, cutoff) as (connection, facts):
        return connection.execute(f"""
            WITH known AS (FROM {facts} WHERE {cutoff.history_sql("day")}),
            firsts AS (
              SELECT customer_id, min(day) AS first_day FROM known WHERE lines > 0 GROUP BY customer_id
              HAVING {begins.wait_sql("first_day")} >= {WARM_UP_DAYS}
                AND -{cutoff.wait_sql("first_day")} >= {windows.horizon_days}),
            followed AS (
              SELECT *, day - first_day AS age FROM known JOIN firsts USING (customer_id)
              WHERE day - first_day BETWEEN 0 AND {windows.horizon_days - 1})
              {_margins(tx, cutoff, windows.horizon_days)}
            SELECT customer_id, (sum(gross) FILTER (age = 0))::DOUBLE AS first,
              (sum(full_price) FILTER (age = 0))::DOUBLE AS full_price,
              (count(*) FILTER (lines > 0 AND age > 0))::DOUBLE AS orders, sum(net)::DOUBLE AS money,
              (-{cutoff.wait_sql("min(first_day)")} // 30)::BIGINT AS month
              {", any_value(margin) AS margin" if "unit_cost" in tx.columns else ""}
            FROM followed {"LEFT JOIN margins USING (customer_id)" if "unit_cost" in tx.columns else ""}
            GROUP BY customer_id HAVING first > 0 ORDER BY customer_id""").df()


def _margins(tx: Transactions, cutoff: Windows, days: int) -> str:
    """The margin of customers all of whose lines have a unit cost."""
    if "unit_cost" not in tx.columns:
        return ""
    units = "coalesce(quantity, 1)" if "quantity" in tx.columns else "1"
    cost = f"(CASE WHEN is_purchase THEN 1 ELSE -1 END) * abs(unit_cost * {units})"
    return f""", margins AS (
      SELECT customer_id, CASE WHEN bool_and(unit_cost IS NOT NULL) THEN sum(money - {cost}) END::DOUBLE AS margin
      FROM lines JOIN firsts USING (customer_id)
      WHERE {tx.history_sql(cutoff)} AND day - first_day BETWEEN 0 AND {days - 1} GROUP BY customer_id)"""


def _covariates(table: pd.DataFrame) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    months = table["month"].to_numpy()
    steps = [months == month for month in np.unique(months)[1:]]
    first = table["first"].to_numpy()
    return np.column_stack([first, np.log(first), *steps]).astype(np.float64)


def _repeat(days: int, exposed: np.ndarray, came_back: np.ndarray, covariates: np.ndarray) -> Driver:
    found = difference_of_shares(came_back, exposed, covariates)
    text = (
        f"of {GROUP}, {percent(came_back[exposed].mean())} ordered again within {days} days, of {COMPARISON} "
        f"{percent(came_back[~exposed].mean())}: {points(found.value)} at equal {ADJUSTED} "
        f"{interval(points(found.low), points(found.high))}."
    )
    return Driver.between(("won_by_discount_repeat", GROUP, COMPARISON), POINTS, found, exposed, ADJUSTED, text)


def _money(
    days: int, exposed: np.ndarray, amounts: np.ndarray, covariates: np.ndarray, words: tuple[str, str]
) -> Driver:
    found = difference_of_means(amounts, exposed, covariates)
    what, name = words
    text = (
        f"{GROUP} brought {amounts[exposed].mean():,.2f} {what} each in their first {days} days, {COMPARISON} "
        f"{amounts[~exposed].mean():,.2f}: {money(found.value)} at equal {ADJUSTED} "
        f"{interval(money(found.low), money(found.high))}."
    )
    return Driver.between((f"won_by_discount_{name}", GROUP, COMPARISON), MONEY, found, exposed, ADJUSTED, text)
