"""The products that go best with what each customer has bought, some customers at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from regulars.loyalty.suggestions.alike import Alike, recency
from regulars.loyalty.suggestions.bought import Bought

AT_ONCE = 5_000  # customers, whose scores of all products are held together


def ranked(bought: Bought, alike: Alike, customers: NDArray[np.intp], count: int) -> pd.DataFrame:
    """New products of customers, the best first, each with the own product that speaks most for it.

    Parameters
    ----------
    bought : Bought
    alike : Alike
        Of the same products.
    customers : int array
        Places in `bought.customers`.
    count : int
        Products of each customer, at most.

    Returns
    -------
    DataFrame
        `customer`, `rank` (1 the best), `because`, `product`: places.
    """
    return pd.concat(_in_parts(bought, alike, customers, count), ignore_index=True)


def _in_parts(bought: Bought, alike: Alike, customers: NDArray[np.intp], count: int) -> Iterator[pd.DataFrame]:
    weights = bought.weighted(recency(bought.pairs))
    for first in range(0, max(1, len(customers)), AT_ONCE):
        places = customers[first : first + AT_ONCE]
        part = weights[places]
        score = np.asarray(part @ alike.similarity)
        rows, columns = part.nonzero()
        score[rows, columns] = 0.0  # what they have
        for rank in range(1, count + 1):
            best = score.argmax(axis=1)
            known = np.flatnonzero(score[np.arange(len(best)), best] > 0)
            because = _because(part, alike.similarity, best)[known]
            yield pd.DataFrame({"customer": places[known], "rank": rank, "because": because, "product": best[known]})
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
