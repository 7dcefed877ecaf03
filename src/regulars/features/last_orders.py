"""What a contact with a customer can build on: the margin so far, the last product, and the consent."""

from __future__ import annotations

import pandas as pd

from regulars.transactions import Transactions
from regulars.windows import Windows


def build_margins(tx: Transactions, windows: Windows) -> pd.Series | None:
    """The margin of every customer as a share of revenue, by the lines before the cutoff whose unit cost is known.

    Returns
    -------
    Series of float64 or None
        Index `customer_id`; NaN where no line tells, or nothing was earned. None where the log has no unit cost.
    """
    if not tx.has_money or "unit_cost" not in tx.columns:
        return None
    units = "coalesce(quantity, 1)" if "quantity" in tx.columns else "1"
    cost = f"(CASE WHEN is_purchase THEN 1 ELSE -1 END) * abs(unit_cost * {units})"
    known = f"unit_cost IS NOT NULL AND {tx.history_sql(windows)}"
    table = tx.connection.execute(
        f"""SELECT customer_id, sum(money)::DOUBLE AS money, sum({cost})::DOUBLE AS cost
            FROM lines WHERE {known} GROUP BY customer_id ORDER BY customer_id"""
    ).df()
    share = (1.0 - table["cost"] / table["money"]).where(table["money"] > 0)
    return pd.Series(share.to_numpy(), index=pd.Index(table["customer_id"]), name="margin")


def build_last_products(tx: Transactions, windows: Windows) -> pd.Series | None:
    """The product of every customer's last order day before the cutoff, the last by its text where there are several.

    Returns
    -------
    Series of str or None
        Index `customer_id`. None where the log has no products.
    """
    if "product_id" not in tx.columns:
        return None
    table = tx.connection.execute(
        f"""SELECT customer_id, arg_max(product_id::VARCHAR, (day, product_id::VARCHAR)) AS product
            FROM lines WHERE is_purchase AND product_id IS NOT NULL AND {tx.history_sql(windows)}
            GROUP BY customer_id ORDER BY customer_id"""
    ).df()
    return pd.Series(table["product"].to_numpy(), index=pd.Index(table["customer_id"]), name="product")


def build_consents(tx: Transactions, windows: Windows) -> pd.Series | None:
    """The customers who accepted marketing when they were last asked before the cutoff.

    Parameters
    ----------
    tx : Transactions
        The log.
    windows : Windows
        Whose cutoff parts what is known from what is not.

    Returns
    -------
    Series or None
        Their ids, sorted. Where lines of one day differ, no is taken. None where the log says nothing of it.
    """
    if "consent" not in tx.columns:
        return None
    table = tx.connection.execute(
        f"""SELECT customer_id FROM (
              SELECT customer_id, consent, rank() OVER (PARTITION BY customer_id ORDER BY day DESC) AS ago
              FROM lines WHERE consent IS NOT NULL AND {tx.history_sql(windows)})
            WHERE ago = 1 GROUP BY customer_id HAVING bool_and(consent) ORDER BY customer_id"""
    ).df()
    return table["customer_id"]
