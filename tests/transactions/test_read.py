from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.errors import InputError
from regulars.transactions import Transactions, read_transactions
from regulars.transactions.sql import connect, load_extension

HEADER = "customer_id,date,amount\n"
TWO = HEADER + "a,2020-01-01,5\nb,2020-01-02,6.25\n"
FRAME = pd.DataFrame(
    {"customer_id": ["a", "b"], "date": pd.to_datetime(["2020-01-01", "2020-01-02"]), "amount": [5, 6.25]}
)
LINES = [("a", dt.date(2020, 1, 1), True, Decimal("5.0000")), ("b", dt.date(2020, 1, 2), True, Decimal("6.2500"))]

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(text: str | bytes, name: str = "orders.csv") -> str:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(file)

    return write_file


def lines(tx: Transactions) -> list[tuple[Any, ...]]:
    return tx.connection.execute("FROM lines").fetchall()


def id_type(tx: Transactions) -> str:
    return tx.connection.execute("SELECT typeof(customer_id) FROM lines").fetchall()[0][0]


@pytest.mark.parametrize(
    "text",
    [
        TWO,
        TWO.replace(",", ";"),
        TWO.replace(",", "\t"),
        TWO.replace(",", "|"),
        TWO.replace("\n", "\r\n"),
        TWO.rstrip("\n"),
        TWO.replace("\n", "\n\n"),
        "\ufeff" + TWO,
        HEADER + '"a","2020-01-01","5"\n"b",2020-01-02," 6.25 "\n',
        TWO.replace(",", " , "),
    ],
    ids=["comma", "semicolon", "tab", "bar", "crlf", "no-last-newline", "blank-lines", "bom", "quoted", "padded"],
)
def test_the_same_csv_in_many_dialects_gives_the_same_lines(write: Write, text: str) -> None:
    found = [(str(customer).strip(), *rest) for customer, *rest in lines(read_transactions(write(text)))]
    assert found == LINES


@pytest.mark.parametrize(
    "name", ["l'été; DROP TABLE x.csv", "orders[1]*?.csv", "ORDERS.CSV", "orders", "a\\b.csv", '"q".csv']
)
def test_file_names_are_never_sql_or_patterns(write: Write, name: str) -> None:
    assert lines(read_transactions(write(TWO, name))) == LINES


def test_gzipped_csv(write: Write) -> None:
    assert lines(read_transactions(write(gzip.compress(TWO.encode()), "orders.csv.gz"))) == LINES


def test_a_path_object_serves_too(write: Write) -> None:
    assert lines(read_transactions(Path(write(TWO)))) == LINES


def test_parquet_file_folder_and_glob(tmp_path: Path) -> None:
    FRAME[:1].to_parquet(tmp_path / "one.parquet")
    (tmp_path / "more").mkdir()
    FRAME[1:].to_parquet(tmp_path / "more" / "two.parquet")
    assert lines(read_transactions(tmp_path / "one.parquet")) == LINES[:1]
    assert lines(read_transactions(tmp_path)) == LINES
    assert lines(read_transactions(str(tmp_path / "**" / "*.parquet"))) == LINES


def test_files_of_a_folder_may_order_their_columns_and_delimiters_differently(write: Write, tmp_path: Path) -> None:
    write(HEADER + "a,2020-01-01,5\n", "in/1.csv")
    write("amount;date;customer_id\n6.25;2020-01-02;b\n", "in/2.csv")
    write("left by a tool", "in/.hidden.csv")
    write("left by a tool", "in/_tmp/x.csv")
    assert lines(read_transactions(tmp_path / "in")) == LINES


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("name", ["orders.csv", "orders.csv.gz", "orders.csv.zst"])
def test_encodings_and_packings(write: Write, encoding: str, name: str) -> None:
    how = {".gz": "gzip", ".zst": "zstd"}.get(Path(name).suffix)
    text = TWO.replace("a,", "Zoë,").encode(encoding)
    file = write(pa.compress(text, how, asbytes=True) if how else text, name)
    assert [line[0] for line in lines(read_transactions(file))] == ["Zoë", "b"]


def test_json_lines(write: Write) -> None:
    rows = FRAME.assign(date=["2020-01-01", "2020-01-02"]).to_json(orient="records", lines=True)
    assert lines(read_transactions(write(rows, "orders.jsonl"))) == LINES
    assert lines(read_transactions(write(gzip.compress(rows.encode()), "orders.ndjson.gz"))) == LINES


