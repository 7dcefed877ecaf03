"""Who bought which product before a cutoff: what suggestions are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from regulars.transactions import Transactions
from regulars.windows import Windows

LEAST_BUYERS = 20  # of a product that is suggested, or that a suggestion rests on
MOST_PRODUCTS = 2000  # those with most buyers: every pair of them is counted

# No products: charges, by their last word or as a whole, and codes without a digit where nearly all have one (POST).
CHARGES = "postage|shipping|freight|delivery|discount|voucher|coupon|fee|fees|charge|charges|commission|surcharge"
WHOLE = "manual|carriage|adjustment|tip|donation|test"
CHARGE = rf"^\W*((\w+\W+){{0,2}}({CHARGES})|{WHOLE})\W*$"
CODED = 0.95  # share of products with a digit, from which on those without one are no products


@dataclass(frozen=True, eq=False)
class Bought:
    """Products and their buyers before a cutoff.

    Parameters
    ----------
    customers : Index
        The customers, sorted.
    products : DataFrame
        Those with enough buyers, sorted by name: `product_id`, `buyers`, and where the log tells `price` (median of a
        unit) and `category`.
    sql : str
        Condition on `lines`: a product that was bought before the cutoff, from `bought_sql`.
    pairs : DataFrame
        A row a customer and product: `customer` and `product` (places in the two above), `first` and `last`
        (days before the cutoff).
    """

    customers: pd.Index
    products: pd.DataFrame
    sql: str
    pairs: pd.DataFrame

    @classmethod
    def before(cls, tx: Transactions, windows: Windows) -> Bought:
        """Count products and buyers before the cutoff, without charges."""
        before = bought_sql(tx, windows)
        products = _products(tx, before)
        pairs = tx.connection.execute(
            f"""
            SELECT customer_id, product_id, -{windows.wait_sql("min(day)")} AS first,
              -{windows.wait_sql("max(day)")} AS last
            FROM lines WHERE {before} AND product_id IN (SELECT unnest($1))
            GROUP BY ALL ORDER BY customer_id, product_id""",
            [products["product_id"].tolist()],
        ).df()
        index = pd.Index(_customers(tx, windows))
        pairs.insert(0, "customer", index.get_indexer(pairs.pop("customer_id")))
        pairs.insert(1, "product", pd.Index(products["product_id"]).get_indexer(pairs.pop("product_id")))
        return cls(index, products, before, pairs)

    def weighted(self, weights: NDArray[np.float64]) -> csr_array:
        """Customers by products, with a weight for each of `pairs`."""
        where = (self.pairs["customer"].to_numpy(), self.pairs["product"].to_numpy())
        return csr_array((weights, where), shape=(len(self.customers), len(self.products)))

    def both(self) -> NDArray[np.float64]:
        """How many customers bought both, of every two products; the buyers of each on the diagonal."""
        matrix = self.weighted(np.ones(len(self.pairs)))
        return np.asarray((matrix.T @ matrix).todense())


def known_customers(tx: Transactions, windows: Windows, asked: Sequence[object]) -> list[Any]:
    """Those of some ids that have bought before the cutoff, in the type of the log; a text is never a number here."""
    every = _customers(tx, windows)
    return every[every.isin(list(asked))].tolist()


def bought_sql(tx: Transactions, windows: Windows) -> str:
    """SQL condition on `lines`: a product that was bought before the cutoff, and no charge such as postage."""
    before, name = f"is_purchase AND product_id IS NOT NULL AND {tx.history_sql(windows)}", "product_id::VARCHAR"
    has_digit = f"regexp_matches({name}, '[0-9]')"
    asked = f"SELECT coalesce(avg({has_digit}::INT), 0) FROM (SELECT DISTINCT product_id FROM lines WHERE {before})"
    coded = tx.connection.execute(asked).fetchall()[0][0] >= CODED
    charge = f"regexp_matches({name}, '{CHARGE}', 'i')"
    return f"{before} AND NOT ({charge})" + (f" AND {has_digit}" if coded else "")


def _customers(tx: Transactions, windows: Windows) -> pd.Series:
    """Who has bought before the cutoff, sorted."""
    return tx.connection.execute(f"{tx.customers_sql(windows)} ORDER BY 1").df()["customer_id"]


def _products(tx: Transactions, before: str) -> pd.DataFrame:
    unit = "median((money / quantity)::DOUBLE) FILTER (quantity > 0 AND money > 0)"
    price = unit if tx.has_money and "quantity" in tx.columns else "NULL::DOUBLE"
    category = "mode(category ORDER BY category)" if "category" in tx.columns else "NULL::VARCHAR"
    chosen = tx.connection.execute(f"""
        SELECT product_id, count(DISTINCT customer_id) AS buyers, {price} AS price, {category} AS category
        FROM lines WHERE {before} GROUP BY product_id HAVING buyers >= {LEAST_BUYERS}
        ORDER BY buyers DESC, product_id LIMIT {MOST_PRODUCTS}""").df()
    return chosen.sort_values("product_id", ignore_index=True)
