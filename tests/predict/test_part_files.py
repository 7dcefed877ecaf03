from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from regulars.errors import InputError
from regulars.predict.part_files import PartFiles, UndeliveredError, files_for, folder_of, parts_beside, remove_parts_in
from regulars.transactions import Part
from tests.servers import PATIENCE

PART = Part(3, 20, 25, customers=3)
TABLE = pa.table({"customer_id": ["a", "b", "c"], "clv": [1.0, 2.5, None]})
HOLDING = """
import sys
from pathlib import Path
from regulars.predict.part_files import parts_beside
with parts_beside(Path(sys.argv[1])) as folder:
    (folder / "begun").write_text("")
    print("begun", flush=True)
    sys.stdin.read()
"""


def stopped_by(error: BaseException, out: Path) -> None:
    """A run that has finished a part."""
    with parts_beside(out) as folder:
        files_for(folder, {}).write(PART, TABLE, {})
        raise error


@pytest.fixture
def files(tmp_path: Path) -> PartFiles:
    return PartFiles(tmp_path)


def test_a_part_is_found_with_what_is_known_of_it(files: PartFiles) -> None:
    told = files.write(PART, TABLE, {"quiet": 2})
    assert files.find(PART) == told == {"quiet": 2, "sha256": told["sha256"]}
    assert pa.Table.from_batches(files.batches(PART)).equals(TABLE)
    assert pa.Table.from_batches(files.batches(PART, ["clv"])).column_names == ["clv"]
    assert files.find(replace(PART, number=4)) is None


@pytest.mark.parametrize("ending", [".arrow", ".json"])
@pytest.mark.parametrize("content", [b"", b"{}", None])
def test_a_part_that_is_not_whole_counts_as_missing(files: PartFiles, ending: str, content: bytes | None) -> None:
    files.write(PART, TABLE, {})
    file = next(files.folder.glob(f"*{ending}"))
    file.unlink() if content is None else file.write_bytes(content)
    assert files.find(PART) is None


def test_parts_made_from_something_else_go(tmp_path: Path) -> None:
    files_for(tmp_path, {"cutoff": "2024-01-01"}).write(PART, TABLE, {})
    other = files_for(tmp_path, {"cutoff": "2024-01-02"})
    assert other.find(PART) is None
    assert list(tmp_path.iterdir()) == [other.folder]


def test_a_full_disk_is_said(files: PartFiles, little_room: None) -> None:
    large = pa.table({"clv": pa.array(range(100_000), pa.float64())})
    with pytest.raises(InputError, match=r"A part of the scores cannot be kept in .*: File too large\. Free space"):
        files.write(PART, large, {})
    assert files.find(PART) is None


class TestFolder:
    def test_nothing_is_left_at_the_end_or_after_an_error(self, tmp_path: Path) -> None:
        with parts_beside(tmp_path / "scores.csv") as folder:
            files_for(folder, {}).write(PART, TABLE, {})
        assert not list(tmp_path.iterdir())
        with pytest.raises(ValueError, match="wrong"):
            stopped_by(ValueError("wrong"), tmp_path / "scores.csv")
        assert not list(tmp_path.iterdir())

    def test_an_interruption_keeps_what_is_finished(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt), parts_beside(tmp_path / "scores.csv"):
            raise KeyboardInterrupt
        assert not list(tmp_path.iterdir()), "nothing was finished"
        with pytest.raises(KeyboardInterrupt):
            stopped_by(KeyboardInterrupt(), tmp_path / "scores.csv")
        with parts_beside(tmp_path / "scores.csv") as folder:
            assert files_for(folder, {}).find(PART)

    def test_a_place_that_does_not_take_the_table_keeps_what_is_finished(self, tmp_path: Path) -> None:
        with pytest.raises(UndeliveredError):
            stopped_by(UndeliveredError("the server is gone"), tmp_path / "scores.csv")
        with parts_beside(tmp_path / "scores.csv") as folder:
            assert files_for(folder, {}).find(PART)

    def test_it_is_hidden_and_for_its_owner_alone(self, tmp_path: Path) -> None:
        with parts_beside(tmp_path / "scores.csv") as folder:
            assert folder.name.startswith(".")
            assert folder.stat().st_mode & 0o077 == 0

    @pytest.mark.slow
    def test_another_process_waits_and_a_killed_one_lets_go(self, tmp_path: Path) -> None:
        out = tmp_path / "scores.csv"
        words = [sys.executable, "-c", HOLDING, out]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout
            assert holder.stdout.readline() == "begun\n"
            entered = threading.Event()

            def enter() -> None:
                with parts_beside(out):
                    entered.set()

            waiting = threading.Thread(target=enter)
            waiting.start()
            assert not entered.wait(1.0)
            remove_parts_in(tmp_path)
            assert (folder_of(out) / "begun").exists(), "those of a process that runs stay"
            os.kill(holder.pid, signal.SIGKILL)
            assert entered.wait(PATIENCE)
            waiting.join()
        assert not list(tmp_path.iterdir())

    def test_what_killed_processes_left_is_removed(self, tmp_path: Path) -> None:
        (left := folder_of(tmp_path / "scores.csv")).mkdir()
        files_for(left, {}).write(PART, TABLE, {})
        remove_parts_in(tmp_path)
        assert not list(tmp_path.iterdir())