def test_excel(tmp_path: Path) -> None:
    pytest.importorskip("duckdb_extension_excel", reason="regulars[excel] is not installed")
    with closing(connect()) as connection:
        load_extension(connection, "excel", extra="excel", what="Excel")
        connection.register("frame", FRAME)
        connection.execute(f"COPY frame TO '{tmp_path}/orders.xlsx' (FORMAT xlsx, HEADER true)")
    assert lines(read_transactions(tmp_path / "orders.xlsx")) == LINES


BAD_SOURCES = [
    ("", "orders.csv", "orders.csv' is empty. A log has a header row"),
    ("\n\n", "orders.csv", "starts with an empty line. Its first line should name the columns"),
    (HEADER, "orders.csv", "has columns but no rows"),
    (HEADER.rstrip(), "orders.csv", "has columns but no rows"),
    (HEADER + "a,2020-01-01\n", "orders.csv", "CSV Error on Line: 2.*Expected Number of Columns: 3 Found: 2$"),
    (HEADER + "a,2020-01-01,5,6\n", "orders.csv", "CSV Error on Line: 2.*Expected Number of Columns: 3 Found: 4$"),
    (HEADER + 'a,2020-01-01,5\n"b,2020-01-01,6\n', "orders.csv", "CSV Error on Line: 3.*unterminated quote"),
    ("id,date,amount,Date\na,2020-01-01,5,1\n", "orders.csv", "more than one column named 'Date'. Rename"),
    (TWO.replace("a", "€").encode("cp1252"), "orders.csv", "is not latin-1 encoded"),
    (b"plain text", "orders.csv.gz", "cannot be read as CSV: zlib inflate failed"),
    (gzip.compress(TWO.encode() * 999)[:-50], "orders.csv.gz", "cannot be read"),
    (TWO.encode() + b"c\0,2020-01-03,5\n", "orders.csv", "it is no text"),
    (bytes(range(256)) * 9, "orders.csv", "it is no text"),
    (",".join(f"c{k}" for k in range(20_000)) + "\n", "orders.csv", "has 20,000 columns; at most 10,000 are read"),
    (HEADER + "x" * 3_000_000 + ",2020-01-01,5\n", "orders.csv", "(?s)cannot be read: .{300,600}$"),
    (HEADER + "a,1577836800,5\n", "orders.csv", "1 value is not a day from 1900 to 2100.*'1577836800' in row 1"),
    (HEADER + "a,2020-01-01,5\na,2999-01-01,5\n", "orders.csv", "is not a day from 1900 to 2100"),
    (HEADER + "a,2020-01-01,1e308\nb,2020-01-01,inf\n", "orders.csv", "2 values are not a number such as 1234.5"),
    ('"x""; DROP TABLE lines; --",date,amount\na,2020-01-01,5\n', "orders.csv", "column 'customer_id'.* is missing"),
    (b"PAR1 but no more", "orders.parquet", "orders.parquet cannot be read: .*"),
]


