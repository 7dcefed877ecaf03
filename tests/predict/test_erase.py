from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from regulars.errors import InputError
from regulars.predict import write_with_manifest
from regulars.predict.erase import Sought, erase, files_in, names, search

HASH = "c0123456789abcdef"
FRAME = pd.DataFrame(
    {
        "customer_id": np.array([3, 12, 7, 5], dtype=np.int32),
        "cutoff": pd.to_datetime(["2024-01-01"] * 4).astype("datetime64[us]"),
        "share": [0.1, np.nan, 0.3, 1 / 3],
        "reason": ['a "b", c', None, "é\nline", "7"],
    }
)


def sought(customer: str = "7") -> Sought:
    return Sought(customer, HASH)


def forget(path: Path, customer: str = "7") -> int:
    found = search(path, sought(customer))
    if found is None:
        return 0
    erase(path, found.rows, sought(customer))
    assert search(path, sought(customer)) is None
    return found.rows


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_table_is_as_if_it_had_been_written_without_the_customer(tmp_path: Path, ending: str) -> None:
    path, without = tmp_path / f"scores.{ending}", tmp_path / f"without.{ending}"
    write_with_manifest(FRAME, path, {"rows": 4, "customers": 4, "forecast": {"total": 8.5}})
    write_with_manifest(FRAME[FRAME["customer_id"] != 7].reset_index(drop=True), without, {})
    assert forget(path) == 1
    assert path.read_bytes() == without.read_bytes()


def test_the_manifest_follows(tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    manifest = write_with_manifest(FRAME, path, {"rows": 4, "customers": 4, "forecast": {"total": 8.5}})
    forget(path)
    forget(path, "5")
    assert json.loads(manifest.read_text()) == {
        "table": "scores.parquet",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "rows": 2,
        "customers": 2,
        "rows_forgotten": 2,
        "forecast": {"total": 8.5},
    }


def test_parquet_of_others_keeps_its_types_order_and_compression(tmp_path: Path) -> None:
    path = tmp_path / "feed.parquet"
    frame = FRAME.assign(reason=FRAME["reason"].astype("category"), customer_id=["3", "12", "7.0", "5"])
    frame.to_parquet(path, compression="zstd")
    schema = pq.read_schema(path)
    assert forget(path) == 1
    assert pq.read_schema(path).equals(schema, check_metadata=True)
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"
    assert pd.read_parquet(path)["customer_id"].tolist() == ["3", "12", "5"]


def test_no_category_of_the_customer_alone_is_left(tmp_path: Path) -> None:
    path = tmp_path / "feed.parquet"
    sizes = pd.Categorical(["s", "l", "m", None], ["s", "m", "l"], ordered=True)
    frame = pd.DataFrame({"customer_id": pd.Categorical(["a", "b", "a", "c"]), "size": sizes})
    frame.to_parquet(path, row_group_size=2)
    assert forget(path, "b") == 1
    found = pd.read_parquet(path)
    assert found["customer_id"].cat.categories.tolist() == ["a", "c"]
    assert found["size"].cat.categories.tolist() == ["s", "m"], "in their order"
    assert found["size"].cat.ordered
    assert found.astype(object).where(found.notna(), None).to_numpy().tolist() == [["a", "s"], ["a", "m"], ["c", None]]


def test_other_lines_of_a_csv_file_stay_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "exclude.csv"
    lines = [b"\xef\xbb\xbfnote;customer_id\r\n", b'"two\r\nlines";8\r\n', b"x;7\r\n", b"\xff\xfe;07\r\n", b"y;'=7\r\n"]
    path.write_bytes(b"".join(lines) + b"z;7.00")
    assert forget(path) == 2
    assert path.read_bytes() == b"".join(lines[:2] + lines[3:])


def test_a_text_that_is_guarded_against_formulas_is_found(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    write_with_manifest(pd.DataFrame({"customer_id": ["=1+1", "a"], "group": ["treat", "control"]}), path, {"rows": 2})
    assert forget(path, "=1+1") == 1
    assert pd.read_csv(path)["customer_id"].tolist() == ["a"]


def test_campaign_histories_are_searched_by_their_hash_and_lists_of_mail_tools_by_theirs(tmp_path: Path) -> None:
    pd.DataFrame({"customer": [HASH, "c1"], "p": [1, 2]}).to_parquet(tmp_path / "history.parquet", index=False)
    pd.DataFrame({"Email": ["a@b.c", "d@e.f"], "Reason": ["x", "y"]}).to_csv(tmp_path / "tool.csv", index=False)
    assert forget(tmp_path / "history.parquet", "a@b.c") == 1
    assert forget(tmp_path / "tool.csv", "a@b.c") == 1


def test_a_table_without_the_customer_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    write_with_manifest(FRAME, path, {})
    before = path.stat()
    assert forget(path, "70") == 0
    pd.DataFrame({"metric": ["7"]}).to_csv(tmp_path / "metrics.csv", index=False)
    assert forget(tmp_path / "metrics.csv") == 0
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_tables_and_pages_are_found_in_folders(tmp_path: Path) -> None:
    for name in ("a.csv", "in/b.parquet", "in/c.html", "in/d.txt", ".regulars-x/made-0.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x\n")
    found = [file.relative_to(tmp_path).as_posix() for file in files_in([tmp_path, tmp_path / "a.csv"])]
    assert found == ["a.csv", "in/b.parquet", "in/c.html"]
    with pytest.raises(InputError, match="There is no file or folder"):
        files_in([tmp_path / "missing.csv"])
    with pytest.raises(
        InputError, match=r"tables \(.parquet, .csv\), databases of SQLite and DuckDB, and pages \(.html\) can"
    ):
        files_in([tmp_path / "in" / "d.txt"])


def test_a_page_names_a_customer_where_the_id_stands_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<td>a&amp;b</td><td>17.50</td><td>shopper-7</td>")
    assert [names(page, sought(customer)) for customer in ("a&b", "17", "7", "shopper-7")] == [True, False, False, True]


def test_a_file_that_is_no_table_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match="cannot be read as a table"):
        search(tmp_path / "broken.parquet", sought())
