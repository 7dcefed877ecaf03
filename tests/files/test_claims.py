"""A folder lives as long as its process; what a killed one left goes, and nothing else does."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regulars.files import claim, own_temporary_files, scratch
from regulars.files.claims import LOCK, is_alive, made_here

HOLD = """
import sys
import tempfile
from pathlib import Path
from regulars.files import claim
held = claim(sys.argv[1], hidden=True)
(held.folder / "scores.csv").write_text("who buys what")
print(held.folder, flush=True)
sys.stdin.read()
"""


@contextmanager
def holder(parent: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process that has claimed a folder, and the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_a_folder_goes_when_it_is_released(tmp_path: Path) -> None:
    claimed = claim(tmp_path)
    (claimed.folder / "made").mkdir()
    assert made_here(claimed.folder)
    assert is_alive(claimed.folder)
    claimed.release()
    assert not is_alive(claimed.folder)
    assert not list(tmp_path.iterdir())


def test_a_scratch_folder_goes_after_a_failure_too() -> None:
    made = []

    def fail() -> None:
        with scratch() as folder:
            made.append(folder)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not made[0].exists()


def test_what_a_killed_process_left_goes_with_the_next_claim(tmp_path: Path) -> None:
    with holder(tmp_path) as (process, left):
        process.kill()
        process.wait()
        assert (left / "scores.csv").exists()
        assert not is_alive(left)
        claim(tmp_path, hidden=True).release()
    assert not list(tmp_path.iterdir())


def test_the_folder_of_a_running_process_stays(tmp_path: Path) -> None:
    with holder(tmp_path) as (_, held):
        claim(tmp_path, hidden=True).release()
        assert is_alive(held)
        assert (held / "scores.csv").exists()


def test_the_folder_of_another_machine_stays_and_so_does_what_only_looks_alike(tmp_path: Path) -> None:
    with holder(tmp_path) as (process, left):
        process.kill()
        process.wait()
        elsewhere = tmp_path / ".regulars-00000000-left"
        shutil.copytree(left, elsewhere)
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / LOCK).write_text("the user's own")
        (tmp_path / f"{left.name[:18]}-file").write_text("a file")
        (tmp_path / f"{left.name[:18]}-link").symlink_to(tmp_path / "mine")
        claim(tmp_path, hidden=True).release()
    assert not made_here(elsewhere)
    assert (elsewhere / "scores.csv").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [elsewhere.name, "mine", f"{left.name[:18]}-file", f"{left.name[:18]}-link"]
    )
    assert (tmp_path / "mine" / LOCK).exists()


@pytest.mark.slow
def test_many_processes_at_once_keep_their_folders(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom regulars.files import claim\nfor _ in range(100):\n"
        "    held = claim(sys.argv[1])\n    (held.folder / 'a').write_text('b')\n"
        "    assert (held.folder / 'a').read_text() == 'b'\n    held.release()\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", code, tmp_path], stderr=subprocess.PIPE) for _ in range(4)]
    assert [(worker.communicate()[1], worker.returncode) for worker in workers] == [(b"", 0)] * 4
    assert not list(tmp_path.iterdir())


def test_a_place_that_takes_no_folder_is_an_error_of_the_system() -> None:
    with pytest.raises(OSError, match="proc"):
        claim("/proc")


def test_temporary_files_of_libraries_go_with_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with own_temporary_files():
        (Path(tempfile.mkdtemp()) / "file").write_text("of a library")
        assert [folder.name.startswith("regulars-") for folder in tmp_path.iterdir()] == [True]
    assert tempfile.gettempdir() == str(tmp_path)
    assert not list(tmp_path.iterdir())


def test_without_a_place_for_temporary_files_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with own_temporary_files():
        assert tempfile.gettempdir() == str(tmp_path / "gone")