@pytest.mark.parametrize(("text", "name", "message"), BAD_SOURCES)
def test_unusable_files_are_refused_in_words(write: Write, text: str | bytes, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_transactions(write(text, name))


def test_missing_sources_are_refused_in_words(tmp_path: Path, write: Write) -> None:
    with pytest.raises(InputError, match=r"There is no file '.*orders\.csv'. Give a file, a folder, a glob or 'demo'"):
        read_transactions(tmp_path / "orders.csv")
    with pytest.raises(InputError, match=r"No file matches '.*\*\.parquet'"):
        read_transactions(str(tmp_path / "*.parquet"))
    with pytest.raises(InputError, match="holds no Parquet, JSON lines, Excel or CSV file"):
        read_transactions(tmp_path)
    FRAME.to_parquet(tmp_path / "one.parquet")
    write(TWO)
    with pytest.raises(InputError, match="mixes CSV and Parquet files"):
        read_transactions(tmp_path)
    with pytest.raises(InputError, match="A list cannot be read as a log"):
        read_transactions([1, 2])
    with pytest.raises(InputError, match="table is 'orders', but only a database has tables"):
        read_transactions(FRAME, table="orders")


def test_a_frame_without_rows_is_refused() -> None:
    with pytest.raises(InputError, match="the frame has columns but no rows"):
        read_transactions(FRAME[:0])


def test_a_frame_with_two_columns_of_one_name_is_refused() -> None:
    with pytest.raises(InputError, match="more than one column named 'amount'"):
        read_transactions(pd.concat([FRAME, FRAME[["amount"]]], axis=1))


CSV_IDS = [
    (["1", "20", "-3"], "BIGINT", [-3, 1, 20]),
    (["1", "02"], "VARCHAR", ["02", "1"]),
    (["1", "+2"], "VARCHAR", ["+2", "1"]),
    (["1", "2 "], "VARCHAR", ["1", "2 "]),
    (["1", "2.0"], "VARCHAR", ["1", "2.0"]),
    (["0", "-0"], "VARCHAR", ["-0", "0"]),
    (["1", "9223372036854775808"], "VARCHAR", ["1", "9223372036854775808"]),
    (["1", "9223372036854775807"], "BIGINT", [1, 9223372036854775807]),
    (["1e3", "2"], "VARCHAR", ["1e3", "2"]),
    (["00001"], "VARCHAR", ["00001"]),
]


@pytest.mark.parametrize(("ids", "kind", "kept"), CSV_IDS)
def test_ids_of_a_csv_are_integers_only_if_all_are_written_so(
    write: Write, ids: list[str], kind: str, kept: list[Any]
) -> None:
    tx = read_transactions(write(HEADER + "".join(f"{i},2020-01-01,5\n" for i in ids)))
    assert id_type(tx) == kind
    assert [line[0] for line in lines(tx)] == kept


FRAME_IDS = [
    (pd.Series(["007", "8"], dtype=object), "VARCHAR", ["007", "8"]),
    (pd.Series(["007", "8"], dtype="str"), "VARCHAR", ["007", "8"]),
    (pd.Series(["007", "8"], dtype="category"), "VARCHAR", ["007", "8"]),
    (pd.Series([7, 8], dtype="category"), "BIGINT", [7, 8]),
    (pd.Series([7.0, 8.5]), "DOUBLE", [7.0, 8.5]),
    (pd.Series([7, 8], dtype="int32"), "INTEGER", [7, 8]),
    (pd.Series([7, 8], dtype="Int64"), "BIGINT", [7, 8]),
    (pd.Series([7, "eight"], dtype=object), "VARCHAR", ["7", "eight"]),
    (pd.Series([True, False]), "BOOLEAN", [False, True]),
]


@pytest.mark.parametrize(("ids", "kind", "kept"), FRAME_IDS)
def test_ids_of_a_frame_keep_their_type(ids: pd.Series[Any], kind: str, kept: list[Any]) -> None:
    tx = read_transactions(FRAME.assign(customer_id=ids))
    assert id_type(tx) == kind
    assert [line[0] for line in lines(tx)] == kept


@pytest.mark.parametrize(
    "ids",
    [
        [None, "a"],
        [np.nan, 7.0],
        pd.Series([None, 7], dtype="Int64"),
        pd.Categorical([None, 7]),
        ["  ", "a"],
        ["", "a"],
    ],
)
def test_absent_ids_are_missing_customers(ids: Any) -> None:
    tx = read_transactions(FRAME.assign(customer_id=ids))
    assert tx.ledger.frame[["reason", "rows", "customers"]].values.tolist() == [
        ["purchase", 1, 1],
        ["missing customer", 1, 0],
    ]


def test_arrow_tables_with_nan_dictionaries_and_zones(tmp_path: Path) -> None:
    late = dt.datetime(2020, 1, 1, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    table = pa.table(
        {
            "customer_id": pa.array(["a", "b", "b"]).dictionary_encode(),
            "date": pa.array([late] * 3, pa.timestamp("us", "America/New_York")),
            "amount": [1.5, 2.5, float("nan")],
        }
    )
    tx = read_transactions(table)
    assert lines(tx) == [(i, dt.date(2020, 1, 2), True, m) for i, m in (("a", Decimal("1.5")), ("b", Decimal("2.5")))]
    pq.write_table(table, tmp_path / "orders.parquet")
    assert read_transactions(tmp_path / "orders.parquet").data_hash == tx.data_hash


def test_the_demo_keeps_the_zeros_of_its_ids(cdnow: Transactions) -> None:
    assert id_type(cdnow) == "VARCHAR"
    assert cdnow.connection.execute("SELECT min(customer_id), count(*) FROM lines").fetchall() == [("00001", 69659)]
