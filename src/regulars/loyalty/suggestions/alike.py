"""Which products go together: how much more often buyers of one bought the other than customers do on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.loyalty.suggestions.bought import Bought

LEAST_BOTH = 10  # customers who bought both
LEAST_LIFT = 1.2  # what nearly everybody buys, as postage, goes with nothing
HALF_LIFE = 90.0  # days after which a purchase says half as much
UPGRADE = (1.2, 3.0)  # times the price of a product of the same category
SMALL = 0.5  # of the price: an add-on


@dataclass(frozen=True, eq=False)
class Alike:
    """Every two products, in the order of `Bought.products`.

    Parameters
    ----------
    both : float array
        Customers who bought both.
    lift : float array
        The share of buyers of one who bought the other, over the share of all customers.
    similarity : float array
        Cosine of the two sets of buyers, times the square root of how new the buyers of the product in the column are;
        0 where too few bought both or the lift is small.
    """

    both: NDArray[np.float64]
    lift: NDArray[np.float64]
    similarity: NDArray[np.float64]

    @classmethod
    def of(cls, bought: Bought) -> Alike:
        """Compare every two products."""
        both, buyers = bought.both(), bought.products["buyers"].to_numpy(float)
        lift = both * len(bought.customers) / np.outer(buyers, buyers)
        current = np.bincount(bought.pairs["product"], recency(bought.pairs), len(buyers)) / buyers
        similarity = both / np.sqrt(np.outer(buyers, buyers)) * np.sqrt(current)
        similarity[(both < LEAST_BOTH) | (lift < LEAST_LIFT)] = 0.0
        np.fill_diagonal(similarity, 0.0)
        return cls(both, lift, similarity)


def recency(pairs: pd.DataFrame) -> NDArray[np.float64]:
    """How much a purchase still says, from 1 for one just now to 0."""
    return np.asarray(0.5 ** (pairs["last"].to_numpy(float) / HALF_LIFE))


def kinds_of(found: pd.DataFrame, products: pd.DataFrame) -> NDArray[np.object_]:
    """What a suggestion is: an upgrade, an add-on, a bundle, or related.

    Parameters
    ----------
    found : DataFrame
        `because` and `product` (places of products) and `same_day`, the share of those who bought both that first
        bought them on one day.
    products : DataFrame
        As of `Bought`.
    """
    price, category = products["price"].to_numpy(float), products["category"].to_numpy(object)
    one, other = found["because"].to_numpy(), found["product"].to_numpy()
    times = price[other] / price[one]
    same = np.asarray(pd.notna(category[one]) & (category[one] == category[other]), dtype=bool)
    together = found["same_day"].to_numpy() >= 0.5
    upgrade = same & (times >= UPGRADE[0]) & (times <= UPGRADE[1])
    return np.select([upgrade, together & (times <= SMALL), together], ["upgrade", "add_on", "bundle"], "related")
