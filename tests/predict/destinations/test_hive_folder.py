from __future__ import annotations

import threading
import time
from itertools import cycle
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from regulars.errors import InputError
from regulars.predict import Inputs, TableParts, destination_of, read_table
from regulars.predict.destinations import Destination
from regulars.predict.destinations.hive_folder import HiveFolder
from regulars.predict.places import manifest_of
from tests.predict.destinations.made_up import CutOffError, Interrupted, MadeUp, scores_of
from tests.servers import PATIENCE

NOTHING = Inputs(None, {})
FIRST = MadeUp(scores_of(1000))
AGAIN = MadeUp(scores_of(1000, seed=1)[5:])
LATER = MadeUp(scores_of(300, "2024-02-01"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "scores"


@pytest.fixture
def place(root: Path) -> Destination:
    return destination_of(f"{root}/")


def write(place: Destination, *tables: MadeUp) -> None:
    for scores in tables:
        place.check(NOTHING)
        place.write(scores, scores.content)


def test_a_path_that_ends_in_a_slash_is_a_folder_with_a_file_a_cutoff(place: Destination, root: Path) -> None:
    assert place == HiveFolder(root)
    write(place, FIRST, LATER, FIRST)
    made = sorted(path.relative_to(root.parent).as_posix() for path in root.parent.rglob("*") if path.is_file())
    assert made == [
        "scores.manifests/cutoff=2024-01-01.json",
        "scores.manifests/cutoff=2024-02-01.json",
        "scores/cutoff=2024-01-01/scores.parquet",
        "scores/cutoff=2024-02-01/scores.parquet",
    ]


def test_what_reads_such_folders_reads_it(place: Destination, root: Path) -> None:
    write(place, FIRST, LATER)
    by_pandas = pd.read_parquet(root)
    assert by_pandas.groupby("cutoff", observed=True).size().to_dict() == {"2024-01-01": 1000, "2024-02-01": 300}
    by_duckdb = duckdb.sql(f"SELECT cutoff, count(*) FROM read_parquet('{root}/**/*.parquet') GROUP BY 1 ORDER BY 1")
    assert [(str(day), rows) for day, rows in by_duckdb.fetchall()] == [("2024-01-01", 1000), ("2024-02-01", 300)]
    assert pl.read_parquet(root).shape == (1300, len(FIRST.frame.columns))


@pytest.mark.parametrize("in_parts", [False, True])
def test_other_verbs_read_the_file_of_a_cutoff_as_scores(place: Destination, root: Path, in_parts: bool) -> None:
    write(place, FIRST)
    file, names = root / "cutoff=2024-01-01" / "scores.parquet", tuple(FIRST.frame.columns)
    table = pd.concat(TableParts.open(file, names).parts(names)) if in_parts else read_table(file, names)
    assert list(table) == list(FIRST.frame)
    kinds = FIRST.frame.dtypes
    pd.testing.assert_frame_equal(table.astype(kinds), FIRST.frame, check_exact=True)


def test_the_same_scores_are_the_same_bytes_and_another_cutoff_is_left(place: Destination, root: Path) -> None:
    write(place, FIRST, LATER)
    before = {path: path.read_bytes() for path in root.rglob("*.parquet")}
    write(place, FIRST)
    assert {path: path.read_bytes() for path in root.rglob("*.parquet")} == before
    write(place, AGAIN)
    assert len(read_table(root / "cutoff=2024-01-01" / "scores.parquet")) == 995
    assert (root / "cutoff=2024-02-01" / "scores.parquet").read_bytes() in before.values()


@pytest.mark.medium
def test_a_reader_sees_the_old_table_or_the_new_one_at_any_moment(place: Destination, root: Path) -> None:
    write(place, FIRST)
    seen: set[int] = set()
    ended, until = threading.Event(), time.monotonic() + PATIENCE

    def read() -> None:
        while not ended.is_set():
            for file in root.rglob("*.parquet"):
                with file.open("rb") as opened:  # once: what opens a file twice may meet both
                    seen.add(pq.ParquetFile(opened).read().num_rows)

    reader = threading.Thread(target=read)
    reader.start()
    for number, scores in enumerate(cycle((AGAIN, FIRST))):
        write(place, scores)
        if (number > 20 and len(seen) > 1) or not reader.is_alive() or time.monotonic() > until:
            break
    ended.set()
    reader.join()
    assert seen == {1000, 995}


def test_an_error_midway_leaves_what_was_there_and_no_empty_folder(place: Destination, root: Path) -> None:
    for before in (False, True):
        if before:
            write(place, FIRST)
        kept = {path: path.read_bytes() for path in root.parent.rglob("*") if path.is_file()}
        for scores in (AGAIN, LATER):
            with pytest.raises(CutOffError):
                write(place, Interrupted(scores.frame))
        assert {path: path.read_bytes() for path in root.parent.rglob("*") if path.is_file()} == kept
        assert {path for path in root.parent.rglob("*") if path.is_dir() and not list(path.iterdir())} == set()


def test_what_was_made_from_the_same_is_found_while_it_is_whole(place: Destination, root: Path) -> None:
    assert place.find("made for 2024-01-01") is None
    write(place, FIRST, LATER)
    file = root / "cutoff=2024-01-01" / "scores.parquet"
    placed = place.find("made for 2024-01-01")
    assert placed
    assert (placed.path, placed.manifest) == (str(file), str(manifest_of(file)))
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert place.find("made for 2024-01-01") is None
    assert place.find("made for 2024-02-01")


def test_files_of_others_in_the_folder_of_a_cutoff_are_not_read_with_ours(place: Destination, root: Path) -> None:
    write(place, FIRST)
    (root / "cutoff=2024-01-01" / "part-0.parquet").write_bytes(b"")
    with pytest.raises(InputError, match=r"holds other files: part-0\.parquet\. They would be read together"):
        write(place, AGAIN)


def test_cutoffs_of_one_folder_have_the_same_columns(place: Destination, root: Path) -> None:
    write(place, FIRST)
    numbers = MadeUp(scores_of(300, "2024-02-01", texts=False))
    with pytest.raises(InputError, match=r"customer_id is (large_)?string, not int64\. Nothing was changed"):
        write(place, numbers)
    assert not (root / "cutoff=2024-02-01").exists()
    write(place, MadeUp(scores_of(300, texts=False)))


def test_a_file_in_its_place_and_the_folder_of_the_log_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file; a folder is expected"):
        destination_of(f"{tmp_path}/file/").check(NOTHING)
    (tmp_path / "log").mkdir()
    with pytest.raises(InputError, match="would be read as part of the log"):
        destination_of(f"{tmp_path}/log/").check(Inputs(f"{tmp_path}/log", {}))
