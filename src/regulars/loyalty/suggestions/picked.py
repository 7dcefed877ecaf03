"""Suggestions for the people who sell: the best of each kind for one customer, and the best one for each of a list."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from regulars.loyalty.suggestions.next_sale import suggestions
from regulars.tables import NEXT_SALE
from regulars.transactions import Transactions
from regulars.windows import Windows

AGAIN = 3  # products bought again that are shown of one customer
SEARCHED = 20  # new products of one customer, among which the first of each kind is shown


def one_of_each(tx: Transactions, windows: Windows, customer_id: object) -> pd.DataFrame:
    """What to offer to one customer: three products bought again, and the best new one of each kind.

    Parameters
    ----------
    tx : Transactions
        Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff.
    customer_id : int, float or str
        In the type of the log.

    Returns
    -------
    DataFrame
        Columns as in `tables.NEXT_SALE`; without rows where the log has no products or nothing is suggested.
    """
    if "product_id" not in tx.columns:
        return pd.DataFrame(columns=list(NEXT_SALE))
    found = suggestions(tx, windows, count=SEARCHED, customers=[customer_id])
    again = found["kind"] == "again"
    return found[again & (found["rank"] <= AGAIN) | ~again & ~found.duplicated("kind")].reset_index(drop=True)


def first_of_each(tx: Transactions, windows: Windows, customers: Sequence[object]) -> pd.DataFrame:
    """The one product to offer to each of some customers: the best new one, else the one bought again most often.

    Parameters
    ----------
    tx : Transactions
        With `product_id`. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff.
    customers : sequence of ids
        In the type of the log; those that it does not know are left out.

    Returns
    -------
    DataFrame
        Columns as in `tables.NEXT_SALE`, one row a customer, sorted.
    """
    found = suggestions(tx, windows, count=1, customers=customers)
    # new ones come after those bought again
    return found.drop_duplicates("customer_id", keep="last", ignore_index=True)
