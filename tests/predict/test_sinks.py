from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.predict import (
    PAGE,
    PARQUET,
    TABLE,
    check_file,
    check_folder,
    make_folder,
    read_table,
    write_text,
    write_with_manifest,
)
from tests.predict.conftest import write_table

FORMATS = pytest.mark.parametrize("ending", [".parquet", ".csv"])
RNG = np.random.default_rng(0)
SCORES = pd.DataFrame(
    {
        "customer_id": [f"{k:05}" for k in range(2000)],
        "cutoff": pd.Timestamp("1998-01-01").as_unit("us"),
        "p_churn": RNG.random(2000),
        "clv": np.where(RNG.random(2000) < 0.1, np.nan, RNG.gamma(1, 1e5, 2000)),
        "reason_1": pd.Series(['has not ordered, says "Ann"', None, "für 3 Tage, nichts", "a\nb"] * 500, dtype="str"),
    }
)


class TestWhole:
    @FORMATS
    def test_the_same_frame_gives_the_same_bytes_and_their_checksum(self, tmp_path: Path, ending: str) -> None:
        digests = [write_table(SCORES, tmp_path / f"{name}{ending}") for name in ("one", "two")]
        one, two = ((tmp_path / f"{name}{ending}").read_bytes() for name in ("one", "two"))
        assert one == two
        assert digests == [hashlib.sha256(one).hexdigest()] * 2

    @FORMATS
    def test_read_back_it_is_the_same_table(self, tmp_path: Path, ending: str) -> None:
        write_table(SCORES, tmp_path / f"scores{ending}")
        back = read_table(tmp_path / f"scores{ending}").astype({"cutoff": SCORES["cutoff"].dtype})
        pd.testing.assert_frame_equal(back, SCORES, check_exact=True)

    @FORMATS
    def test_an_old_file_is_replaced(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / f"scores{ending}"
        write_table(SCORES, path)
        write_table(SCORES[:3], path)
        assert len(read_table(path)) == 3
        assert list(tmp_path.iterdir()) == [path]

    @FORMATS
    @pytest.mark.parametrize("old", [b"the scores of yesterday", None])
    def test_a_full_disk_leaves_what_was_there(
        self, tmp_path: Path, ending: str, old: bytes | None, little_room: None
    ) -> None:
        path = tmp_path / f"scores{ending}"
        if old:
            path.write_bytes(old)
        with pytest.raises(InputError, match=r"cannot be written: File too large\. Nothing was changed|File too large"):
            write_table(SCORES, path)
        assert [file.read_bytes() for file in tmp_path.iterdir()] == ([old] if old else [])

    @pytest.mark.parametrize(
        ("failure", "raised"),
        [(OSError(errno.ENOSPC, "No space left on device"), InputError), (KeyboardInterrupt(), KeyboardInterrupt)],
    )
    def test_a_failure_halfway_leaves_no_trace(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, raised: type[BaseException]
    ) -> None:
        def fail(_: pd.DataFrame, path: Path, **__: object) -> None:
            path.write_bytes(b"half of")
            raise failure

        path = tmp_path / "scores.parquet"
        write_table(SCORES, path)
        before = path.read_bytes()
        monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
        with pytest.raises(raised, match="No space left on device" if raised is InputError else None):
            write_table(SCORES[:3], path)
        assert list(tmp_path.iterdir()) == [path]
        assert path.read_bytes() == before

    def test_a_full_disk_while_writing_text(self, tmp_path: Path, little_room: None) -> None:
        (tmp_path / "report.html").write_text("old")
        with pytest.raises(InputError, match="File too large"):
            write_text("x" * 3000, tmp_path / "report.html")
        assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]

    def test_a_place_that_takes_no_files(self) -> None:
        with pytest.raises(InputError, match=r"The folder '/proc' takes no files \(.*\): give another --out\."):
            write_table(SCORES, Path("/proc/scores.csv"))

    def test_the_manifest_lies_beside_and_is_sorted(self, tmp_path: Path) -> None:
        made = write_with_manifest(SCORES, tmp_path / "scores.csv", {"rows": 2, "cutoff": "1998-01-01"})
        assert made == tmp_path / "scores.csv.manifest.json"
        assert list(json.loads(made.read_text())) == ["cutoff", "rows", "sha256", "table"]
        digest = hashlib.sha256((tmp_path / "scores.csv").read_bytes()).hexdigest()
        assert json.loads(made.read_text()) == {
            "cutoff": "1998-01-01",
            "rows": 2,
            "sha256": digest,
            "table": "scores.csv",
        }


class TestIds:
    @pytest.mark.parametrize(
        "ids",
        [
            ["00001", "00010"],
            ["1", "x"],
            ["NA", "null", "nan", "None"],
            ["1.0", "2.0"],
            ["-0", "1"],
            ["a\rb", "c\nd", "e\r\nf", 'g"\r', "\r", "h"],
            ["123456789012345678901", "1"],
            [7, -12, 0],
            [10**17],
        ],
    )
    def test_they_survive_a_csv_file(self, tmp_path: Path, ids: list[str | int]) -> None:
        frame = pd.DataFrame({"customer_id": ids, "p_churn": 0.5})
        write_table(frame, tmp_path / "scores.csv")
        back = read_table(tmp_path / "scores.csv")["customer_id"]
        assert back.tolist() == ids
        assert back.dtype == frame["customer_id"].dtype


