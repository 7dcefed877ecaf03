from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.errors import InputError
from regulars.transactions import Transactions, read_transactions
from regulars.transactions.sql import temporary_folder

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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["l'été; DROP TABLE x.csv", "orders[1]*?.csv", "ORDERS.CSV", "orders", "a\\b.csv", '"q".csv']
)
def test_file_names_are_never_sql_or_patterns(write: Write, name: str) -> None:
    assert lines(read_transactions(write(TWO, name))) == LINES


def test_gzipped_csv(write: Write) -> None:
    assert lines(read_transactions(write(gzip.compress(TWO.encode()), "orders.csv.gz"))) == LINES


def test_a_path_object_serves_too(write: Write) -> None:
    assert lines(read_transactions(Path(write(TWO)))) == LINES


@pytest.mark.medium
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


def test_what_values_say_is_never_sql(write: Write) -> None:
    ids = ["'; DROP TABLE lines; --", '""', '"a""b"', "\\N'"]
    tx = read_transactions(write(HEADER + "".join(f"{i},2020-01-01,5\n" for i in ids)))
    assert [line[0] for line in lines(tx)] == ["'; DROP TABLE lines; --", "\\N'", 'a"b']
    assert tx.ledger.frame["rows"].tolist() == [3, 1]  # "" is nothing


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("name", ["orders.csv", "orders.csv.gz", "orders.csv.zst"])
def test_encodings_and_packings(write: Write, encoding: str, name: str) -> None:
    how = {".gz": "gzip", ".zst": "zstd"}.get(Path(name).suffix)
    text = TWO.replace("a,", "Zoë,").encode(encoding)
    file = write(pa.compress(text, how, asbytes=True) if how else text, name)
    assert [line[0] for line in lines(read_transactions(file))] == ["Zoë", "b"]


@pytest.mark.medium
@pytest.mark.parametrize("name", ["orders[1].csv", "orders.csv.gz", "orders.csv.zst"])
def test_the_signs_of_windows_are_read_from_a_copy_that_goes(
    write: Write, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="regulars")
    text = TWO.replace("a,", "“Zoë” €,").encode("cp1252")
    how = {".gz": "gzip", ".zst": "zstd"}.get(Path(name).suffix)
    file = write(pa.compress(text, how, asbytes=True) if how else text, name)
    tx = read_transactions(file)
    assert [line[0] for line in lines(tx)] == ["b", "“Zoë” €"]
    assert f"{file} is not UTF-8 text: it is read as Windows-1252 (Western Europe)." in caplog.messages
    assert list(temporary_folder(tx.connection).iterdir()) == []


@pytest.mark.medium
def test_json_lines(write: Write) -> None:
    rows = FRAME.assign(date=["2020-01-01", "2020-01-02"]).to_json(orient="records", lines=True)
    assert lines(read_transactions(write(rows, "orders.jsonl"))) == LINES
    assert lines(read_transactions(write(gzip.compress(rows.encode()), "orders.ndjson.gz"))) == LINES


JSON_IDS = [
    (['"007"', '"8"'], ["007", "8"]),
    (["7", "8"], [7, 8]),
    (['"a"', "7"], ["7", "a"]),
    (['"2020-01-01"', '"2020-01-02"'], ["2020-01-01", "2020-01-02"]),
    (['"12:00"', '"12:30"'], ["12:00", "12:30"]),
    (['"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"', '"b"'], ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "b"]),
    (['"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"'] * 2, ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"] * 2),
    (["9007199254740993", "9007199254740992"], [9007199254740992, 9007199254740993]),
    (["18446744073709551615", "1"], ["1", "18446744073709551615"]),
    (["7", "7.0", '"7"', '"7.0"', "7e0"], [7] * 5),
    (["7.0", "8"], [7, 8]),
    (["7.0", '"guest-7"'], ["7", "guest-7"]),
]


@pytest.mark.slow
@pytest.mark.parametrize(("ids", "kept"), JSON_IDS)
def test_ids_of_json_stay_what_they_are_whatever_they_look_like(write: Write, ids: list[str], kept: list[Any]) -> None:
    rows = "".join(f'{{"customer_id": {i}, "date": "2020-01-01", "amount": 5}}\n' for i in ids)
    assert [line[0] for line in lines(read_transactions(write(rows, "orders.jsonl")))] == kept


