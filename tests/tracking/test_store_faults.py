"""A store that could not be written after the fit is refused before it, in words."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from regulars.errors import ModelError
from regulars.params import Params
from regulars.progress import listening
from regulars.tracking import embedded
from regulars.tracking.registry import Registry
from regulars.tracking.store import check_writable, opened
from tests.tracking.conftest import Fitted, log_one


@pytest.fixture
def folder(tmp_path: Path, empty_store: Path) -> Path:
    """A folder with a store."""
    shutil.copytree(empty_store, tmp_path, dirs_exist_ok=True)
    (tmp_path / "artifacts").mkdir(exist_ok=True)  # older releases of MLflow make it with the store
    return tmp_path


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[[Path, str], None]]:
    """Mounts real small disks over folders, where that is allowed."""
    mounted: list[Path] = []

    def mount(folder: Path, options: str) -> None:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, check=False)
        if done.returncode:
            pytest.skip("mounting is not allowed here")
        mounted.append(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


def uri_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'mlflow.db'}"


def refuse(folder: Path, said: str) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(ModelError, match=said):
        check_writable(uri_in(folder), "regulars")
    assert sorted(folder.rglob("*")) == before


def test_a_store_that_is_well_is_let_be(folder: Path, tmp_path: Path) -> None:
    check_writable(uri_in(folder), "regulars")
    check_writable(uri_in(tmp_path / "not" / "yet"), "regulars")
    assert not (tmp_path / "not").exists()


def test_read_only_artefacts(folder: Path, mount: Callable[[Path, str], None]) -> None:
    mount(folder / "artifacts", "ro")
    refuse(folder, r"the folder .*artifacts does not take 8 MB \(Read-only file system\)\. Make room there, see that")


def test_a_full_disk(tmp_path: Path, mount: Callable[[Path, str], None]) -> None:
    mount(tmp_path, "size=4m")
    refuse(tmp_path, r"does not take 8 MB \(No space left on device\)")


def test_a_file_in_the_place_of_the_artefacts(folder: Path) -> None:
    (folder / "artifacts").rmdir()
    (folder / "artifacts").write_text("")
    refuse(folder, r"the folder .*artifacts does not take 8 MB \(Not a directory\)")


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_lock_that_is_none(folder: Path, as_folder: bool) -> None:
    (folder / "mlflow.db.lock").unlink()
    if as_folder:
        (folder / "mlflow.db.lock").mkdir()
    else:
        (folder / "mlflow.db.lock").write_text("garbage " * 200)
    refuse(folder, r"mlflow\.db\.lock: .*\. Where no other process uses the store, delete the file\.")


def test_a_store_that_another_process_keeps_locked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(folder / "mlflow.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        refuse(folder, "mlflow.db: database is locked. It may be held by another process: end that, or wait for it")


@pytest.mark.parametrize("name", ["50%", "a%20b"])
def test_a_folder_that_mlflow_would_look_for_elsewhere(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    refuse(tmp_path / name, r"has a % in its path, which MLflow takes for something else\. Set mlflow\.tracking_uri")
    with pytest.raises(ModelError, match="has a % in its path"):  # noqa: SIM117
        with opened(uri_in(tmp_path / name), create=True):
            pass
    assert not list((tmp_path / name).iterdir())


class Deletes(dict[str, str]):
    """Pictures of a run, and a listener: the store is deleted as the pictures are written, or once a step begins."""

    def __init__(self, folder: Path, step: str = "") -> None:
        super().__init__(calibration="<svg/>")
        self.folder, self.step = folder, step

    def items(self) -> Any:
        shutil.rmtree(self.folder)
        return super().items()

    def begin(self, name: str) -> None:
        if name == self.step:
            shutil.rmtree(self.folder)

    def end(self, name: str, seconds: float | None) -> None:
        pass

    def note(self, text: str) -> None:
        pass


def test_a_store_that_is_deleted_as_a_run_begins_is_missed_in_words(full: Params, fitted: list[Fitted]) -> None:
    folder = folder_of(full)
    with listening(Deletes(folder, "log and register the model")), pytest.raises(ModelError, match="cannot be used"):
        log_one(full, fitted[0])
    assert not folder.exists()


def test_a_store_that_is_deleted_during_a_run_is_missed_in_words(full: Params, fitted: list[Fitted]) -> None:
    folder = folder_of(full)
    with pytest.raises(ModelError, match="cannot be used"):
        log_one(full, fitted[0], pictures=Deletes(folder))
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.slow
def test_a_store_that_is_deleted_during_the_fit_is_missed_in_words(full: Params, fitted: list[Fitted]) -> None:
    check_writable(full.mlflow.tracking_uri, full.mlflow.experiment)
    shutil.rmtree(folder_of(full))
    with pytest.raises(ModelError, match="cannot be used"):
        log_one(full, fitted[1])
    assert not list(folder_of(full).rglob("scorer.json"))


@pytest.mark.medium
def test_a_store_that_is_deleted_before_the_promotion_is_missed_in_words(full: Params, fitted: list[Fitted]) -> None:
    logged = log_one(full, fitted[1])
    shutil.rmtree(folder_of(full))
    with pytest.raises(ModelError, match=r"There is no MLflow store .*\. Train a model"):
        Registry(full.mlflow).settle(logged.version, passed=True, reasons=["it is better"], force=None)
    assert not folder_of(full).exists()


def folder_of(params: Params) -> Path:
    return Path(params.mlflow.tracking_uri.removeprefix("sqlite:///")).parent
