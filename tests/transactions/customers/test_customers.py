"""The file of customers: what each column becomes, what is refused, and where every row went."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regulars.errors import InputError, ParamsError, RegularsError
from regulars.transactions import Attributes, read_attributes
from tests.transactions.workbooks import workbook

N = 30
PLAIN = {"customer_id": "id", "age": "Age", "region": "Region"}
KNOWN = pd.DataFrame(
    {
        "id": range(N),
        "Age": [20 + k % 7 for k in range(N)],
        "Region": ["north", "south", "west"] * 10,
        "Since": ["2020-01-01"] * N,
        "Mail": [f"a{k}@example.org" for k in range(N)],
        "Name": [f"Nobody {k}" for k in range(N)],
        "Born": ["1980-02-03"] * N,
        "Card": [7_000 + k for k in range(N)],
        "Postcode": ["01067", "10115", "80331"] * 10,
        "Rank": ["1", "2", "n/a", *map(str, range(3, N))],
        "Kids": ["0", "1", "2", "3+", "1", "0"] * 5,
    }
)


def read(source: Any = KNOWN, columns: dict[str, str] | None = None, **how: Any) -> Attributes:
    return read_attributes(source, columns or PLAIN, **how)


def refused(kind: type[RegularsError] = InputError, *args: Any, **how: Any) -> str:
    with pytest.raises(kind) as error:
        read(*args, **how)
    return str(error.value)


def same(one: Attributes, other: Attributes) -> bool:
    return one.frame.equals(other.frame) and one.data_hash == other.data_hash


@pytest.fixture
def from_csv(tmp_path: Path) -> Attributes:
    KNOWN.to_csv(tmp_path / "known.csv", index=False)
    return read(tmp_path / "known.csv")


def test_numbers_are_doubles_and_categories_texts(from_csv: Attributes) -> None:
    assert from_csv.frame.dtypes.astype(str).to_dict() == {"age": "float64", "region": "str"}
    assert from_csv.frame.loc["4"].to_list() == [24.0, "south"]


@pytest.mark.medium
def test_every_kind_of_file_gives_the_same(from_csv: Attributes, tmp_path: Path) -> None:
    some = KNOWN[["id", "Age", "Region"]]
    some.to_parquet(tmp_path / "known.parquet")
    some.to_json(tmp_path / "known.jsonl", orient="records", lines=True)
    (tmp_path / "known.xlsx").write_bytes(workbook({"Known": [list(some), *some.astype(object).to_numpy().tolist()]}))
    with sqlite3.connect(tmp_path / "known.db") as database:
        some.to_sql("known", database, index=False)
    database.close()
    for name in ("known.parquet", "known.jsonl", "known.xlsx"):
        assert same(read(tmp_path / name), from_csv), name
    assert same(read(tmp_path / "known.db", table="known"), from_csv)
    assert same(read(some), from_csv)


def test_the_order_of_rows_changes_nothing(from_csv: Attributes) -> None:
    assert same(read(KNOWN.sample(frac=1.0, random_state=1)), from_csv)


@pytest.mark.medium
def test_one_customer_in_several_notations_is_one() -> None:
    mixed = KNOWN.assign(id=[f"{k}.0" if k % 2 else str(k) for k in range(N)])
    assert list(read(mixed).frame.index) == list(read().frame.index)
    assert list(read(KNOWN.assign(id=KNOWN["id"].astype(float))).frame.index) == list(read().frame.index)


def test_yes_and_no_and_codes_with_zeros_in_front_are_categories() -> None:
    known = KNOWN.assign(News=[True, False, None] * 10)
    frame = read(known, {"customer_id": "id", "news": "News", "postcode": "Postcode", "kids": "Kids"}).frame
    assert sorted(frame["kids"].unique()) == ["0", "1", "2", "3+"]
    assert frame["news"].value_counts().to_dict() == {"yes": 10, "no": 10}
    assert sorted(frame["postcode"].unique()) == ["01067", "10115", "80331"]


def test_what_names_people_is_refused_column_by_column() -> None:
    columns = {"customer_id": "id", "mail": "Mail", "who": "Name", "again": "id"}
    words = refused(InputError, KNOWN, columns)
    assert "column 'Mail' (for mail) holds 30 e-mail addresses; it names people" in words
    assert "column 'Name' (for who) has 30 different texts of 30 customers" in words
    assert "column 'id' (for again) is the id of the customer again" in words
    assert "Nobody 3" not in words


def test_a_whole_number_of_its_own_for_every_customer_is_pointed_at(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="regulars")
    read(KNOWN, {"customer_id": "id", "card": "Card"})
    assert "Attribute card: each of 30 customers has another whole number." in caplog.text


def test_days_and_words_among_numbers_are_refused_together() -> None:
    words = refused(InputError, KNOWN.astype(str), {"customer_id": "id", "born": "Born", "rank": "Rank"})
    assert "column 'Born' (for born) holds days or times; expected: numbers, categories, or yes and no" in words
    assert "column 'Rank' (for rank): 1 value is not a finite number" in words
    assert "'n/a' in row 3" in words


def test_a_mapping_that_is_none_is_refused() -> None:
    with pytest.raises(ParamsError, match="it is None; expected: our names and your columns"):
        read_attributes(pd.DataFrame({"customer_id": [1]}), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"age": "Age"}, "customer_id is not mapped"),
        ({"customer_id": "id"}, "no attribute is mapped"),
        ({"customer_id": "id", "home region": "Region"}, "'home region' cannot be the name of an attribute"),
        ({"customer_id": "id", "tenure": "Age"}, "'tenure' is the name of a feature or a column already"),
    ],
)
def test_a_mapping_that_cannot_be_used(columns: dict[str, str], words: str) -> None:
    assert words in refused(ParamsError, KNOWN, columns, taken={"tenure"})


def test_missing_columns_are_named_with_the_nearest() -> None:
    words = refused(InputError, KNOWN, {"customer_id": "idd", "age": "Agee"}, valid_from="Sinc")
    assert "column 'idd' (for customer_id) is missing (did you mean 'id'?)" in words
    assert "column 'Agee' (for age) is missing (did you mean 'Age'?)" in words
    assert "column 'Sinc' (for valid_from) is missing (did you mean 'Since'?)" in words


def test_a_file_that_is_not_there_or_no_table(tmp_path: Path) -> None:
    assert "There is no file" in refused(InputError, tmp_path / "none.csv")
    (tmp_path / "torn.parquet").write_bytes(b"PAR1")
    assert "cannot be read" in refused(InputError, tmp_path / "torn.parquet")


@pytest.mark.medium
def test_two_rows_of_a_customer_that_differ_need_a_day() -> None:
    twice = pd.concat([KNOWN, KNOWN.head(2).assign(Age=99, Since="2021-05-01")])
    words = refused(InputError, twice)
    assert "2 customers have 4 rows that differ (as rows 1, 31); expected: one row a customer, or" in words
    dated = read(twice, valid_from="Since")
    assert len(dated.frame) == N + 2
    assert "expected: one row a customer and day" in refused(
        InputError, twice.assign(Since="2020-01-01"), valid_from="Since"
    )


def test_rows_that_cannot_be_used_are_accounted_for() -> None:
    more = KNOWN.head(4).assign(id=[None, 1, 2, 3], Since=["2020-01-01"] * 2 + [None] * 2)
    found = read(pd.concat([KNOWN, more]), valid_from="Since")
    told = [(entry.outcome, entry.reason, entry.rows) for entry in found.excluded]
    assert told == [
        ("excluded", "missing customer", 1),
        ("excluded", "missing date", 2),
        ("excluded", "exact duplicate", 1),
    ]


@pytest.mark.medium
def test_attributes_without_a_day_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="regulars")
    read()
    assert "they tell the future, and the backtest looks too good" in caplog.text
    caplog.clear()
    read(valid_from="Since")
    assert caplog.text == ""


def test_names_that_differ_only_in_case_are_refused() -> None:
    rows = pd.DataFrame({"id": [1, 2], "a": [11, 12], "b": ["x", "y"]})
    with pytest.raises(ParamsError, match="Plan, plan differ only in upper and lower case"):
        read_attributes(rows, {"customer_id": "id", "Plan": "a", "plan": "b"})
