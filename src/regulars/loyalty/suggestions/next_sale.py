"""What to offer to each customer next, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.errors import InputError
from regulars.loyalty.suggestions.alike import Alike, kinds_of
from regulars.loyalty.suggestions.bought import Bought
from regulars.loyalty.suggestions.courses import course_in_words, courses
from regulars.loyalty.suggestions.ranked import ranked
from regulars.tables import NEXT_SALE
from regulars.texts import TEXT_DTYPE
from regulars.transactions import Transactions, needed_log
from regulars.windows import Windows, cutoff_day

LEAST_DAYS = 2  # order days with a product, from which on it is one that is bought again


def next_sale(tx: Transactions, cutoff: str | dt.date = "latest", *, count: int = 3) -> pd.DataFrame:
    """What to offer to each customer next: products bought again, and new ones that go with their own.

    New products are ranked by item-based collaborative filtering (Sarwar et al. 2001, *WWW*): the cosine of the sets of
    buyers, summed over the customer's products, of which one bought 90 days ago counts half; products whose own buyers
    are long past come later. Two products go together where ten customers bought both, and 1.2 times as many of the
    buyers of one bought the other as of all customers.

    Parameters
    ----------
    tx : Transactions
        The validated log, with `product_id`. Rows at or after the cutoff change nothing.
    cutoff : str or date
        A calendar day, its midnight, or "latest": the day after the last order day.
    count : int
        Suggestions of each of the two sorts, at most.

    Returns
    -------
    DataFrame
        Columns as in the data dictionary under “Next sale”, sorted by customer; `kind` is again, related, upgrade,
        add_on or bundle, and `rank` counts those bought again and the new ones apart. Customers without a
        suggestion are not in it.

    Raises
    ------
    InputError
        If the log has no column `product_id`, or `count` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> import regulars as rg
    >>> rows = [(c, f"2024-01-{day:02}", p, 5.0) for c in range(60) for day, p in ((2, "tea"), (9, "cup"))[: 1 + c % 2]]
    >>> rows += [(c, "2024-01-03", "salt", 1.0) for c in range(60, 120)]
    >>> log = pd.DataFrame(rows, columns=["customer_id", "date", "product", "amount"])
    >>> names = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "product_id": "product"}
    >>> found = rg.next_sale(rg.read_transactions(log, names))
    >>> print(*found.loc[0, ["product_id", "because", "lift", "conversion", "lead_days"]])
    cup tea 2.0 0.5 7.0
    >>> print(found.why[0].split(".")[0])
    Of 60 buyers of tea who had no cup, 30 (50 %) bought it later, half of them within 7 days
    """
    if "product_id" not in needed_log(tx, "next_sale").columns:
        raise InputError(
            "The log has no products. Map the column that names them to product_id, and read the log again."
        )
    if count < 1:
        raise InputError(f"count is {count}; expected 1 or more.")
    return suggestions(tx, Windows.up_to(cutoff_day(cutoff, tx.last_day)), count=count)


def suggestions(
    tx: Transactions, windows: Windows, *, count: int, customers: Sequence[object] | None = None
) -> pd.DataFrame:
    """What to offer next, as `next_sale` says it, to all customers or to some of them.

    Parameters
    ----------
    tx : Transactions
        With `product_id`. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff.
    count : int
        Suggestions of each of the two sorts, at most.
    customers : sequence of ids, optional
        Those who are asked about, in the type of the log; all customers by default. Which products go together is
        counted over all customers, whoever is asked about.
    """
    bought = Bought.before(tx, windows)
    places = np.arange(len(bought.customers))
    if customers is not None:
        places = np.unique(bought.customers.get_indexer(pd.Index(list(customers), dtype=object)))
        places = places[places >= 0]
    chosen = None if customers is None else bought.customers[places].tolist()
    found = [_again(tx, windows, bought.sql, count, chosen), *_new(bought, places, count)]
    table = pd.concat(found, ignore_index=True).sort_values(
        ["customer_id", "again", "rank"], ascending=[True, False, True], ignore_index=True
    )
    return table[list(NEXT_SALE)].astype({"why": TEXT_DTYPE, "kind": TEXT_DTYPE})


def _again(tx: Transactions, windows: Windows, bought: str, count: int, customers: list[Any] | None) -> pd.DataFrame:
    """The products that customers bought on most order days, the latest first among equals."""
    chosen = "" if customers is None else "AND customer_id IN (SELECT unnest($1))"
    found = tx.connection.execute(
        f"""
        WITH ordered AS (
          SELECT customer_id, count(DISTINCT day) AS of_all FROM lines
          WHERE is_purchase AND {tx.history_sql(windows)} {chosen} GROUP BY customer_id),
        bought AS (
          SELECT customer_id, product_id, count(DISTINCT day) AS order_days, -{windows.wait_sql("max(day)")} AS ago
          FROM lines WHERE {bought} {chosen} GROUP BY ALL HAVING order_days >= {LEAST_DAYS})
        SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY order_days DESC, ago, product_id) AS rank
        FROM bought JOIN ordered USING (customer_id) QUALIFY rank <= {count} ORDER BY customer_id, rank""",
        [] if customers is None else [customers],
    ).df()
    why = [
        f"Bought on {days:,} of {of_all:,} order days, last {ago:,} day{'s' * (ago != 1)} ago."
        for days, of_all, ago in zip(found["order_days"], found["of_all"], found["ago"], strict=True)
    ]
    none = {"customers_of_both": np.nan, "lift": np.nan, "conversion": np.nan, "lead_days": np.nan}
    return found.assign(again=True, kind="again", because=None, why=why, **none)


def _new(bought: Bought, customers: NDArray[np.intp], count: int) -> Iterator[pd.DataFrame]:
    """The products that go best with what customers have bought, none of which they have."""
    if bought.products.empty or not len(customers):
        return
    alike = Alike.of(bought)
    found = ranked(bought, alike, customers, count)
    pairs = courses(bought, alike, found[["because", "product"]].drop_duplicates(ignore_index=True))
    names = bought.products["product_id"].to_numpy()
    told = [
        course_in_words(names[course["because"]], names[course["product"]], course)
        for course in pairs.to_dict("records")
    ]
    found = found.merge(pairs.assign(why=told, kind=kinds_of(pairs, bought.products)), on=["because", "product"])
    yield found.assign(
        customer_id=bought.customers[found["customer"]],
        again=False,
        product_id=names[found["product"]],
        because=names[found["because"]],
    )
