from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from regulars.transactions.values.serials import are_surely_serials, numbered_days, serial_day
from regulars.windows import RunDay

RUN = RunDay.on("2024-06-01")


def column(*texts: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE source AS SELECT unnest(?::VARCHAR[]) AS text", [list(texts)])
    return connection


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("45292", dt.date(2024, 1, 1)),
        ("45292.75", dt.date(2024, 1, 1)),
        ("32874", dt.date(1990, 1, 1)),
        ("73050", dt.date(2099, 12, 31)),
        ("32873", None),
        ("73051", None),
        ("4529", None),
        ("45292x", None),
        ("-45292", None),
    ],
)
def test_a_number_of_a_spreadsheet_is_its_day(text: str, day: dt.date | None) -> None:
    assert column(text).execute(f"SELECT {serial_day('text')} FROM source").fetchall() == [(day,)]


@pytest.mark.parametrize(
    ("texts", "sure"),
    [
        (("45292", "45300.5"), True),
        (("45292", "2024-01-01"), False),
        (("45292", "60000"), False),  # 2064, after the run
        (("40105", "40205"), False),  # 4 January and 4 February 2005 without a zero
        ((), False),
    ],
)
def test_a_column_is_read_so_where_it_can_be_nothing_else(texts: tuple[str, ...], sure: bool) -> None:
    assert are_surely_serials(column(*texts), "text", "true", RUN) is sure


def test_what_looks_like_numbers_of_days_is_said_with_an_example() -> None:
    found = numbered_days(column("45293", "45292", "x"), "text", "true")
    assert found is not None
    assert found.startswith("2 look like days of a spreadsheet")
    assert found.endswith("such as 45292 for 2024-01-01")
    assert numbered_days(column("x"), "text", "true") is None
