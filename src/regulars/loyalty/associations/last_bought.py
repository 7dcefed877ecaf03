"""Which products and categories lose customers: who stays away, by what the last order held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from regulars.features import reading_facts
from regulars.loyalty.associations.at_start import AtStart
from regulars.loyalty.associations.driver import LEAST, Driver
from regulars.loyalty.associations.estimates import LEVEL
from regulars.loyalty.associations.signs import leaving
from regulars.transactions import Transactions
from regulars.windows import Windows

MOST_TESTED = 20  # of the categories, and of the products: those that were in most last orders
KINDS = {"category": "last_category", "product_id": "last_product"}


def last_bought(tx: Transactions, found: AtStart) -> Iterator[Driver]:
    """Compare who stays away, by the categories and products of the last order day before the window.

    The intervals of one kind hold together: each has the confidence 1 − 0.05 / number of comparisons (Bonferroni).
    """
    place = pd.Index(found.frame["customer_id"])
    for column, driver in KINDS.items():
        if column not in tx.columns:
            continue
        bought = _last_labels(tx, found.windows, column)
        bought = bought[bought["customer_id"].isin(place)]
        sizes = bought.groupby("label").size()
        tested = sizes[sizes >= LEAST].sort_index().sort_values(ascending=False, kind="stable").index[:MOST_TESTED]
        everybody = np.ones(len(place), dtype=bool)
        noun = "product" if column == "product_id" else "category"
        for label in tested:
            exposed = np.asarray(place.isin(bought.loc[bought["label"] == label, "customer_id"]))
            names = (driver, f"customers whose last order held {noun} {label}", "others")
            level = 1 - (1 - LEVEL) / len(tested)
            yield from leaving(found, names, exposed, everybody, level=level, tested=len(tested))


def _last_labels(tx: Transactions, windows: Windows, column: str) -> pd.DataFrame:
    known, cutoff = windows.history_sql("day"), windows.shifted(windows.horizon_days)
    with reading_facts(tx, cutoff) as (connection, facts):
        return connection.execute(f"""
            WITH lasts AS (
              SELECT customer_id, max(day) AS day FROM {facts} WHERE lines > 0 AND {known} GROUP BY customer_id)
            SELECT DISTINCT customer_id, {column} AS label FROM lines JOIN lasts USING (customer_id, day)
            WHERE is_purchase AND {column} IS NOT NULL AND {tx.history_sql(cutoff)} ORDER BY customer_id, label""").df()