class TestPaths:
    @pytest.mark.parametrize("name", ["scores", "scores.xlsx", "scores.parquet.gz", "scores.PARQUET"])
    def test_the_ending_says_how(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(InputError, match=r"should end in \.parquet or \.csv: the ending says how"):
            check_file(tmp_path / name, TABLE)

    @pytest.mark.parametrize("check", [check_file, check_folder, make_folder])
    def test_the_folder_has_to_exist(self, tmp_path: Path, check: Callable[[Path], Path]) -> None:
        with pytest.raises(InputError, match=r"The folder '.*nowhere' does not exist\. Make it, or give another --out"):
            check(tmp_path / "nowhere" / "scores.csv")

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        (tmp_path / "scores.csv").mkdir()
        with pytest.raises(InputError, match="is a folder; a file is expected: give another --out"):
            check_file(tmp_path / "scores.csv")

    @pytest.mark.parametrize("check", [check_folder, make_folder])
    def test_a_file_is_no_folder(self, tmp_path: Path, check: Callable[[Path], Path]) -> None:
        (tmp_path / "out").write_text("")
        with pytest.raises(InputError, match="is a file; a folder is expected"):
            check(tmp_path / "out")

    def test_a_folder_is_made_once(self, tmp_path: Path) -> None:
        assert check_folder(tmp_path / "out") == tmp_path / "out"
        assert not (tmp_path / "out").exists()
        assert make_folder(make_folder(tmp_path / "out")).is_dir()

    @pytest.mark.parametrize("check", [check_folder, make_folder])
    @pytest.mark.parametrize("folder", ["/proc/out", "/proc"])
    def test_a_folder_that_cannot_be_made_or_takes_no_files(self, check: Callable[[Path], Path], folder: str) -> None:
        with pytest.raises(InputError, match=r"The folder '/proc' takes no files \("):
            check(Path(folder))

    @pytest.mark.parametrize("name", ["report.pdf", "report"])
    def test_a_page_is_html_and_a_log_of_rows_is_parquet(self, tmp_path: Path, name: str) -> None:
        for kind in (PAGE, PARQUET):
            path = tmp_path / f"made{kind.endings[0]}"
            with pytest.raises(InputError, match=rf"should end in \{kind.endings[0]}: "):
                check_file(tmp_path / name, kind)
            assert check_file(path, kind) == path
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("check", [check_file, check_folder, make_folder])
    def test_the_caller_says_what_can_be_done_instead(self, check: Callable[..., Path]) -> None:
        with pytest.raises(InputError, match=r"Make it, or give another --quarantine\."):
            check(Path("nowhere/rows.parquet"), instead="give another --quarantine")


class TestRead:
    def test_another_table_than_the_one_wanted(self, tmp_path: Path) -> None:
        write_table(SCORES, tmp_path / "scores.csv")
        assert len(read_table(tmp_path / "scores.csv", ["customer_id", "clv"])) == len(SCORES)
        with pytest.raises(
            InputError, match=r"lacks p_alive\. Columns found: customer_id, cutoff, .*; expected: p_alive, clv"
        ):
            read_table(tmp_path / "scores.csv", ["p_alive", "clv"])

    def test_a_table_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"There is no table .*scores\.csv"):
            read_table(tmp_path / "scores.csv")

    def test_a_folder_of_cutoffs_names_the_latest_table(self, tmp_path: Path) -> None:
        for day in ("2024-01-01", "2024-02-01"):
            (tmp_path / f"cutoff={day}").mkdir()
            (tmp_path / f"cutoff={day}" / "scores.parquet").touch()
        with pytest.raises(InputError, match=r"is a folder; .* such as .*cutoff=2024-02-01/scores\.parquet"):
            read_table(tmp_path)

    def test_another_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"is a folder; .*Give the file that `regulars target` wrote"):
            read_table(tmp_path, verb="target")

    @pytest.mark.parametrize(("start", "kind"), [(b"SQLite format 3\0", "SQLite"), (b"12345678DUCK", "DuckDB")])
    def test_a_database_is_no_table(self, tmp_path: Path, start: bytes, kind: str) -> None:
        (tmp_path / "shop.db").write_bytes(start)
        with pytest.raises(InputError, match=f"is a {kind} database; a file of Parquet or CSV is expected"):
            read_table(tmp_path / "shop.db")

    @pytest.mark.parametrize("name", ["scores.parquet", "scores.csv"])
    def test_a_table_that_is_none(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(b"\x00\xff\xfe")
        with pytest.raises(InputError, match="cannot be read as a table"):
            read_table(tmp_path / name)

    def test_an_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "scores.csv").write_bytes(b"")
        with pytest.raises(InputError, match="cannot be read as a table"):
            read_table(tmp_path / "scores.csv")
