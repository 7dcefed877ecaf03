"""Who bought which product before a cutoff: what suggestions are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from regulars.transactions import Transactions
from regulars.windows import Windows

LEAST_BUYERS = 20  # of a product that is suggested, or that a suggestion rests on
MOST_PRODUCTS = 2000  # those with most buyers: every pair of them is counted


@dataclass(frozen=True, eq=False)
class Bought:
    """Products and their buyers before a cutoff.

    Parameters
    ----------
    customers : Index
        The customers, sorted.
    order_days : int array
        Of each customer.
    products : DataFrame
        Those with enough buyers, sorted by name: `product_id`, `buyers`, and where the log tells `price` (median of a
        unit) and `category`.
    pairs : DataFrame
        A row a customer and product: `customer` and `product` (places in the two above), `order_days`, `first`, `last`
        (days before the cutoff).
    """

    customers: pd.Index
    order_days: NDArray[np.int64]
    products: pd.DataFrame
    pairs: pd.DataFrame

    @classmethod
    def before(cls, tx: Transactions, windows: Windows) -> Bought:
        """Count products and buyers before the cutoff."""
        before = f"is_purchase AND {tx.history_sql(windows)}"
        customers = tx.connection.execute(
            f"SELECT customer_id, count(DISTINCT day) AS days FROM lines WHERE {before} GROUP BY 1 ORDER BY 1"
        ).df()
        products = _products(tx, before)
        pairs = tx.connection.execute(
            f"""
            SELECT customer_id, product_id, count(DISTINCT day)::BIGINT AS order_days,
              -{windows.wait_sql("min(day)")} AS first, -{windows.wait_sql("max(day)")} AS last
            FROM lines WHERE {before} AND product_id IN (SELECT unnest($1))
            GROUP BY ALL ORDER BY customer_id, product_id""",
            [products["product_id"].tolist()],
        ).df()
        index = pd.Index(customers["customer_id"])
        pairs.insert(0, "customer", index.get_indexer(pairs.pop("customer_id")))
        pairs.insert(1, "product", pd.Index(products["product_id"]).get_indexer(pairs.pop("product_id")))
        return cls(index, customers["days"].to_numpy(np.int64), products, pairs)

    def weighted(self, weights: NDArray[np.float64]) -> csr_array:
        """Customers by products, with a weight for each of `pairs`."""
        where = (self.pairs["customer"].to_numpy(), self.pairs["product"].to_numpy())
        return csr_array((weights, where), shape=(len(self.customers), len(self.products)))

    def both(self) -> NDArray[np.float64]:
        """How many customers bought both, of every two products; the buyers of each on the diagonal."""
        matrix = self.weighted(np.ones(len(self.pairs)))
        return np.asarray((matrix.T @ matrix).todense())


def _products(tx: Transactions, before: str) -> pd.DataFrame:
    unit = "median((money / quantity)::DOUBLE) FILTER (quantity > 0 AND money > 0)"
    price = unit if tx.has_money and "quantity" in tx.columns else "NULL::DOUBLE"
    category = "mode(category ORDER BY category)" if "category" in tx.columns else "NULL::VARCHAR"
    chosen = tx.connection.execute(f"""
        SELECT product_id, count(DISTINCT customer_id) AS buyers, {price} AS price, {category} AS category
        FROM lines WHERE {before} AND product_id IS NOT NULL GROUP BY product_id HAVING buyers >= {LEAST_BUYERS}
        ORDER BY buyers DESC, product_id LIMIT {MOST_PRODUCTS}""").df()
    return chosen.sort_values("product_id", ignore_index=True)
