"""Whether the same customers order more, sooner and more alike, from the first order day to the tenth.

All who have ten order days are followed over all ten, so that who stays and who leaves changes nothing between them.
"""

from __future__ import annotations

import pandas as pd

from regulars.features import reading_facts
from regulars.transactions import Transactions
from regulars.windows import Windows

FOLLOWED = 10  # order days
COLUMNS = ("order", "customers", "money", "gap_days", "bought_before")


def order_course(tx: Transactions, windows: Windows) -> pd.DataFrame:
    """Money, days since the one before, and known goods of each order day of customers with ten order days or more.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff.

    Returns
    -------
    DataFrame
        One row an order day from the first to the tenth: `order`, `customers` (the same in all rows), mean `money` of
        its purchases (NaN where the log has none), mean `gap_days` (NaN for the first) and `bought_before`, the share
        of the products of that day that the same customer had bought on an earlier one (NaN where the log names no
        products). Empty without such customers.
    """
    money = "sum(gross)" if tx.has_money else "CAST(NULL AS DECIMAL(38, 4))"
    alike = "1 - sum(product_news) / sum(product_visits)" if "product_id" in tx.columns else "CAST(NULL AS DOUBLE)"
    with reading_facts(tx, windows) as (connection, facts):
        found = connection.execute(f"""
            WITH ordered AS (
              SELECT *, row_number() OVER own AS place, day - lag(day) OVER own AS gap,
                count(*) OVER (PARTITION BY customer_id) AS days
              FROM {facts} WHERE lines > 0 AND {windows.history_sql("day")}
              WINDOW own AS (PARTITION BY customer_id ORDER BY day))
            SELECT place::BIGINT AS "order", count(*) AS customers, ({money})::DOUBLE / count(*) AS money,
              sum(gap)::DOUBLE / count(gap) AS gap_days, {alike} AS bought_before
            FROM ordered WHERE days >= {FOLLOWED} AND place <= {FOLLOWED} GROUP BY place ORDER BY place""").df()
    return found.astype({"money": "float64", "gap_days": "float64", "bought_before": "float64"})[list(COLUMNS)]
