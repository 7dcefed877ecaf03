"""Small made-up logs with everything in them: returns, copies, gaps in the data, days without end."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from hypothesis import strategies as st

from regulars.transactions import Transactions, read_transactions

START = dt.date(2023, 1, 1)
LAST_AGE = 420
COLUMNS = {
    "customer_id": "customer_id",
    "ordered_at": "date",
    "amount": "amount",
    "quantity": "quantity",
    "order_id": "order_id",
    "product_id": "product_id",
    "category": "category",
    "channel": "channel",
    "discount": "discount",
    "is_return": "is_return",
}

_rows = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(["ann", "ben", "cy", "dot"]),
        # days near each other as often as far apart
        "day": st.one_of(st.integers(0, 12), st.integers(0, LAST_AGE)),
        "cents": st.one_of(st.just(0), st.integers(1, 99_999), st.integers(-9_999, -1)),
        "quantity": st.sampled_from([1.0, 1.0, 2.0, 0.5, 12.0, 0.0, -1.0, None]),
        "order_id": st.sampled_from(["A", "B", "C", None]),
        "product_id": st.sampled_from(["p", "q", "r", None]),
        "category": st.sampled_from(["k", "l", None]),
        "channel": st.sampled_from(["web", "shop", None]),
        "discount": st.sampled_from([None, 0.0, 0.5, 7.25, -0.5]),
        "is_return": st.sampled_from([False, False, False, True]),
    }
)
cutoffs = st.integers(1, LAST_AGE + 1).map(lambda days: START + dt.timedelta(days=days))


@st.composite
def logs(draw: st.DrawFn) -> pd.DataFrame:
    """A log with at least one purchase on the very first day, and a few exact copies of rows."""
    rows = draw(st.lists(_rows, min_size=1, max_size=30))
    first = dict(rows[0], day=0, cents=1000, quantity=1.0, is_return=False)
    copies = draw(st.lists(st.sampled_from(rows), max_size=3))
    return frame([first, *rows, *copies])


def frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    log = pd.DataFrame(rows)
    log.insert(1, "date", pd.Timestamp(START) + pd.to_timedelta(log.pop("day"), unit="D"))
    log.insert(2, "amount", log.pop("cents") / 100)
    return log.astype({"quantity": "float64", "discount": "float64"})


def read(log: pd.DataFrame) -> Transactions:
    """Read a log with all of the columns that it has."""
    return read_transactions(log, {ours: theirs for ours, theirs in COLUMNS.items() if theirs in log})
