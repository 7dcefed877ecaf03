"""A table that is read some rows at a time: the same rows as read whole, from Parquet and from CSV."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.predict import TableParts, read_table, table_parts
from tests.predict.conftest import write_table
from tests.predict.test_sinks import FORMATS, SCORES

NAMES = ("cutoff", "customer_id", "clv", "reason_1")


def whole(table: TableParts) -> pd.DataFrame:
    return pd.concat(table.parts(NAMES), ignore_index=True)


@pytest.mark.medium
@FORMATS
def test_parts_hold_what_the_whole_table_holds(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_parts, "AT_ONCE", 300)
    write_table(SCORES, tmp_path / f"scores{ending}")
    table = TableParts.open(tmp_path / f"scores{ending}", NAMES, texts=("reason_1",))
    assert [len(part) for part in table.parts(NAMES)] == [300] * 6 + [200]
    assert len(table) == 2000
    expected = read_table(tmp_path / f"scores{ending}", texts=("reason_1",))[list(NAMES)]
    pd.testing.assert_frame_equal(whole(table), expected)
    left_out = np.arange(2000) % 3 == 0
    kept = table.without(left_out)
    assert len(kept) == len(whole(kept)) == 1333
    pd.testing.assert_frame_equal(whole(kept), expected[~left_out].reset_index(drop=True))


@FORMATS
def test_a_table_without_rows_has_its_columns(tmp_path: Path, ending: str) -> None:
    write_table(SCORES.head(0), tmp_path / f"scores{ending}")
    table = TableParts.open(tmp_path / f"scores{ending}", NAMES, texts=("reason_1",))
    assert (len(table), tuple(whole(table))) == (0, NAMES)


@pytest.mark.parametrize(("last", "dtype"), [("7", "int64"), ("07", str(pd.Series(["07"]).dtype))])
def test_ids_of_a_csv_file_are_numbers_where_all_are(
    tmp_path: Path, last: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_parts, "AT_ONCE", 2)
    (tmp_path / "scores.csv").write_text(f"customer_id,clv\n3,1\n4,2\n5,3\n{last},4\n")
    table = TableParts.open(tmp_path / "scores.csv", ["customer_id", "clv"])
    assert {str(part["customer_id"].dtype) for part in table.parts(["customer_id"])} == {dtype}


@FORMATS
def test_a_table_that_lacks_a_column_or_cannot_be_read_is_refused(tmp_path: Path, ending: str) -> None:
    write_table(SCORES, tmp_path / f"scores{ending}")
    with pytest.raises(InputError, match=r"lacks p_lost\. Columns found: customer_id, cutoff, p_churn, clv, reason_1"):
        TableParts.open(tmp_path / f"scores{ending}", ("customer_id", "p_lost"))
    (tmp_path / f"scores{ending}").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be read as a table"):
        TableParts.open(tmp_path / f"scores{ending}", NAMES)


@FORMATS
def test_a_table_that_was_replaced_since_it_was_opened_is_refused(tmp_path: Path, ending: str) -> None:
    write_table(SCORES, tmp_path / f"scores{ending}")
    table = TableParts.open(tmp_path / f"scores{ending}", NAMES)
    write_table(SCORES.head(5), tmp_path / f"scores{ending}")
    with pytest.raises(InputError, match=r"was replaced while it was read\. Run the command again"):
        whole(table)
