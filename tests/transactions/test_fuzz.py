"""Whatever is read: a log whose ledger adds up, or one error in words; never another exception.

A few examples each time, the same ones; REGULARS_FUZZ=10000 tries as many others as it says.
"""

from __future__ import annotations

import os
import random
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import RegularsError
from regulars.transactions import Transactions, read_transactions
from tests.transactions.mutations import GOOD, HURTFUL, exports, files, mutated
from tests.transactions.workbooks import workbook

pytestmark = pytest.mark.slow

COLUMNS = {
    "customer_id": "customer_id",
    "ordered_at": "date",
    "amount": "amount",
    "quantity": "quantity",
    "order_id": "order_id",
    "product_id": "product_id",
}
MANY = os.environ.get("REGULARS_FUZZ")
few = settings(max_examples=int(MANY or 10), deadline=None, derandomize=MANY is None, database=None)

fields = st.one_of(st.sampled_from(HURTFUL), st.text(max_size=6), st.decimals(allow_nan=False, places=3).map(str))
rows = st.lists(st.lists(fields, min_size=6, max_size=6), min_size=1, max_size=6)


def outcome(source: Any, columns: dict[str, str] | None = COLUMNS, **options: Any) -> Transactions | None:
    """The log that is read, having added it up; None where it is refused."""
    try:
        tx = read_transactions(source, columns, **options)
    except RegularsError:
        return None
    totals = tx.ledger.totals
    assert totals.loc["in", "rows"] == totals.loc[["used", "netted", "excluded"], "rows"].sum()
    entries = [entry.money for entry in tx.ledger.entries]
    assert tx.ledger.money is None or sum(entries, Decimal(0)) == tx.ledger.money
    kept, booked = tx.connection.execute(
        f"SELECT count(*), {'sum(money)' if tx.has_money else 'NULL'} FROM lines"
    ).fetchone()
    assert kept == totals.loc[["used", "netted"], "rows"].sum()
    assert booked == tx.ledger.booked
    return tx


def outcome_of_file(
    content: bytes, name: str, columns: dict[str, str] | None = COLUMNS, **options: Any
) -> Transactions | None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(content)
        return outcome(Path(folder, name), columns, **options)


FILES, SHOPS = files(), exports()


@few
@given(st.sampled_from(sorted(FILES)), st.integers(0, 2**32))
def test_files_with_some_bytes_changed(name: str, number: int) -> None:
    outcome_of_file(mutated(name, FILES[name], random.Random(number)), name)


@few
@given(st.sampled_from(sorted(SHOPS)), st.integers(0, 2**32))
def test_exports_with_some_bytes_changed(name: str, number: int) -> None:
    outcome_of_file(mutated(name, SHOPS[name], random.Random(number)), name, None)


@few
@given(st.sampled_from([*sorted(FILES), "log.json", "log"]), st.binary(max_size=200))
def test_bytes_that_are_nothing(name: str, content: bytes) -> None:
    outcome_of_file(content, name, None)


@few
@given(rows, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
def test_tables_of_texts_as_csv(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    frame = pd.DataFrame([GOOD, *rows], columns=list(COLUMNS.values()))
    text = frame.to_csv(index=False, sep=delimiter)
    outcome_of_file(text.encode(encoding, errors="replace"), "log.csv")


@few
@given(rows)
def test_tables_of_texts_as_workbooks_keep_every_row(rows: list[list[str]]) -> None:
    unseen = dict.fromkeys(range(32))  # signs that XML cannot hold
    kept = [[value.translate(unseen) or None for value in row] for row in rows]
    content = workbook({"Orders": [list(COLUMNS.values()), GOOD, *kept, GOOD]})
    tx = outcome_of_file(content, "log.xlsx")
    assert tx is None or tx.ledger.rows == len(rows) + 2


@few
@given(rows)
def test_tables_of_texts_as_frames_keep_every_row(rows: list[list[str]]) -> None:
    frame = pd.DataFrame([GOOD, *rows], columns=list(COLUMNS.values()))
    tx = outcome(frame)
    assert tx is None or tx.ledger.rows == len(frame)


@few
@given(st.lists(st.text(max_size=8), min_size=2, max_size=5), rows)
def test_any_name_and_value(names: list[str], rows: list[list[str]]) -> None:
    table = "\n".join(",".join(row[: len(names)]) for row in [names, *rows])
    outcome_of_file(
        table.encode(errors="replace"), "log.csv", {"customer_id": names[0] or "id", "ordered_at": names[1] or "day"}
    )