def test_json_dates_are_not_guessed(write: Write) -> None:
    rows = "".join(f'{{"customer_id": "a", "date": "{date}", "amount": 5}}\n' for date in ("01-02-2020", "03-04-2020"))
    with pytest.raises(InputError, match=r"as DD-MM-YYYY and as MM-DD-YYYY \(rows where they differ: 2\)"):
        read_transactions(write(rows, "orders.jsonl"))


def test_a_json_array_and_values_of_several_types(write: Write) -> None:
    rows = (
        '[{"customer_id":"a","date":"2020-01-01","amount":"5"},{"customer_id":"b","date":"2020-01-02","amount":6.25}]'
    )
    assert lines(read_transactions(write(rows, "orders.json"))) == LINES


def test_a_folder_with_values_in_its_names(tmp_path: Path) -> None:
    for place, name in enumerate(["New%20York", "x'y; DROP TABLE lines", "__HIVE_DEFAULT_PARTITION__"]):
        for month in ("07", "08"):
            folder = tmp_path / f"channel={name}" / f"month={month}"
            folder.mkdir(parents=True)
            FRAME[:1].assign(amount=place + 1.0).to_parquet(folder / "part-0.parquet")
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "channel": "channel"}
    tx = read_transactions(tmp_path, {**columns, "category": "month"})
    found = tx.connection.execute("SELECT channel, category, money::INT FROM lines ORDER BY ALL NULLS FIRST").fetchall()
    names = [(None, 3), ("New York", 1), ("x'y; DROP TABLE lines", 2)]
    assert found == [(name, month, money) for name, money in names for month in ("07", "08")]


