from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.transactions.days.known_days import KnownDays, read_known_days

ROWS = pd.DataFrame(
    {"day": ["2024-11-29", "2023-11-24", "2023-12-25"], "name": ["sale", "sale", "closed"], "value": [2.0, 1.0, 1.0]}
)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_is_read_in_the_order_of_days(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"calendar.{ending}"
    ROWS.to_csv(file, index=False) if ending == "csv" else ROWS.to_parquet(file)
    table = read_known_days(file).table
    assert table["day"].dt.strftime("%F").tolist() == ["2023-11-24", "2023-12-25", "2024-11-29"]
    assert table["value"].tolist() == [1.0, 1.0, 2.0]


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text("day,name,value,colour\n2024-01-01,sale,1,red\n01/02/2024,,1,red\n2024-01-01,sale,1000,red\n")
    with pytest.raises(InputError) as refused:
        read_known_days(file)
    told = str(refused.value)
    for fault in (
        "unknown columns colour; expected: day, name, value if any",
        "column 'day' holds '01/02/2024'",
        "1 of 3 rows have no name (first: row 1)",
        "1 of 3 values are not a number from -100 to 100 (first: row 2)",
    ):
        assert fault in told


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (ROWS.drop(columns="name"), "column name is missing; found: day, value"),
        (ROWS.iloc[:0], "it has no rows; expected a row a day"),
        (pd.concat([ROWS, ROWS.iloc[:1]]), "1 rows repeat a day and a name .first: row 3, 2024-11-29"),
        (ROWS.assign(value="much"), "column 'value' holds 'much'"),
        (ROWS.assign(day=None), "column 'day' has 3 nulls"),
    ],
)
def test_rows_that_cannot_be_used_are_named(rows: pd.DataFrame, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        KnownDays.of(rows)


def test_a_file_that_is_not_there_or_no_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no file .* which calendar.path names"):
        read_known_days(tmp_path / "none.csv")
    broken = tmp_path / "broken.parquet"
    broken.write_text("day,name")
    with pytest.raises(InputError, match="cannot be read as a table"):
        read_known_days(broken)
