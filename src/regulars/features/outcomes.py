"""What every customer of a log brought in a window, for a campaign that is measured."""

from __future__ import annotations

import pandas as pd

from regulars.transactions import Transactions
from regulars.windows import Windows


def build_outcomes(tx: Transactions, windows: Windows, *, margin: float) -> pd.DataFrame:
    """Order days, money, margin and discounts of every customer in `[cutoff, closes)`.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows
        The window.
    margin : float
        Margin as a share of revenue, in (0, 1], of the lines for which the log knows no unit cost.

    Returns
    -------
    DataFrame
        Index `customer_id`, every customer of the log, sorted; columns of doubles: `order_days`, `revenue` (net
        money), `margin` (revenue less the cost of goods where `unit_cost` is mapped, else its share) and `discount`
        (money taken off the list price). Money is NaN where the log has none, `discount` where it is not mapped.

    Notes
    -----
    The amount of a line is what was paid, after its discount; goods that come back bring their cost back.
    """
    inside = windows.label_sql("day")
    sums = {
        "order_days": f"count(DISTINCT day) FILTER (is_purchase AND {inside})",
        "revenue": _sum("money", inside) if tx.has_money else "NULL",
        "margin": _margin(tx.columns, inside, margin) if tx.has_money else "NULL",
        "discount": _sum("abs(discount)", f"is_purchase AND {inside}") if "discount" in tx.columns else "NULL",
    }
    columns = ", ".join(f"({sql})::DOUBLE AS {name}" for name, sql in sums.items())
    table = tx.connection.execute(
        f"SELECT customer_id, {columns} FROM lines GROUP BY customer_id ORDER BY customer_id"
    ).df()
    return table.drop(columns="customer_id").set_axis(pd.Index(table["customer_id"]), axis="index")


def _sum(what: str, condition: str) -> str:
    return f"coalesce(sum({what}) FILTER ({condition}), 0)"


def _margin(columns: frozenset[str], inside: str, margin: float) -> str:
    if "unit_cost" not in columns:
        return f"{_sum('money', inside)}::DOUBLE * {margin!r}"
    units = "coalesce(quantity, 1)" if "quantity" in columns else "1"
    cost = f"(CASE WHEN is_purchase THEN 1 ELSE -1 END) * abs(unit_cost * {units})"
    known, unknown = f"{inside} AND unit_cost IS NOT NULL", f"{inside} AND unit_cost IS NULL"
    earned = f"{_sum('money', known)}::DOUBLE - {_sum(cost, known)}::DOUBLE"
    return f"{earned} + {_sum('money', unknown)}::DOUBLE * {margin!r}"
