"""Calendar months: how many customers, how many of them new or loyal, and what each brought."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from regulars.features import reading_facts
from regulars.features.arrivals import WARM_UP_DAYS
from regulars.transactions import Transactions
from regulars.windows import Windows

COLUMNS = (
    *("month", "customers", "new_customers", "loyal_customers", "order_days"),
    *("money", "new_money", "loyal_money", "returns_money"),
)
WEAK_SHARE = 0.25  # of the months are the weakest ones


def months(tx: Transactions, windows: Windows, *, loyal_orders: int) -> pd.DataFrame:
    """What every whole calendar month before the cutoff brought, and who brought it.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff; its own month is left out unless the cutoff is the first day of it.
    loyal_orders : int
        Order days before a month that make a customer loyal in it.

    Returns
    -------
    DataFrame
        One row a month, without gaps; columns as in `COLUMNS`. `customers` ordered in the month: `new_customers` for
        the first time, `loyal_customers` after `loyal_orders` order days or more. Net `money` is that of new, of loyal
        and of other customers; `returns_money` is the part of customers who did not order in the month. Money is NaN
        where the log has none.
    """
    whole = windows.month_begun()
    net = "net" if tx.has_money else "CAST(NULL AS DECIMAL(38, 4))"
    with reading_facts(tx, windows) as (connection, facts):
        found = connection.execute(
            f"""
            WITH per_month AS (
              SELECT customer_id, date_trunc('month', day) AS month, count(*) FILTER (lines > 0) AS orders,
                sum({net}) AS money
              FROM {facts} WHERE {whole.history_sql("day")} GROUP BY ALL),
            ranked AS (
              SELECT *, coalesce(sum(orders) OVER (PARTITION BY customer_id ORDER BY month
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS orders_before
              FROM per_month)
            SELECT CAST(month AS TIMESTAMP) AS month, count(*) FILTER (orders > 0) AS customers,
              count(*) FILTER (orders > 0 AND orders_before = 0) AS new_customers,
              count(*) FILTER (orders > 0 AND orders_before >= $loyal) AS loyal_customers,
              sum(orders)::BIGINT AS order_days, sum(money)::DOUBLE AS money,
              (sum(money) FILTER (orders > 0 AND orders_before = 0))::DOUBLE AS new_money,
              (sum(money) FILTER (orders > 0 AND orders_before >= $loyal))::DOUBLE AS loyal_money,
              (sum(money) FILTER (orders = 0))::DOUBLE AS returns_money
            FROM ranked GROUP BY month ORDER BY month""",
            {"loyal": loyal_orders},
        ).df()
    if found.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    every = pd.date_range(found["month"].iloc[0], found["month"].iloc[-1], freq="MS", name="month")
    table = found.set_index("month").reindex(every)
    counts = list(COLUMNS[1:5])
    table[counts] = table[counts].fillna(0).astype("int64")
    if tx.has_money:
        table = table.fillna(0.0)
    return table.reset_index()[list(COLUMNS)].astype({"month": "datetime64[us]"})


def loyal_share(table: pd.DataFrame, first_day: dt.date) -> tuple[float, float]:
    """Share of the money that loyal customers bring: in the weakest quarter of the months, and in all.

    Without the months that begin in the log's first 90 days, in which it shows hardly anybody as loyal yet.

    Parameters
    ----------
    table : DataFrame
        From `months`.
    first_day : date
        Of the log.

    Returns
    -------
    tuple of float
        NaN where no month is left, or none with money.

    Examples
    --------
    >>> starts = pd.date_range("2024-01-01", periods=6, freq="MS")
    >>> money, loyal = [5.0, 5.0, 5.0, 40.0, 40.0, 10.0], [0.0, 0.0, 0.0, 10.0, 10.0, 7.0]
    >>> loyal_share(pd.DataFrame({"month": starts, "money": money, "loyal_money": loyal}), dt.date(2024, 1, 1))
    (0.7, 0.3)
    """
    later = table[table["month"] >= pd.Timestamp(first_day) + pd.Timedelta(days=WARM_UP_DAYS)]
    weakest = later.sort_values("money", kind="stable").head(max(1, round(WEAK_SHARE * len(later))))
    return _share(weakest), _share(later)


def _share(table: pd.DataFrame) -> float:
    money = float(table["money"].sum(min_count=1))
    return float(table["loyal_money"].sum()) / money if money > 0 else float("nan")
