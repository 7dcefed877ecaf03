"""How often one of ten suggested products is bought: beside popularity, and beside the models of implicit.

    REGULARS_REAL_DATA=... python -m experiments.next_sale        (two minutes)

Customers who bought a new product in the 90 days after the cutoff count: a hit is one of ten suggestions among what
they bought. All contenders choose from the same products, without those that a customer has. Intervals of 95 % of
the difference from `regulars.next_sale`, by a bootstrap of customers. The settings of `next_sale` (half-life, lift)
were chosen on Online Retail II at 2011-03-01 and Complete Journey at 2017-08-01; the cutoffs here were looked at
afterwards. The windows of Online Retail and of Complete Journey at 2017-10-01 share a month with those.

Below stand products that customers have bought on two order days or more: how often one of three is bought again.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

import regulars as rg
from regulars.loyalty.suggestions.bought import Bought, bought_sql
from regulars.transactions import Transactions
from regulars.windows import Windows

SHOWN, SHOWN_AGAIN, HORIZON, REPEATS = 10, 3, 90, 2000
PARTS = ("transactions", "products")
CUTOFFS = {
    "Online Retail II": ("2010-09-01", "2011-06-01"),
    "Online Retail": ("2011-05-01",),
    "Complete Journey": ("2017-05-01", "2017-10-01"),
}


def log_of(name: str, folder: Path) -> Transactions:
    """Read a log with its products."""
    if name != "Complete Journey":
        return rg.read_transactions(str(folder / f"{name.lower().replace(' ', '_')}.parquet"))
    columns = {
        "customer_id": "household_id",
        "ordered_at": "transaction_timestamp",
        "amount": "sales_value",
        "quantity": "quantity",
        "product_id": "product_id",
        "category": "product_category",
        "discount": "retail_disc",
    }
    lines, products = (pd.read_parquet(folder / "completejourney" / f"{part}.parquet") for part in PARTS)
    return rg.read_transactions(lines.merge(products[["product_id", "product_category"]], how="left"), columns)


def kinds(tx: Transactions, cutoff: str) -> str:
    """How many of the three suggestions a customer are of each kind."""
    found = rg.next_sale(tx, cutoff)["kind"].value_counts()
    return "  of three a customer: " + ", ".join(f"{count:,} {kind}" for kind, count in found.items())


def suggested(tx: Transactions, cutoff: str, bought: Bought) -> NDArray[np.int64]:
    """Ten places of products a customer by `regulars.next_sale`, −1 where there are fewer."""
    found = rg.next_sale(tx, cutoff, count=SHOWN)
    found = found[found["kind"] != "again"]
    places = np.full((len(bought.customers), SHOWN), -1)
    rows = bought.customers.get_indexer(found["customer_id"])
    places[rows, found["rank"] - 1] = pd.Index(bought.products["product_id"]).get_indexer(found["product_id"])
    return places


def popular(bought: Bought) -> NDArray[np.int64]:
    """The ten products with most buyers that a customer has not bought."""
    buyers = np.tile(bought.products["buyers"].to_numpy(float), (len(bought.customers), 1))
    buyers[bought.pairs["customer"], bought.pairs["product"]] = -1.0
    return np.argsort(-buyers, axis=1, kind="stable")[:, :SHOWN]


def implicit_models(bought: Bought) -> dict[str, NDArray[np.int64]]:
    """Ten places a customer by the models of implicit, with their defaults."""
    from implicit.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

    matrix = csr_matrix(bought.weighted(np.ones(len(bought.pairs))))
    models = {
        "implicit, cosine": CosineRecommender(num_threads=1),
        "implicit, BM25": BM25Recommender(num_threads=1),
        "implicit, ALS": AlternatingLeastSquares(num_threads=1, random_state=0),
    }
    found = {}
    for name, model in models.items():
        model.fit(matrix, show_progress=False)
        found[name] = model.recommend(np.arange(matrix.shape[0]), matrix, N=SHOWN)[0].astype(np.int64)
    return found


def hits(places: NDArray[np.int64], actual: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Whether one of the suggestions was bought, for each customer who bought something new."""
    known = np.take_along_axis(actual, np.maximum(places, 0), axis=1) & (places >= 0)
    return known.any(axis=1)[actual.any(axis=1)].astype(float)