class Spoken:
    """A frame of whatever library: all that is known of it is that it speaks Arrow."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def test_a_frame_that_speaks_arrow() -> None:
    ids = pa.array(["a", "b"]).dictionary_encode()
    assert lines(read_transactions(Spoken(pa.table(FRAME).set_column(0, "customer_id", ids)))) == LINES
    views = pa.array(FRAME["customer_id"], pa.string_view())
    assert lines(read_transactions(Spoken(pa.table(FRAME).set_column(0, "customer_id", views)))) == LINES


def test_a_polars_frame() -> None:
    assert lines(read_transactions(polars.from_pandas(FRAME))) == LINES


def test_a_table_is_asked_of_a_database_or_a_workbook_only(write: Write) -> None:
    for source in (FRAME, write(TWO), "demo"):
        with pytest.raises(InputError, match="table is 'orders', but only databases have tables, and workbooks sheets"):
            read_transactions(source, table="orders")


CSV_IDS = [
    (["1", "20", "-3"], "BIGINT", [-3, 1, 20]),
    (["1", "02"], "VARCHAR", ["02", "1"]),
    (["1", "+2"], "VARCHAR", ["+2", "1"]),
    (["1", "2 "], "VARCHAR", ["1", "2 "]),
    (["1", "2.0"], "BIGINT", [1, 2]),
    (["1.00", "2.0"], "BIGINT", [1, 2]),
    (["1", "2.0", "guest-7"], "VARCHAR", ["1", "2", "guest-7"]),
    (["1", "2.0", "02.0", "2.5", "-0.0"], "VARCHAR", ["-0.0", "02.0", "1", "2", "2.5"]),
    (["0", "-0"], "VARCHAR", ["-0", "0"]),
    (["1", "9223372036854775808"], "VARCHAR", ["1", "9223372036854775808"]),
    (["1", "9223372036854775807"], "BIGINT", [1, 9223372036854775807]),
    (["1e3", "2"], "VARCHAR", ["1e3", "2"]),
    (["00001"], "VARCHAR", ["00001"]),
]


@pytest.mark.slow
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
    (pd.Series([7.0, 8.0]), "DOUBLE", [7.0, 8.0]),
    (pd.Series([7, 8], dtype="float16"), "FLOAT", [7.0, 8.0]),
    (pd.Series(pd.arrays.SparseArray([7, 8])), "BIGINT", [7, 8]),
    (pd.Series(["7.0", "x"], dtype="str"), "VARCHAR", ["7", "x"]),
    (pd.Series([7, 8.0], dtype=object), "BIGINT", [7, 8]),
    (pd.Series([7.0, "8"], dtype=object), "BIGINT", [7, 8]),
    (pd.Series([7.0, 8.5, 9], dtype=object), "VARCHAR", ["7", "8.5", "9"]),
]


@pytest.mark.slow
@pytest.mark.parametrize(("ids", "kind", "kept"), FRAME_IDS)
def test_ids_of_a_frame_keep_their_type(ids: pd.Series[Any], kind: str, kept: list[Any]) -> None:
    tx = read_transactions(FRAME.iloc[[0, 1, 1][: len(ids)]].reset_index(drop=True).assign(customer_id=ids))
    assert id_type(tx) == kind
    assert [line[0] for line in lines(tx)] == kept


SPELLINGS: dict[str, list[Any]] = {
    "float beside text": [pa.array([7.0, 8.0]), pa.array(["7", "8"])],
    "integer beside float": [pa.array([7, 8]), pa.array([7.0, 8.0])],
    "integer beside text": [pa.array([7, 8]), pa.array(["7", "8"])],
    "decimal beside integer": [pa.array([7, 8]).cast(pa.decimal128(38, 2)), pa.array([7, 8])],
    "all of them": [pa.array([7, 8]), pa.array([7.0, 8.0]), pa.array(["7.0", "8"]), pa.array([7, 8], pa.int16())],
}


@pytest.mark.slow
@pytest.mark.parametrize("months", SPELLINGS.values(), ids=SPELLINGS)
def test_one_customer_in_several_types_of_parquet_is_one(tmp_path: Path, months: list[Any]) -> None:
    for place, ids in enumerate(months):
        table = pa.table({"customer_id": ids, "date": [dt.date(2020, 1, 1 + place)] * 2, "amount": [1, 2]})
        pq.write_table(table, tmp_path / f"{place}.parquet")
    tx = read_transactions(tmp_path)
    assert (tx.n_customers, id_type(tx)) == (2, "BIGINT")
    guest = pa.table({"customer_id": ["guest-7"], "date": [dt.date(2020, 2, 1)], "amount": [1]})
    pq.write_table(guest, tmp_path / "guest.parquet")
    assert {line[0] for line in lines(read_transactions(tmp_path))} == {"7", "8", "guest-7"}


def test_one_customer_in_csv_files_of_months_is_one_and_it_is_said(
    write: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="regulars")
    write(HEADER + "".join(f"{12345 + k},2020-01-01,5\n" for k in range(60)), "in/1.csv")
    write(HEADER + "".join(f"{12345 + k}.0,2020-02-01,5\n" for k in range(60)), "in/2.csv")
    tx = read_transactions(tmp_path / "in")
    assert (tx.n_customers, id_type(tx), tx.ledger.customers) == (60, "BIGINT", 60)
    assert "Column 'customer_id' (for customer_id) has 60 whole numbers that are written with decimals" in caplog.text


def test_orders_and_products_in_several_notations_are_one_too(write: Write, tmp_path: Path) -> None:
    columns = {
        "customer_id": "id",
        "ordered_at": "date",
        "amount": "amount",
        "order_id": "order",
        "product_id": "product",
    }
    write("id,date,amount,order,product\na,2020-01-01,5,17,85048\nb,2020-01-02,6,007,x.0\n", "in/1.csv")
    write("id,date,amount,order,product\na,2020-01-01,7,17.0,85048.0\nb,2020-01-03,-6,8,x.0\n", "in/2.csv")
    tx = read_transactions(tmp_path / "in", columns)
    found = tx.connection.execute("SELECT DISTINCT order_id, product_id FROM lines ORDER BY ALL").fetchall()
    assert found == [("007", "x.0"), ("17", "85048"), ("8", "x.0")]


def test_floats_of_32_bits_that_may_be_two_customers_are_refused() -> None:
    with pytest.raises(
        InputError, match=r"an id that a float can tell from the next \(16,777,216 and more it cannot\)"
    ):
        read_transactions(FRAME.assign(customer_id=np.array([2**24 + 1, 7], dtype="float32")))


@pytest.mark.slow
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
