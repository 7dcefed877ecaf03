"""Whatever is read: a log whose ledger adds up, or one error in words; never another exception.

A few examples each time, the same ones; REGULARS_FUZZ=10000 tries as many others as it says.
"""

from __future__ import annotations

import io
import os
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import RegularsError
from regulars.transactions import Transactions, read_transactions

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

# What is likely to hurt, among all that can stand in a field.
HURTFUL = (
    *("", " ", "0", "-1", "7", "1.5", "1,5", "1.234,5", "1e308", "-1e-9", "nan", "inf", "NULL", "999999999999.99995"),
    *("€ 5", "5 USD", "2020-01-31", "31/01/2020", "01/31/2020", "20200131", "1577836800", "2999-01-01", "0001-01-01"),
    *(
        "infinity",
        "2020-03-29 02:30:00 Europe/Berlin",
        "24:00",
        "'; DROP TABLE lines; --",
        '"',
        "\\",
        "\0",
        "a\nb",
        "\r",
    ),
    *("Zoë", "Zoe\u0308", "\u202e", "\ufeff", "😀", "ﬀ", "x" * 3_000, "9223372036854775808", "true", "{}", "[1]"),
)
fields = st.one_of(st.sampled_from(HURTFUL), st.text(max_size=6), st.decimals(allow_nan=False, places=3).map(str))
rows = st.lists(st.lists(fields, min_size=6, max_size=6), min_size=1, max_size=6)
GOOD = ["ann", "2020-01-01", "5.25", "2", "o1", "p1"]


def outcome(source: Any, columns: dict[str, str] | None = COLUMNS) -> Transactions | None:
    """The log that is read, having added it up; None where it is refused."""
    try:
        tx = read_transactions(source, columns)
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


def outcome_of_file(content: bytes, name: str, columns: dict[str, str] | None = COLUMNS) -> Transactions | None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(content)
        return outcome(Path(folder, name), columns)


def files() -> dict[str, bytes]:
    """A good log as a file of every kind."""
    frame = pd.DataFrame([GOOD, ["Zoë", "2020-02-01", "-1", "-1", "o2", "p1"]] * 3, columns=list(COLUMNS.values()))
    table = io.BytesIO()
    frame.to_parquet(table)
    text = frame.to_csv(index=False).encode()
    return {
        "log.csv": text,
        "log.csv.gz": pa.compress(text, "gzip", asbytes=True),
        "log.csv.zst": pa.compress(text, "zstd", asbytes=True),
        "log.parquet": table.getvalue(),
        "log.jsonl": frame.to_json(orient="records", lines=True, force_ascii=False).encode(),
    }


FILES = files()
cuts = st.lists(
    st.tuples(
        st.floats(0, 1), st.integers(0, 12), st.one_of(st.binary(max_size=6), st.sampled_from([b"\n", b'"', b","]))
    ),
    min_size=1,
    max_size=4,
)


def mutated(content: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    """The same with some bytes replaced by others, at some places."""
    for place, length, put in cuts:
        at = int(place * len(content))
        content = content[:at] + put + content[at + length :]
    return content


@few
@given(st.sampled_from(sorted(FILES)), cuts)
def test_files_with_some_bytes_changed(name: str, cuts: list[tuple[float, int, bytes]]) -> None:
    outcome_of_file(mutated(FILES[name], cuts), name)


@few
@given(st.sampled_from([*sorted(FILES), "log.xlsx", "log.json", "log"]), st.binary(max_size=200))
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
