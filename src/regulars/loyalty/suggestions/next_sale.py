"""What to offer to each customer next, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from regulars.errors import InputError
from regulars.loyalty.suggestions.alike import Alike, kinds_of, recency
from regulars.loyalty.suggestions.bought import Bought
from regulars.tables import NEXT_SALE
from regulars.transactions import Transactions, needed_log
from regulars.windows import Windows, cutoff_day

AT_ONCE = 5_000  # customers, whose scores of all products are held together
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
    >>> print(found.product_id[0], found.because[0], found.lift[0], found.why[0], sep="; ")
    cup; tea; 2.0; Of 60 buyers of tea, 30 also bought cup: 2 times as many as of all customers (later: median 7 days).
    """
    if "product_id" not in needed_log(tx, "next_sale").columns:
        raise InputError(
            "The log has no products. Map the column that names them to product_id, and read the log again."
        )
    if count < 1:
        raise InputError(f"count is {count}; expected 1 or more.")
    windows = Windows(cutoff_day(cutoff, tx.last_day), 1)
    bought = Bought.before(tx, windows)
    table = pd.concat([_again(tx, windows, bought.sql, count), *_new(bought, count)], ignore_index=True).sort_values(
        ["customer_id", "again", "rank"], ascending=[True, False, True], ignore_index=True
    )
    return table[list(NEXT_SALE)].astype({"why": "str", "kind": "str"})


def _again(tx: Transactions, windows: Windows, bought: str, count: int) -> pd.DataFrame:
    """The products that customers bought on most order days, the latest first among equals."""
    found = tx.connection.execute(f"""
        WITH ordered AS (
          SELECT customer_id, count(DISTINCT day) AS of_all FROM lines
          WHERE is_purchase AND {tx.history_sql(windows)} GROUP BY customer_id),
        bought AS (
          SELECT customer_id, product_id, count(DISTINCT day) AS order_days, -{windows.wait_sql("max(day)")} AS ago
          FROM lines WHERE {bought} GROUP BY ALL HAVING order_days >= {LEAST_DAYS})
        SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY order_days DESC, ago, product_id) AS rank
        FROM bought JOIN ordered USING (customer_id) QUALIFY rank <= {count} ORDER BY customer_id, rank""").df()
    why = [
        f"Bought on {days:,} of {of_all:,} order days, last {ago:,} day{'s' * (ago != 1)} ago."
        for days, of_all, ago in zip(found["order_days"], found["of_all"], found["ago"], strict=True)
    ]
    none = {"customers_of_both": np.nan, "lift": np.nan, "lead_days": np.nan}
    return found.assign(again=True, kind="again", because=None, why=why, **none)


def _new(bought: Bought, count: int) -> Iterator[pd.DataFrame]:
    """The products that go best with what customers have bought, none of which they have."""
    if bought.products.empty:
        return
    alike = Alike.of(bought)
    found = pd.concat(_ranked(bought, alike, count), ignore_index=True)
    found = found.merge(_courses(bought, found), on=["because", "product"], how="left")
    one, other = found["because"].to_numpy(), found["product"].to_numpy()
    names, buyers = bought.products["product_id"].to_numpy(), bought.products["buyers"].to_numpy()
    found = found.assign(
        customer_id=bought.customers[found["customer"]],
        again=False,
        kind=kinds_of(found, bought.products),
        product_id=names[other],
        customers_of_both=alike.both[one, other],
        lift=alike.lift[one, other],
    )
    figures = (found[name] for name in ("customers_of_both", "lift", "lead_days"))
    why = [_why(*row) for row in zip(buyers[one], names[one], names[other], *figures, strict=True)]
    yield found.assign(because=names[one], why=why)


def _why(buyers: int, one: object, other: object, both: float, lift: float, lead: float) -> str:
    told = (
        f"Of {buyers:,} buyers of {one}, {both:,.0f} also bought {other}: {lift:.2g} times as many as of all customers"
    )
    return told + ("." if np.isnan(lead) else f" (later: median {lead:,.0f} day{'s' * (lead != 1)}).")


def _ranked(bought: Bought, alike: Alike, count: int) -> Iterator[pd.DataFrame]:
    """Customer, rank, product and the own product that speaks most for it, some customers at a time."""
    weights = bought.weighted(recency(bought.pairs))
    for first in range(0, len(bought.customers), AT_ONCE):
        part = weights[first : first + AT_ONCE]
        score = np.asarray(part @ alike.similarity)
        rows, columns = part.nonzero()
        score[rows, columns] = 0.0  # what they have
        for rank in range(1, count + 1):
            best = score.argmax(axis=1)
            known = np.flatnonzero(score[np.arange(len(best)), best] > 0)
            because = _because(part, alike.similarity, best)[known]
            yield pd.DataFrame({"customer": first + known, "rank": rank, "because": because, "product": best[known]})
            score[np.arange(len(best)), best] = 0.0


def _because(part: csr_array, similarity: NDArray[np.float64], best: NDArray[np.int64]) -> NDArray[np.int64]:
    """The own product of each customer that adds most to the score of one product."""
    rows = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
    added = part.data * similarity[part.indices, best[rows]]
    order = np.lexsort((part.indices, -added, rows))
    because = np.zeros(part.shape[0], dtype=np.int64)
    first = np.unique(rows[order], return_index=True)
    because[first[0]] = part.indices[order][first[1]]
    return because


def _courses(bought: Bought, found: pd.DataFrame) -> pd.DataFrame:
    """Of those who bought both: how many days later the second came, and how many began with both on one day."""
    pairs = bought.pairs.sort_values(["product", "customer"], ignore_index=True)
    ends = np.searchsorted(pairs["product"], np.arange(len(bought.products) + 1))
    customers, first = pairs["customer"].to_numpy(), pairs["first"].to_numpy()
    chosen = found[["because", "product"]].drop_duplicates(ignore_index=True)
    lead_days, same_day = np.full(len(chosen), np.nan), np.zeros(len(chosen))
    for k, (one, other) in enumerate(zip(chosen["because"], chosen["product"], strict=True)):
        a, b = slice(ends[one], ends[one + 1]), slice(ends[other], ends[other + 1])
        _, of_one, of_other = np.intersect1d(customers[a], customers[b], assume_unique=True, return_indices=True)
        days = first[a][of_one] - first[b][of_other]
        same_day[k] = (days == 0).mean()
        if (days > 0).any():
            lead_days[k] = np.median(days[days > 0])
    return chosen.assign(lead_days=lead_days, same_day=same_day)
