from __future__ import annotations

from pathlib import Path

import pytest

from regulars.tracking.checksums import NOTE_OF_MLFLOW, as_tag, checksum, checksums, differences


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "below" / "b.txt").write_text("b")
    return tmp_path


def test_every_file_has_its_own_by_its_path_whatever_the_folder_is_called(folder: Path) -> None:
    files = checksums(folder)
    assert list(files) == ["a.txt", "below/b.txt"]
    assert len(set(files.values())) == 2
    moved = folder.rename(folder.with_name("moved"))
    assert checksums(moved) == files


def test_the_sum_of_all_changes_with_a_content_and_with_a_name(folder: Path) -> None:
    once = checksum(checksums(folder))
    (folder / "a.txt").rename(folder / "c.txt")
    renamed = checksum(checksums(folder))
    (folder / "c.txt").write_text("c")
    assert len({once, renamed, checksum(checksums(folder))}) == 3


def test_files_are_named_by_what_happened_to_them(folder: Path) -> None:
    tag = as_tag(checksums(folder))
    assert differences(checksums(folder), tag) == ""
    (folder / "a.txt").write_text("other")
    (folder / "below" / "b.txt").unlink()
    (folder / "c.pyc").write_text("")
    assert differences(checksums(folder), tag) == "a.txt was changed, c.pyc was added, below/b.txt is missing"


def test_only_three_are_named(folder: Path) -> None:
    for name in "cdefg":
        (folder / name).write_text("")
    told = differences(checksums(folder), as_tag({}))
    assert told == "a.txt was added, below/b.txt was added, c was added and 4 more"


@pytest.mark.parametrize(
    ("note", "counted"),
    [
        ("model_name: regulars\nmodel_version: '1'\n", False),
        ("model_name: regulars\nmodel_version: '1'\nmore: 1\n", True),
        ("- a list", True),
        ("a: [", True),
    ],
)
def test_a_note_of_mlflow_counts_only_where_it_holds_more(folder: Path, note: str, counted: bool) -> None:
    (folder / NOTE_OF_MLFLOW).write_text(note)
    assert (NOTE_OF_MLFLOW in checksums(folder)) is counted
