"""What customers had done when a window began, and what they did in it: causes before, outcomes after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features import reading_facts
from regulars.transactions import Transactions
from regulars.windows import Windows

AT_MOST = 100_000  # customers, drawn by a hash of their ids: more would narrow no interval that matters
BINS = (1, 2, 3, 5, 10, 20)  # order days up to which customers are alike
FEWEST = 5  # order days with which the last two are compared with those before
LAST = 2
LABELS = {"channel": "channel", "category": "category", "product_id": "product"}
NOW, BEFORE = (f"ordered AND days >= {FEWEST} AND ago {which} {LAST}" for which in ("<=", ">"))  # in `placed_sql`
TRIED = {"channel": "channels_tried", "category": "categories_tried", "product_id": "products_tried"}


@dataclass(frozen=True, eq=False)
class AtStart:
    """Customers who had ordered in the horizon before a window, and their orders in it.

    Parameters
    ----------
    frame : DataFrame
        One row a customer, sorted: what they had done before the window (`orders`, `tenure`, `silent`, and by the
        columns of the log `spend`, `gross`, `full_price`, `channels_tried`, `categories_tried`, `products_tried`, and
        of those with five order days or more the means of the last two order days beside those before) and
        `orders_after`.
    windows : Windows
        The window of the outcome; its cutoff is when it begins.
    """

    frame: pd.DataFrame
    windows: Windows

    @property
    def orders_after(self) -> Floats:
        """Order days in the window."""
        return self.frame["orders_after"].to_numpy(np.float64)

    @property
    def left(self) -> NDArray[np.bool_]:
        """Who did not order in the window."""
        return np.asarray(self.orders_after == 0)

    @cached_property
    def bins(self) -> NDArray[np.int64]:
        """Which customers had about as many order days."""
        return np.searchsorted(BINS, self.frame["orders"].to_numpy())

    @cached_property
    def covariates(self) -> Floats:
        """What customers are made equal in: orders, tenure, days since the last order, and spend where there is any."""
        frame = self.frame
        logs = [np.log(frame[name].to_numpy(np.float64)) for name in ("orders", "tenure", "silent")]
        if "spend" in frame:
            logs.append(np.log1p(np.maximum(frame["spend"].to_numpy(np.float64), 0.0)))
        steps = [self.bins == k for k in range(1, len(BINS) + 1)]
        return np.column_stack([*logs, *steps]).astype(np.float64)

    @property
    def adjusted_for(self) -> str:
        """The names of the covariates."""
        return "orders, spend, tenure, silence" if "spend" in self.frame else "orders, tenure, silence"

    @property
    def equal(self) -> str:
        """The same for a sentence."""
        return f"with equal {'orders, spend and time' if 'spend' in self.frame else 'orders and time'} as a customer"


def reaches(tx: Transactions, windows: Windows) -> bool:
    """Whether the log has half a horizon before a window, so that there is something to make customers equal in."""
    return windows.history_days(tx.first_day) >= windows.horizon_days / 2


def at_start(tx: Transactions, windows: Windows) -> AtStart:
    """Read the customers at the beginning of a window, by `windows.label_sql`.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows
        The window of the outcome. Whoever ordered in the horizon before it counts.
    """
    asked = dict(_sums(tx.columns, has_money=tx.has_money))
    recent = dict(_recent(tx.columns, has_money=tx.has_money))
    before, after = windows.history_sql("day"), windows.label_sql("day")
    sums = ", ".join(f"({sql})::DOUBLE AS {name}" for name, sql in {**asked, **recent}.items())
    kept = ", ".join(["orders", "tenure", "silent", *asked, *recent, "orders_after"])
    with reading_facts(tx, windows.shifted(windows.horizon_days)) as (connection, facts):
        frame = connection.execute(f"""
            WITH known AS (
              SELECT *, {before} AS earlier, lines > 0 AND {before} AS ordered FROM {facts}),
            placed AS ({placed_sql("known")}),
            customers AS (
              SELECT customer_id, count(*) FILTER (ordered)::DOUBLE AS orders,
                (-min({windows.wait_sql("day")}) FILTER (ordered))::DOUBLE AS tenure,
                (-max({windows.wait_sql("day")}) FILTER (ordered))::DOUBLE AS silent,
                {sums + "," if sums else ""}
                count(*) FILTER (lines > 0 AND {after})::DOUBLE AS orders_after
              FROM placed GROUP BY customer_id
              HAVING count(*) FILTER (ordered AND {windows.past_sql("day")}) > 0
              ORDER BY md5_number(CAST(customer_id AS VARCHAR)), customer_id LIMIT {AT_MOST})
            SELECT customer_id, {kept} FROM customers ORDER BY customer_id""").df()
    return AtStart(frame, windows)


def placed_sql(known: str) -> str:
    """Query of `known`, facts with `ordered`, that adds `ago` (place from the last), `days` ordered, and `gap`."""
    return f"""
        SELECT *, row_number() OVER (PARTITION BY customer_id, ordered ORDER BY day DESC) AS ago,
          count(*) FILTER (ordered) OVER (PARTITION BY customer_id) AS days,
          day - lag(day) OVER (PARTITION BY customer_id, ordered ORDER BY day) AS gap
        FROM {known}"""


def _sums(columns: frozenset[str], *, has_money: bool) -> Iterator[tuple[str, str]]:
    """Sums over what lies before the window."""
    if has_money:
        yield "spend", "sum(net) FILTER (earlier)"
        yield "gross", "sum(gross) FILTER (earlier)"
    if has_money and "discount" in columns:
        yield "full_price", "sum(full_price) FILTER (earlier)"
    for column, thing in LABELS.items():
        if column in columns:
            yield TRIED[column], f"sum({thing}_news) FILTER (earlier)"


def _recent(columns: frozenset[str], *, has_money: bool) -> Iterator[tuple[str, str]]:
    """Means of the last two order days, and of those before, of customers with five or more."""
    measured = {"gap": "gap"}
    if has_money:
        measured["money"] = "gross"
    if "product_id" in columns or "category" in columns:
        measured["things"] = "product_visits" if "product_id" in columns else "category_visits"
    for name, sql in measured.items():
        yield f"{name}_now", f"avg({sql}) FILTER ({NOW})"
        yield f"{name}_then", f"avg({sql}) FILTER ({BEFORE})"
