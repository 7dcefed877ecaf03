"""How far the shop lives on discounts, and whether new customers get more of them than old ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from regulars.features import reading_facts
from regulars.loyalty.associations.driver import (
    LEAST,
    POINTS,
    SHARE,
    Driver,
    interval,
    leaves_out,
    percent,
    points,
    sentence,
)
from regulars.loyalty.associations.estimates import Estimate, difference_of_means, ratio_of_sums
from regulars.transactions import Transactions
from regulars.windows import Windows

EVERYBODY = "all customers"
OLD = 4  # order days from which on a customer is an old one


def discounts(tx: Transactions, windows: Windows) -> Iterator[Driver]:
    """Shares of orders and of money at a discount, sales at no full price, and new against old.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows
        Orders of its label window are counted.
    """
    if "discount" not in tx.columns:
        return
    table = _customers(tx, windows)
    if len(table) < LEAST:
        return
    days = windows.horizon_days
    on_days = ratio_of_sums(table["discounted"].to_numpy(), table["orders"].to_numpy())
    does = f"of the order days had a discount, in the last {days} days"
    yield _share("discount_share_of_orders", on_days, len(table), does)
    if not tx.has_money or not (table["gross"] > 0).any():
        return
    gross = table["gross"].to_numpy()
    at_discount = ratio_of_sums(gross - table["full_price"].to_numpy(), gross)
    does = f"of the sales were lines with a discount, in the last {days} days"
    yield _share("discount_share_of_sales", at_discount, len(table), does)
    never = (table["ever_full_price"] <= 0).to_numpy() & (gross > 0)
    if never.sum() >= LEAST:
        alone = ratio_of_sums(np.where(never, gross, 0.0), gross)
        text = (
            f"of the sales of the last {days} days went to customers who have never bought anything at the full price: "
            f"{never.sum():,} of {len(table):,} customers"
        )
        yield _share("sales_on_discount_alone", alone, int(never.sum()), text)
    yield from _new_against_old(tx, windows)


def _share(driver: str, found: Estimate, customers: int, does: str) -> Driver:
    meaning = f"{percent(found.value)} {does} {interval(percent(found.low), percent(found.high))}."
    return Driver(driver, EVERYBODY, "", SHARE, found, customers, 0, "", meaning)


def _customers(tx: Transactions, windows: Windows) -> pd.DataFrame:
    """Order days, those with a discount and money of everybody who ordered in the window."""
    inside = f"lines > 0 AND {windows.label_sql('day')}"
    money = ""
    if tx.has_money:
        money = f""", (sum(gross) FILTER ({inside}))::DOUBLE AS gross,
            (sum(full_price) FILTER ({inside}))::DOUBLE AS full_price, sum(full_price)::DOUBLE AS ever_full_price"""
    cutoff = windows.shifted(windows.horizon_days)
    with reading_facts(tx, cutoff) as (connection, facts):
        return connection.execute(f"""
            SELECT customer_id, (count(*) FILTER ({inside}))::DOUBLE AS orders,
              (count(*) FILTER (discount > 0 AND {inside}))::DOUBLE AS discounted {money}
            FROM {facts} WHERE {cutoff.history_sql("day")}
            GROUP BY customer_id HAVING count(*) FILTER ({inside}) > 0 ORDER BY customer_id""").df()


def _new_against_old(tx: Transactions, windows: Windows) -> Iterator[Driver]:
    """The discount of first order days less that of order days of old customers, in the same months."""
    cutoff = windows.shifted(windows.horizon_days)
    with reading_facts(tx, cutoff) as (connection, facts):
        table = connection.execute(f"""
            WITH placed AS (
              SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY day) AS place,
                (dense_rank() OVER (ORDER BY customer_id))::BIGINT AS customer
              FROM {facts} WHERE lines > 0 AND {cutoff.history_sql("day")})
            SELECT customer, place = 1 AS is_new, (discount / (gross + discount))::DOUBLE AS discount,
              ({windows.wait_sql("day")} // 30)::BIGINT AS month
            FROM placed WHERE {windows.label_sql("day")} AND gross + discount > 0 AND (place = 1 OR place >= {OLD})
            ORDER BY customer, day""").df()
    new, customers = table["is_new"].to_numpy(bool), table["customer"].to_numpy()
    counts = [len(np.unique(customers[group])) for group in (new, ~new)]
    if min(counts) < LEAST:
        return
    months = table["month"].to_numpy()
    design = np.column_stack([months == month for month in np.unique(months)[1:]] or [np.zeros(len(table))])
    rates = table["discount"].to_numpy()
    gap = difference_of_means(rates, new, design.astype(float), groups=customers)
    text = (
        f"first orders got {percent(rates[new].mean())} off on average, orders of customers with {OLD - 1} before "
        f"{percent(rates[~new].mean())}: {points(gap.value)} for new customers in the same months "
        f"{interval(points(gap.low), points(gap.high))}."
    )
    meaning = sentence(text, clear=leaves_out(gap, 0.0), association=False)
    names = "discount_for_new_customers", "first orders", f"orders of customers with {OLD - 1} before or more"
    yield Driver(*names, POINTS, gap, counts[0], counts[1], "month", meaning)
