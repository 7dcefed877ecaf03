"""Finished parts of a table beside the place where it will stand, so that a run after a kill goes on from them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.errors import InputError
from regulars.files import sweep
from regulars.progress import note
from regulars.transactions import Part

ENDING = ".parts"
LOCK = "lock"
WAIT_SECONDS = 0.2
COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")
BATCH_ROWS = 16_384


class UndeliveredError(InputError):
    """A finished table that its place did not take: what was scored is kept for the next run."""


@dataclass(frozen=True)
class PartFiles:
    """Tables of parts on disk, each with what is known of it; one that differs from its checksum counts as missing.

    Parameters
    ----------
    folder : Path
        Theirs alone: its name says what they were made from.
    """

    folder: Path

    def find(self, part: Part) -> Mapping[str, Any] | None:
        """What is known of a part that is finished and whole; None where there is none."""
        table, about = self._paths(part)
        try:
            known: dict[str, Any] = json.loads(about.read_text(encoding="utf-8"))
            with table.open("rb") as file:
                whole = known["sha256"] == hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return known if whole else None

    def write(self, part: Part, table: pa.Table, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write a part, and then what is known of it: whatever is on disk without that does not count.

        Raises
        ------
        InputError
            If the disk takes no more.
        """
        path, about = self._paths(part)
        try:
            draft = path.with_suffix(".making")
            with pa.OSFile(str(draft), "wb") as out, pa.ipc.new_file(out, table.schema, options=COMPRESSED) as writer:
                writer.write_table(table, max_chunksize=BATCH_ROWS)
            with draft.open("rb+") as made:
                digest = hashlib.file_digest(made, "sha256").hexdigest()
                os.fsync(made.fileno())
            draft.replace(path)
            told = {**known, "sha256": digest}
            draft.write_text(json.dumps(told), encoding="utf-8")
            draft.replace(about)
        except OSError as error:
            raise InputError(
                f"A part of the scores cannot be kept in {str(self.folder.parent)!r}: {_reason(error)}. Free "
                "space, or give another --out."
            ) from None
        return told

    def batches(self, part: Part, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of a part, in batches."""
        with pa.OSFile(str(self._paths(part)[0]), "rb") as file:
            schema = pa.ipc.open_file(file).schema
            fields = [schema.get_field_index(name) for name in columns] if columns else None
            reader = pa.ipc.open_file(file, options=pa.ipc.IpcReadOptions(included_fields=fields))
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

    def _paths(self, part: Part) -> tuple[Path, Path]:
        """The table of a part, and what is known of it."""
        name = f"{part.number:05}"
        return self.folder / f"{name}.arrow", self.folder / f"{name}.json"


@contextmanager
def parts_beside(out: Path) -> Iterator[Path]:
    """A folder for the parts of a table, held by this process alone; another one that makes the same table waits.

    It goes at the end, but for a kill, an interruption, or a place that does not take the table: what is finished then
    serves the next run.
    """
    folder, lock, kept = folder_of(out), _held(folder_of(out)), False
    try:
        yield folder
    except (KeyboardInterrupt, UndeliveredError):
        kept = any(folder.glob("*/*.json"))
        if kept:
            note("The parts that are finished are kept: the next run goes on from them.")
        raise
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def files_for(folder: Path, made_from: Mapping[str, Any]) -> PartFiles:
    """The parts made from this in the folder of a table; those made from anything else go."""
    key = hashlib.sha256(json.dumps(made_from, sort_keys=True, default=str).encode()).hexdigest()[:16]
    for other in folder.iterdir():
        if other.is_dir() and other.name != key:
            shutil.rmtree(other, ignore_errors=True)
    (folder / key).mkdir(exist_ok=True)
    return PartFiles(folder / key)


def folder_of(out: Path) -> Path:
    """Where the parts of a table lie: hidden, so that no log that is read as a folder has them."""
    return out.with_name(f".{out.name}{ENDING}")


def parts_in(folder: Path) -> list[Path]:
    """Parts in a folder, of processes that run and of killed ones."""
    return sorted(left for left in folder.glob(f".*{ENDING}") if left.is_dir())


def remove_parts_in(folder: Path) -> None:
    """Remove all parts that killed processes left in a folder; those of a process that runs stay."""
    for left in parts_in(folder):
        _remove_left(left)


def remove_left_beside(out: Path) -> None:
    """Remove what a process that was killed once the table stood left beside it: its parts, and drafts."""
    if folder_of(out).is_dir():
        _remove_left(folder_of(out))
    sweep(out.parent, hidden=True)


def _remove_left(parts: Path) -> None:
    if lock := _try_lock(parts):
        shutil.rmtree(parts, ignore_errors=True)
        lock.close()


def _reason(error: OSError) -> str:
    """Why, in the system's words, which Arrow wraps in its own."""
    return os.strerror(error.errno) if error.errno else str(error)


def _held(folder: Path) -> sqlite3.Connection:
    """Make the folder and lock it, once no other process has it."""
    told = False
    while True:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError:
            if folder.exists() and not folder.is_dir():
                raise InputError(f"{str(folder)!r} is in the way of the parts of the scores: remove it.") from None
            continue  # it was there, and the process that had it has just removed it
        except OSError as error:
            raise InputError(f"The folder {str(folder)!r} cannot be made: {error.strerror or error}.") from None
        if lock := _try_lock(folder):
            return lock
        if not told:
            note(f"Another process writes {folder.name.removeprefix('.').removesuffix(ENDING)!r}: waiting for its end.")
            told = True
        time.sleep(WAIT_SECONDS)


def _try_lock(folder: Path) -> sqlite3.Connection | None:
    """Lock a folder; None where another process has it, or it is gone. The system releases it when a process ends."""
    lock, file = None, folder / LOCK
    with suppress(sqlite3.Error, OSError):
        file.touch()
        before = file.stat().st_ino
        lock = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
        lock.execute("BEGIN EXCLUSIVE")
        if file.stat().st_ino == before:  # else the process that had it has removed the file, and another made it anew
            return lock
    if lock:
        lock.close()
    return None
