"""Which products sell together: the pairs with most buyers beyond chance, of each kind."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.loyalty.suggestions.alike import Alike, kinds_of
from regulars.loyalty.suggestions.bought import Bought
from regulars.loyalty.suggestions.courses import courses
from regulars.transactions import Transactions
from regulars.windows import Windows

SEARCHED = 400  # pairs with most buyers beyond chance, among which those of each kind are chosen
KINDS = ("upgrade", "add_on", "bundle", "related")  # the first of each is shown, the rarer kinds before others
LEAST_LATER = 10  # customers who went on from one to the other


def top_pairs(tx: Transactions, windows: Windows, *, count: int) -> pd.DataFrame:
    """The pairs of products that most customers bought beyond chance, each pair and each product to offer once.

    Parameters
    ----------
    tx : Transactions
        Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff.
    count : int
        Pairs at most.

    Returns
    -------
    DataFrame
        `because`, `product_id`, `kind`, `customers_of_both`, `lift`, `waiting`, `later`, `conversion`, `lead_days` (as
        of `courses`), and `open`: customers who have the one and not the other now. The most buyers beyond chance come
        first; the first of each kind is among them, unless a rarer kind offers the same product. Without rows where the
        log has no products.

    Notes
    -----
    Buyers beyond chance: buyers of both × (1 − 1 / lift).
    """
    if "product_id" not in tx.columns:
        return pd.DataFrame()
    bought = Bought.before(tx, windows)
    if bought.products.empty:
        return pd.DataFrame()
    alike = Alike.of(bought)
    found = courses(bought, alike, _searched(alike))
    found = found[found["later"] >= LEAST_LATER].reset_index(drop=True)
    open_now = bought.products["buyers"].to_numpy(float)[found["because"]] - found["customers_of_both"]
    found = _one_way(found.assign(kind=kinds_of(found, bought.products), open=open_now.astype("int64")))
    first = found.drop_duplicates("kind").sort_values("kind", key=lambda kinds: kinds.map(KINDS.index))
    chosen = pd.concat([first, found[~found.index.isin(first.index)]]).drop_duplicates("product")
    chosen = chosen.head(count).sort_index()
    names = bought.products["product_id"].to_numpy()
    return chosen.assign(
        product_id=names[chosen["product"]],
        because=names[chosen["because"]],
    ).reset_index(drop=True)


def _one_way(found: pd.DataFrame) -> pd.DataFrame:
    """Each pair once: upwards where it is an upgrade or an add-on, else where more buyers are to be expected."""
    dearer = found["kind"].isin(["upgrade", "add_on"])
    best = found.assign(dearer=dearer, expected=found["open"] * found["conversion"])
    best = best.sort_values(["dearer", "expected"], ascending=False, kind="stable")
    pair = [np.minimum(best["because"], best["product"]), np.maximum(best["because"], best["product"])]
    return found.loc[best[~best.assign(one=pair[0], other=pair[1]).duplicated(["one", "other"])].index.sort_values()]


def _searched(alike: Alike) -> pd.DataFrame:
    """Pairs that go together, both ways, the most buyers beyond chance first."""
    one, other = np.nonzero(alike.similarity)
    beyond = alike.both[one, other] * (1.0 - 1.0 / alike.lift[one, other])
    order = np.lexsort((other, one, -beyond))[:SEARCHED]
    return pd.DataFrame({"because": one[order], "product": other[order]})
