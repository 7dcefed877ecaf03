"""The embedded store: one SQLite file, with the folder `artifacts` beside it.

MLflow leaves two gaps, closed here. Processes that race to create a store crash, and one killed
meanwhile leaves half a schema: so a store is made aside, under a lock, and moved into place whole.
And MLflow keeps absolute paths, so a moved or copied store would look for its models, and write
new ones, where it used to be: so it remembers where it stood and is rewritten when it wakes up
elsewhere. After that plain MLflow finds everything too.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from regulars.errors import MissingModelError, ModelError
from regulars.params import SQLITE
from regulars.progress import step

ARTIFACTS = "artifacts"
HOME_TAG = "regulars.artifacts"  # of every experiment made here: where the artefacts stood when it was last opened
LOCK_SECONDS = 120.0
ROOM = 8 << 20  # bytes: more than a training run keeps
BUSY_SECONDS = 20.0  # as MLflow itself waits for a locked database
PATHS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("experiment_tags", "value"),
)
DatabaseError = sqlite3.Error


def uri_of(file: Path) -> str:
    """Return the tracking URI of a store's file."""
    return f"{SQLITE}{file}"


def artifacts_of(file: Path) -> str:
    """Return the URI of the folder in which a store keeps its artefacts."""
    return (file.parent / ARTIFACTS).as_uri()


def check(file: Path) -> None:
    """Refuse a store that could not be written at the end of hours of work.

    Raises
    ------
    ModelError
        If its file or its artefacts take nothing, another process keeps it locked, or its lock is no lock.
    """
    _check_name(file)
    if not writable(file):
        raise ModelError(
            f"The MLflow store {file} cannot be written. See that it is a file, in a folder that is writable, or set "
            "mlflow.tracking_uri to another place."
        )
    for folder in (file.parent, file.parent / ARTIFACTS):
        _check_room(next(place for place in (folder, *folder.parents) if place.exists()))
    if file.exists():
        _check_lock(file, file, "BEGIN IMMEDIATE", "It may be held by another process: end that, or wait for it")
    if lock := _lock_of(file) if _lock_of(file).exists() else None:
        _check_lock(file, lock, "BEGIN EXCLUSIVE", "Where no other process uses the store, delete the file")


def _check_name(file: Path) -> None:
    if "%" in str(file):
        raise ModelError(
            f"The MLflow store {file} has a % in its path, which MLflow takes for something else. Set "
            "mlflow.tracking_uri to a path without it."
        )


def _check_room(folder: Path) -> None:
    """Write as much as a training run keeps, and take it away again."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(ROOM))
            probe.flush()
    except OSError as error:
        raise ModelError(
            f"A training run could not be kept: the folder {folder} does not take {ROOM >> 20} MB "
            f"({error.strerror or error}). Make room there, see that it can be written, or set mlflow.tracking_uri to "
            "another place."
        ) from None


def _check_lock(file: Path, locked_file: Path, statement: str, what_to_do: str) -> None:
    try:
        with closing(sqlite3.connect(locked_file, timeout=BUSY_SECONDS, isolation_level=None)) as database:
            database.execute(statement)
    except sqlite3.Error as error:
        raise ModelError(
            f"The MLflow store {file} cannot be written: {locked_file.name}: {error}. {what_to_do}."
        ) from None


def _lock_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.lock")


def prepare(file: Path, *, create: bool) -> None:
    """Make sure that a store exists, whole, and knows where it stands."""
    _check_name(file)
    if not file.exists():
        if not create:
            raise MissingModelError(
                f"There is no MLflow store {file}. Train a model with `regulars train`, or set mlflow.tracking_uri to "
                "where it is."
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        with locked(file):
            _create(file)
    if former := _former_homes(file):
        if not writable(file):
            raise ModelError(
                f"The MLflow store {file} was moved here from {former[0]}, and its paths have to be rewritten once. "
                "Run `regulars history` where it may be written."
            )
        with locked(file):
            _settle(file)


def writable(file: Path) -> bool:
    """Tell whether a store's file may be written, or made with its folders where there is none."""
    if file.is_dir():
        return False
    beside = next(folder for folder in file.parents if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=beside):
            return os.access(file, os.W_OK) if file.exists() else True
    except OSError:
        return False


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Take the lock beside a store; the system releases it even if this process is killed."""
    with closing(sqlite3.connect(_lock_of(file), timeout=LOCK_SECONDS, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _create(file: Path) -> None:
    if file.exists():  # another process was first
        return
    making = file.with_name(f"{file.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        with step("prepare the MLflow store"):
            store = SqlAlchemyStore(uri_of(making / file.name), artifacts_of(file))
            store.engine.dispose()
        (making / file.name).replace(file)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _former_homes(file: Path) -> list[str]:
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as database:
        known = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'experiment_tags'").fetchone()
        if not known:  # a file that MLflow has yet to fill
            return []
        rows = database.execute(
            "SELECT DISTINCT value FROM experiment_tags WHERE key = ? AND value <> ?", (HOME_TAG, artifacts_of(file))
        )
        return [home for (home,) in rows]


def _settle(file: Path) -> None:
    """Rewrite the paths below each former home to the present one, all or none."""
    for old in _former_homes(file):
        with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as database, database:
            for table, column in PATHS:
                database.execute(
                    f"UPDATE {table} SET {column} = :new || substr({column}, :length + 1) "
                    f"WHERE {column} = :old OR substr({column}, 1, :length + 1) = :old || '/'",
                    {"old": old, "new": artifacts_of(file), "length": len(old)},
                )
