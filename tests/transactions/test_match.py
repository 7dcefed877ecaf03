from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.transactions import Transactions, read_transactions

MATCHED = "return matched to its purchase"
IN_PART = "return matched to a purchase in part"
UNMATCHED = "return without a purchase in the log"
COLUMNS = {
    "customer_id": "customer_id",
    "ordered_at": "date",
    "amount": "amount",
    "quantity": "quantity",
    "product_id": "product_id",
    "is_return": "back",
}


def log(*rows: tuple[int, float | None, str | None], customer: str = "ann") -> pd.DataFrame:
    """Lines of day, quantity and product, each of another amount."""
    frame = pd.DataFrame(rows, columns=["day", "quantity", "product_id"]).assign(customer_id=customer, back=False)
    frame["amount"] = np.where(frame["quantity"] < 0, -1.0, 1.0) * (frame.index + 1)
    return frame.assign(date=pd.Timestamp("2020-01-01") + pd.to_timedelta(frame.pop("day"), unit="D"))


def found(frame: pd.DataFrame, columns: dict[str, str] = COLUMNS) -> dict[str, tuple[int, float]]:
    """Rows and money of what is netted, by reason."""
    entries = read_transactions(frame, columns).ledger.entries
    return {entry.reason: (entry.rows, float(entry.money or 0)) for entry in entries if entry.outcome == "netted"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(0, 2, "p"), (5, -2, "p")], {MATCHED: (1, -2)}),
        ([(0, 2, "p"), (5, -1, "p"), (6, -1, "p")], {MATCHED: (2, -5)}),
        ([(0, 1, "p"), (1, 2, "p"), (5, -3, "p")], {MATCHED: (1, -3)}),
        ([(0, 2, "p"), (5, -3, "p"), (6, -1, "p")], {IN_PART: (1, -2), UNMATCHED: (1, -3)}),
        ([(0, 2, "p"), (5, -1, "q")], {UNMATCHED: (1, -2)}),
        ([(0, 2, "p"), (5, -1, None)], {UNMATCHED: (1, -2)}),
        ([(0, 2, None), (5, -1, None)], {UNMATCHED: (1, -2)}),
        ([(5, 2, "p"), (0, -1, "p"), (6, -2, "p")], {MATCHED: (1, -3), UNMATCHED: (1, -2)}),
        ([(3, -1, "p"), (3, 1, "p")], {MATCHED: (1, -1)}),
        ([(0, 0.5, "p"), (5, -0.75, "p")], {IN_PART: (1, -2)}),
        ([(0, 1, "p"), (5, 0, "p")], {"quantity of zero": (1, 2)}),
    ],
    ids=[
        *["whole", "several returns, one purchase", "one return, several purchases", "more than bought"],
        *["another product", "no product", "products unknown", "a purchase that comes later", "on the same day"],
        *["pieces of a piece", "no return"],
    ],
)
def test_a_return_finds_what_the_customer_still_holds(
    rows: list[tuple[int, float, str | None]], expected: dict[str, tuple[int, float]]
) -> None:
    assert found(log(*rows)) == expected


def test_nobody_returns_what_another_bought() -> None:
    assert found(pd.concat([log((0, 1, "p")), log((5, -1, "p"), customer="ben")])) == {UNMATCHED: (1, -1)}


@pytest.mark.medium
def test_without_a_quantity_a_line_is_one_piece() -> None:
    frame = log((0, 7, "p"), (1, 7, "p"), (2, 7, "p")).assign(back=[False, True, True])
    columns = {ours: theirs for ours, theirs in COLUMNS.items() if ours != "quantity"}
    assert found(frame, columns) == {MATCHED: (1, 2), UNMATCHED: (1, 3)}
    assert found(frame.assign(quantity=[2, None, 0]).convert_dtypes()) == {MATCHED: (2, 5)}


@pytest.mark.medium
def test_without_products_or_netting_the_reasons_are_those_of_the_lines() -> None:
    frame = log((0, 2, "p"), (5, -2, "p"))
    columns = {ours: theirs for ours, theirs in COLUMNS.items() if ours != "product_id"}
    assert found(frame, columns) == {"quantity below zero": (1, -2)}
    dropped = {entry.reason for entry in read_transactions(frame, COLUMNS, returns="drop").ledger.entries}
    assert dropped == {"purchase", "return (returns: drop)"}


def lines_of(tx: Transactions) -> list[Any]:
    return tx.connection.execute("SELECT * FROM lines ORDER BY ALL").fetchall()


@pytest.mark.medium
def test_what_is_booked_does_not_depend_on_products() -> None:
    frame = log((0, 2, "p"), (5, -3, "p"), (6, -1, "q"))
    with_products = read_transactions(frame, COLUMNS)
    without = read_transactions(frame, {ours: theirs for ours, theirs in COLUMNS.items() if ours != "product_id"})
    assert with_products.ledger.booked == without.ledger.booked
    moved = [row[:-1] for row in lines_of(with_products)]
    assert sorted(moved) == sorted(lines_of(without))


rows = st.lists(
    st.tuples(
        st.sampled_from(["ann", "ben"]),
        st.integers(0, 6),
        st.sampled_from([1, 2, 3, 0.5, -1, -2, -0.5, None]),
        st.sampled_from(["p", "p", "q", None]),
        st.sampled_from([False, False, False, True]),
        st.integers(-200, 500),
    ),
    max_size=25,
)


def told_naively(frame: pd.DataFrame) -> Counter[str]:
    """Walk through the lines day by day, taking each return from the latest purchases that are left."""
    returned = frame["back"] | (frame["quantity"] < 0) | (frame["amount"] < 0)
    frame = frame.assign(returned=returned, pieces=frame["quantity"].abs().fillna(1.0))
    left: dict[Any, list[float]] = defaultdict(list)
    told: Counter[str] = Counter()
    for line in frame.sort_values(["date", "returned", "pieces", "amount"]).itertuples():
        purchases, expected = left[line.customer_id, line.product_id], line.pieces
        if pd.isna(line.product_id):
            purchases = []
        if not line.returned:
            purchases.append(line.pieces)
            continue
        while expected and purchases:
            taken = min(expected, purchases[-1])
            expected -= taken
            purchases[-1] -= taken
            if not purchases[-1]:
                purchases.pop()
        told[MATCHED if not expected else UNMATCHED if expected == line.pieces else IN_PART] += 1
    return told


@pytest.mark.slow
@settings(max_examples=15, deadline=None, derandomize=True)
@given(rows, st.integers(0, 9))
def test_taking_each_return_from_the_latest_purchases_tells_the_same_whatever_the_order_of_rows(
    rows: list[tuple[Any, ...]], seed: int
) -> None:
    sure = ("zoe", 0, 1, "p", False, 100)
    frame = pd.DataFrame(
        [sure, *rows], columns=["customer_id", "date", "quantity", "product_id", "back", "amount"]
    ).astype({"quantity": "float64"})
    frame["date"] = [dt.datetime(2020, 1, 1) + dt.timedelta(days=day) for day in frame["date"]]
    ledger = read_transactions(frame, COLUMNS).ledger
    told = {entry.reason: entry.rows for entry in ledger.entries if entry.outcome == "netted"}
    assert told == told_naively(frame)
    mixed = frame.iloc[np.random.default_rng(seed).permutation(len(frame))]
    assert read_transactions(mixed, COLUMNS).ledger == ledger
