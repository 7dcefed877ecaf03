"""Workbooks: what CSV gives of the same table; every row of every sheet in the ledger."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.transactions import Transactions, read_transactions
from regulars.transactions.sql import connect, load_extension
from tests.servers import Storage
from tests.transactions.workbooks import MAIN, Raw, workbook

HEADER = ["customer_id", "date", "amount"]
DAY = dt.date(2020, 1, 1)
Rows = list[list[Any]]


def read(folder: Path, sheets: dict[str, Rows], *, table: str | None = None, **how: Any) -> Transactions:
    (folder / "log.xlsx").write_bytes(workbook(sheets, **how))
    return read_transactions(folder / "log.xlsx", table=table)


def lines(tx: Transactions) -> list[tuple[Any, ...]]:
    return tx.connection.execute("SELECT customer_id, day, money::DOUBLE FROM lines ORDER BY ALL").fetchall()


def refused(folder: Path, sheets: dict[str, Rows], **how: Any) -> str:
    with pytest.raises(InputError) as error:
        read(folder, sheets, **how)
    return str(error.value)


def test_rows_after_a_blank_row_are_read_and_every_row_is_in_the_ledger(tmp_path: Path) -> None:
    rows = [HEADER, ["a", DAY, 5], [None] * 3, [None] * 3, ["b", DAY, 6], ["c", None, 7], [None] * 3]
    tx = read(tmp_path, {"Orders": rows})
    assert [line[0] for line in lines(tx)] == ["a", "b"]
    assert tx.ledger.frame[["reason", "rows"]].values.tolist() == [
        ["purchase", 2],
        ["missing date", 1],
        ["missing customer", 2],
    ]


def test_all_sheets_with_the_same_columns_are_read(tmp_path: Path) -> None:
    sheets = {
        "2020": [HEADER, ["a", DAY, 5], ["b", DAY, 6]],
        "Sheet2": [],
        "2021": [["AMOUNT", "customer_id ", "Date"], [7, "a", DAY]],
        "2022": [[None], [None, *HEADER], [None, "c", DAY, 8]],
    }
    tx = read(tmp_path, sheets)
    assert lines(tx) == [("a", DAY, 5.0), ("a", DAY, 7.0), ("b", DAY, 6.0), ("c", DAY, 8.0)]
    assert tx.ledger.rows == 4


def test_sheets_with_other_columns_are_named_and_one_can_be_chosen(tmp_path: Path) -> None:
    sheets = {"Orders": [HEADER, ["a", DAY, 5]], "Read me": [["Made by the till"], ["Ask Ann"]]}
    said = refused(tmp_path, sheets)
    assert "log.xlsx cannot be read: all its sheets are read as one log, but their columns differ" in said
    assert "'Orders' has customer_id, date, amount; 'Read me' has Made by the till. Name the sheet" in said
    assert lines(read(tmp_path, sheets, table="Orders")) == [("a", DAY, 5.0)]
    said = refused(tmp_path, sheets, table="orders")
    assert "it has no sheet 'orders' (did you mean 'Orders'?); it has: Orders, Read me. Set transactions.table" in said


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, {"Orders": [[*HEADER, "Amount"], ["a", DAY, 5, 6]]})
    assert "sheet 'Orders' has more than one column named 'Amount'. Rename one of them" in said


def test_columns_without_a_name_are_read_under_their_number(tmp_path: Path) -> None:
    sheets = {"Orders": [[None, *HEADER, None, "column 5"], ["x", "a", DAY, 5, 6, 7], ["y", "a", DAY, 5]]}
    (tmp_path / "log.xlsx").write_bytes(workbook(sheets))
    tx = read_transactions(
        tmp_path / "log.xlsx",
        dict(zip(("customer_id", "ordered_at", "amount"), HEADER, strict=True)) | {"channel": "column 1"},
    )
    assert tx.connection.execute("SELECT channel FROM lines ORDER BY 1").fetchall() == [("x",), ("y",)]


def test_a_column_holds_what_stands_there_whatever_its_first_value_is(tmp_path: Path) -> None:
    sheets = {"Orders": [HEADER, [536365, DAY, 5], ["C536379", DAY, "6.25"], ["00042", "2020-01-01", 7.5]]}
    assert [line[0] for line in lines(read(tmp_path, sheets))] == ["00042", "536365", "C536379"]
    sheets = {"Orders": [HEADER, [536365, DAY, 5], ["536366", DAY, 6]]}
    assert [line[0] for line in lines(read(tmp_path, sheets))] == [536365, 536366]


@pytest.mark.medium
@pytest.mark.parametrize("begins_1904", [False, True])
def test_days_and_times_are_those_that_the_sheet_shows(tmp_path: Path, begins_1904: bool) -> None:
    days = [
        DAY,
        dt.datetime(2009, 12, 1, 7, 45),
        dt.datetime(2020, 12, 31, 23, 59, 59),
        "2020-02-29",
        dt.date(2024, 2, 29),
    ]
    tx = read(tmp_path, {"Orders": [HEADER, *(["a", day, 1] for day in days)]}, begins_1904=begins_1904)
    shown = ["2009-12-01", "2020-01-01", "2020-02-29", "2020-12-31", "2024-02-29"]
    assert [str(line[1]) for line in lines(tx)] == shown


@pytest.mark.slow
def test_a_workbook_gives_what_its_csv_gives(tmp_path: Path, cdnow_lines: pd.DataFrame) -> None:
    table = cdnow_lines[:2_000].assign(customer_id=lambda rows: rows["customer_id"].astype(int))
    table.to_csv(tmp_path / "log.csv", index=False)
    rows = [[row.customer_id, row.date.date(), row.amount] for row in table.itertuples()]
    tx, csv = read(tmp_path, {"Orders": [HEADER, *rows]}), read_transactions(tmp_path / "log.csv")
    assert tx.data_hash == csv.data_hash
    assert tx.ledger == csv.ledger


VALUES = [
    (Raw('<c r="{at}"><v>2.6749999999999998</v></c>'), "2.675"),
    (Raw('<c r="{at}"><v>1.2345678901234568E+19</v></c>'), "1.2345678901234567e+19"),
    (Raw('<c r="{at}"><v>12345.0</v></c>'), "12345"),
    (Raw('<c r="{at}" t="b"><v>1</v></c>'), "true"),
    (Raw('<c r="{at}" t="e"><v>#N/A</v></c>'), "#N/A"),
    (Raw('<c r="{at}" t="str"><f>A1&amp;"x"</f><v>gone</v></c>'), "gone"),
    (Raw('<c r="{at}" t="inlineStr"><is><r><t>an</t></r><r><t>n</t></r><rPh><t>zz</t></rPh></is></c>'), "ann"),
    (Raw('<c r="{at}" t="inlineStr"><is><t>a_x000D_b&#10;c</t></is></c>'), "a\rb\nc"),
    (Raw('<c r="{at}"><f>B2*2</f></c>'), "=B2*2"),
    (Raw('<c t="n"><v>7.5</v></c>'), "7.5"),
    ("  b ", "  b "),
]


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "text"), VALUES)
def test_values_are_texts_as_people_write_them(tmp_path: Path, cell: Any, text: str) -> None:
    tx = read(tmp_path, {"Orders": [HEADER, [cell, DAY, 5], ["x", DAY, 5]]})
    assert {line[0] for line in lines(tx)} == {text, "x"}


def test_a_formula_that_nobody_computed_is_no_amount(tmp_path: Path) -> None:
    said = refused(tmp_path, {"Orders": [HEADER, ["a", DAY, Raw('<c r="{at}"><f>2*3</f></c>')]]})
    assert "1 value is not a number such as 1234.5 and below 1,000,000,000,000 in size: '=2*3' in row 1" in said


def test_elements_may_have_a_prefix(tmp_path: Path) -> None:
    cells = "".join(f'<x:c t="inlineStr"><x:is><x:t>{name}</x:t></x:is></x:c>' for name in HEADER)
    row = '<x:row><x:c><x:v>7</x:v></x:c><x:c s="1"><x:v>43831</x:v></x:c><x:c><x:v>5</x:v></x:c></x:row>'
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row>{cells}</x:row>{row}</x:sheetData></x:worksheet>'
    assert lines(read(tmp_path, {"Orders": []}, xl__worksheets__sheet1_dot_xml=sheet)) == [(7, DAY, 5.0)]


def test_files_of_a_folder_may_have_different_columns(tmp_path: Path) -> None:
    (tmp_path / "1.xlsx").write_bytes(workbook({"Orders": [HEADER, ["a", DAY, 5]]}))
    (tmp_path / "2.xlsx").write_bytes(workbook({"Orders": [["note", *HEADER[::-1]], ["late", 6, DAY, "b"]]}))
    assert lines(read_transactions(tmp_path)) == [("a", DAY, 5.0), ("b", DAY, 6.0)]


def test_a_workbook_that_duckdb_wrote(tmp_path: Path) -> None:
    pytest.importorskip("duckdb_extension_excel", reason="the extension excel of DuckDB is not installed")
    frame = pd.DataFrame(
        {"customer_id": ["a", "b"], "date": pd.to_datetime([DAY, "2020-01-02 10:30"]), "amount": [5, 6.25]}
    )
    with closing(connect()) as connection:
        load_extension(connection, "excel", extra="excel", what="Excel")
        connection.register("frame", frame)
        connection.execute(f"COPY frame TO '{tmp_path}/log.xlsx' (FORMAT xlsx, HEADER true)")
    assert lines(read_transactions(tmp_path / "log.xlsx")) == [("a", DAY, 5.0), ("b", dt.date(2020, 1, 2), 6.25)]


@pytest.mark.slow
def test_a_workbook_in_s3(s3: Storage) -> None:
    assert lines(read_transactions(s3.put("log.xlsx", workbook({"Orders": [HEADER, ["a", DAY, 5]]})))) == [
        ("a", DAY, 5.0)
    ]


LAUGHS = "".join(f'<!ENTITY l{k + 1} "{f"&l{k};" * 10}">' for k in range(9))
BAD: dict[str, tuple[dict[str, Rows], dict[str, str], str]] = {
    "no value": ({"Orders": [], "More": []}, {}, "it has no sheet with a value in it. Save it as a workbook (.xlsx)"),
    "a header only": ({"Orders": [HEADER]}, {}, "log.xlsx has columns but no rows"),
    "no sheets": ({}, {}, "it has no sheet with a value in it"),
    "a bomb": (
        *({"Orders": []}, {"xl__worksheets__sheet1_dot_xml": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><x>&l9;</x>'}),
        "declares a document type, which no workbook does",
    ),
    "no XML": ({"Orders": []}, {"xl__worksheets__sheet1_dot_xml": "<row><c>"}, "it is damaged (no element found"),
    "no such text": (
        {"Orders": [[Raw('<c r="{at}" t="s"><v>7</v></c>')]]},
        {},
        "a part of it, or of its texts, is missing. Save it as a workbook",
    ),
    "a cell twice": (
        {"Orders": [[Raw('<c r="A1"><v>7</v></c><c r="A1"><v>8</v></c>')]]},
        {},
        "it is damaged (row 1 has two cells in one place)",
    ),
    "too many rows": (
        {"Orders": [HEADER]},
        {"xl__worksheets__sheet1_dot_xml": "<worksheet><row r='9999999999'><c><v>1</v></c></row></worksheet>"},
        "it is damaged (a sheet has more rows or columns than one can have)",
    ),
}


@pytest.mark.medium
@pytest.mark.parametrize(("sheets", "parts", "said"), BAD.values(), ids=BAD)
def test_workbooks_that_are_no_log(tmp_path: Path, sheets: dict[str, Rows], parts: dict[str, str], said: str) -> None:
    message = refused(tmp_path, sheets, **parts)
    assert said in message
    assert message.endswith(".")


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    (tmp_path / "log.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99))
    with pytest.raises(InputError, match=r"protected by a password, or a workbook of the old kind .* as \.xlsx\.$"):
        read_transactions(tmp_path / "log.xlsx")


def test_nothing_of_a_workbook_stays_open_or_behind(tmp_path: Path) -> None:
    tx = read(tmp_path, {"Orders": [HEADER, ["a", DAY, 5]]})
    assert {name for (name,) in tx.connection.execute("SHOW TABLES").fetchall()} == {"lines"}
    with pytest.raises(duckdb.CatalogException):
        tx.connection.execute("FROM rows")