def again(tx: Transactions, windows: Windows) -> list[str]:
    """One line a way to choose three of the products that a customer buys again."""
    own = tx.connection.execute(f"""
        SELECT *, count(*) OVER (PARTITION BY product_id) AS buyers FROM (
          SELECT customer_id, product_id, count(DISTINCT day) AS days, max(day) AS last
          FROM lines WHERE {bought_sql(tx, windows)} GROUP BY ALL HAVING days >= 2)
        ORDER BY customer_id, product_id""").df()
    asked = f"SELECT DISTINCT customer_id, product_id FROM lines WHERE is_purchase AND {windows.label_sql('day')}"
    after = pd.MultiIndex.from_frame(tx.connection.execute(asked).df())
    told = rg.next_sale(tx, windows.cutoff, count=SHOWN_AGAIN)
    ours = pd.MultiIndex.from_frame(told.loc[told["kind"] == "again", ["customer_id", "product_id"]])
    own["hit"] = pd.MultiIndex.from_frame(own[["customer_id", "product_id"]]).isin(after)
    own["ours"] = pd.MultiIndex.from_frame(own[["customer_id", "product_id"]]).isin(ours)
    own = own[own.groupby("customer_id")["hit"].transform("any")]
    lines = []
    for name, by in {"most order days": "ours", "the latest": "last", "with most buyers": "buyers"}.items():
        first = own.sort_values(by, ascending=False, kind="stable").groupby("customer_id").head(SHOWN_AGAIN)
        rate = first.groupby("customer_id")["hit"].any()
        lines.append(f"  again, {name:18s} {rate.mean():.3f}   ({len(rate):,} customers)")
    return lines


def actual_of(tx: Transactions, windows: Windows, bought: Bought) -> NDArray[np.bool_]:
    """Customers by products: bought in the window, and not before."""
    asked = f"SELECT DISTINCT customer_id, product_id FROM lines WHERE is_purchase AND {windows.label_sql('day')}"
    after = tx.connection.execute(asked).df()
    rows = bought.customers.get_indexer(after["customer_id"])
    columns = pd.Index(bought.products["product_id"]).get_indexer(after["product_id"])
    actual = np.zeros((len(bought.customers), len(bought.products)), dtype=bool)
    known = (rows >= 0) & (columns >= 0)
    actual[rows[known], columns[known]] = True
    actual[bought.pairs["customer"], bought.pairs["product"]] = False
    return actual


def judged(tx: Transactions, cutoff: str) -> list[str]:
    """One line a contender: hit rate at ten, and how much more `next_sale` has, with its interval."""
    windows = Windows(dt.date.fromisoformat(cutoff), HORIZON)
    bought = Bought.before(tx, windows)
    actual = actual_of(tx, windows, bought)
    ours = hits(suggested(tx, cutoff, bought), actual)
    draws = np.random.default_rng(0).integers(len(ours), size=(REPEATS, len(ours)))
    lines = [f"  regulars.next_sale   {ours.mean():.3f}   ({len(ours):,} customers)"]
    for name, places in {"popularity": popular(bought), **implicit_models(bought)}.items():
        theirs = hits(places, actual)
        gap = ours - theirs
        low, high = np.quantile(gap[draws].mean(axis=1), [0.025, 0.975])
        word = "better" if low > 0 else "worse" if high < 0 else "a tie"
        lines.append(
            f"  {name:20s} {theirs.mean():.3f}   next_sale {gap.mean():+.3f} ({low:+.3f} to {high:+.3f}): {word}"
        )
    return [*lines, *again(tx, windows), kinds(tx, cutoff)]


def main() -> int:
    """Print a table a log and cutoff."""
    folder = Path(os.environ["REGULARS_REAL_DATA"])
    for name, cutoffs in CUTOFFS.items():
        tx = log_of(name, folder)
        for cutoff in cutoffs:
            print(f"{name}, {cutoff}", *judged(tx, cutoff), sep="\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
