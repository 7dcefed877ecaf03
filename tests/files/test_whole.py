"""Files that belong together: all of them, or all as it was."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from regulars.errors import InputError
from regulars.files import whole_files

OLD = {"scores.csv": "the scores of yesterday", "scores.csv.manifest.json": "their manifest"}


def write(
    folder: Path,
    texts: Mapping[str, str] = {"scores.csv": "new", "scores.csv.manifest.json": "its manifest"},
    *,
    then: Callable[[], object] = lambda: None,
) -> None:
    with whole_files() as files:
        for name, text in texts.items():
            files.write(folder / name, lambda aside, text=text: aside.write_text(text))
        then()


def contents(folder: Path) -> dict[str, str | None]:
    return {path.name: path.read_text() if path.is_file() else None for path in folder.iterdir()}


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A folder with a table and its manifest of before."""
    for name, text in OLD.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_table_and_its_manifest_come_together(full: Path) -> None:
    write(full)
    assert contents(full) == {"scores.csv": "new", "scores.csv.manifest.json": "its manifest"}


def test_a_folder_in_the_manifests_place_leaves_the_table_as_it_was(full: Path) -> None:
    (full / "scores.csv.manifest.json").unlink()
    (full / "scores.csv.manifest.json").mkdir()
    with pytest.raises(InputError, match=r"manifest.json' cannot be written: there is a folder in its place\. Nothing"):
        write(full)
    assert contents(full) == {"scores.csv": OLD["scores.csv"], "scores.csv.manifest.json": None}


@pytest.mark.parametrize("old", [OLD, {"scores.csv": OLD["scores.csv"]}, {}], ids=len)
def test_a_folder_that_comes_while_the_files_are_written_changes_nothing(tmp_path: Path, old: dict[str, str]) -> None:
    for name, text in old.items():
        (tmp_path / name).write_text(text)
    texts = {"scores.csv": "new", "beside": "new", "scores.csv.manifest.json": "new"}
    with pytest.raises(InputError, match=r"cannot be written: Is a directory\. Nothing was changed"):
        write(tmp_path, texts, then=(tmp_path / "beside").mkdir)
    assert contents(tmp_path) == {**old, "beside": None}


@pytest.mark.parametrize("old", [OLD, {}], ids=len)
def test_a_disk_that_is_full_between_the_two_changes_nothing(small_disk: Path, old: dict[str, str]) -> None:
    for name, text in old.items():
        (small_disk / name).write_text(text)
    texts = {"scores.csv": "x" * 30_000, "scores.csv.manifest.json": "x" * 60_000}
    with pytest.raises(InputError, match=r"manifest.json' cannot be written: No space left on device\. Nothing was"):
        write(small_disk, texts)
    assert contents(small_disk) == old


def test_a_failure_in_between_leaves_what_was_there(full: Path) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(full, then=stop)
    assert contents(full) == OLD


def test_a_folder_that_goes_meanwhile_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        write(folder, then=lambda: folder.rename(tmp_path / "elsewhere"))


def test_a_symbolic_link_stays_and_the_file_that_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "june.csv").write_text("old")
    (tmp_path / "scores.csv").symlink_to(Path("runs", "june.csv"))
    (tmp_path / "scores.csv.manifest.json").symlink_to(Path("runs", "june.json"))  # leads to nothing yet
    write(tmp_path)
    assert (tmp_path / "scores.csv").is_symlink()
    assert contents(tmp_path / "runs") == {"june.csv": "new", "june.json": "its manifest"}


def test_a_link_to_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").symlink_to("/dev/null")
    with pytest.raises(InputError, match="it is not a plain file"):
        write(tmp_path)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)  # noqa: PTH116


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").symlink_to("scores.csv")
    with pytest.raises(InputError, match=r"cannot be written: .*(leads to itself|symbolic links)"):
        write(tmp_path)


def test_two_files_in_one_place_are_refused(full: Path) -> None:
    with pytest.raises(InputError, match="another file of the same call"):
        write(full, {"scores.csv": "new", "./scores.csv": "again"})
    assert contents(full) == OLD


def test_a_file_keeps_who_may_read_it(full: Path) -> None:
    (full / "scores.csv").chmod(0o600)
    write(full)
    assert stat.S_IMODE((full / "scores.csv").stat().st_mode) == 0o600


def test_a_killed_writer_leaves_nothing_after_the_next_run(full: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from regulars.files import whole_files
with whole_files() as files:
    files.write(Path("scores.csv"), lambda aside: aside.write_text("half"))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=full, check=False)
    assert ended.returncode == -9
    (left,) = set(contents(full)) - set(OLD)
    assert left.startswith(".regulars-")
    write(full)
    assert sorted(contents(full)) == sorted(OLD)
