"""Temporary folders that belong to a running process; those of dead processes are removed.

A folder is claimed by a lock on a file in it. The system releases the lock when the process ends, however it ends, so
neither a process id that is in use again nor a clock can mislead. The name says on which machine the folder was made:
the folders of another machine on a shared disk stay.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PREFIX = "regulars-"
LOCK = "lock"
ATTEMPTS = 10  # another process may take a folder for a dead one's before it is locked


@dataclass(frozen=True, eq=False)
class Claim:
    """A temporary folder of this process."""

    folder: Path
    lock: sqlite3.Connection | None

    def release(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.lock:
            self.lock.close()


def claim(parent: str | Path | None = None, *, hidden: bool = False) -> Claim:
    """Make a folder that goes when it is released, or once this process is dead and another one claims a folder there.

    Parameters
    ----------
    parent : path, optional
        Where; without it in the system's folder for temporary files.
    hidden : bool
        Whether its name begins with a dot, so that no log that is read as a folder has it.

    Raises
    ------
    OSError
        If no folder can be made there.
    """
    parent = Path(parent or tempfile.gettempdir())
    sweep(parent, hidden=hidden)
    for _ in range(ATTEMPTS):
        folder = Path(tempfile.mkdtemp(prefix=_prefix(hidden), dir=parent))
        lock = _locked(folder)
        if lock and (folder / LOCK).exists():
            return Claim(folder, lock)
        Claim(folder, lock).release()  # another process is removing it
    folder = Path(tempfile.mkdtemp(prefix=_prefix(hidden), dir=parent))
    return Claim(folder, None)  # no locks here: then nobody removes it


def sweep(parent: Path, *, hidden: bool = False) -> None:
    """Remove what dead processes of this user have claimed.

    Parameters
    ----------
    parent : Path
        Where.
    hidden : bool
        Whether the names of the folders begin with a dot.
    """
    with suppress(OSError):
        for name in [entry.name for entry in os.scandir(parent) if entry.name.startswith(_prefix(hidden))]:
            if _is_own(parent / name) and (lock := _locked(parent / name)):
                Claim(parent / name, lock).release()


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder for the enclosed code."""
    claimed = claim()
    try:
        yield claimed.folder
    finally:
        claimed.release()


@contextmanager
def own_temporary_files() -> Iterator[None]:
    """Keep temporary files of the enclosed code, those of libraries too, in a claimed folder: a kill leaves none.

    The folder is that of the whole process, so no other thread may have files of its own. Where it cannot be made,
    temporary files are where they are without it.
    """
    try:
        claimed = claim()
    except OSError:
        yield
        return
    before, tempfile.tempdir = tempfile.tempdir, str(claimed.folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        claimed.release()


def is_alive(folder: Path) -> bool:
    """Tell whether the process that claimed a folder still runs."""
    lock = _locked(folder) if (folder / LOCK).exists() else None
    if lock:
        lock.close()
    return folder.exists() and lock is None


def made_here(folder: Path) -> bool:
    """Tell whether a folder was claimed on this machine."""
    return folder.name.removeprefix(".").startswith(f"{PREFIX}{_here()}-")


def _prefix(hidden: bool) -> str:
    """How the names of folders begin that are claimed on this machine."""
    return f"{'.' if hidden else ''}{PREFIX}{_here()}-"


@cache
def _here() -> str:
    """Stand for this machine and the file systems that this process sees: containers share neither."""
    try:
        mounts = str(Path("/proc/self/ns/mnt").readlink())
    except OSError:
        mounts = ""
    return hashlib.sha256(f"{platform.node()} {mounts}".encode()).hexdigest()[:8]


def _is_own(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and (not hasattr(os, "getuid") or found.st_uid == os.getuid())


def _locked(folder: Path) -> sqlite3.Connection | None:
    """Lock a folder; None where another process has it, or it is gone."""
    lock = None
    try:
        lock = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None, check_same_thread=False)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        if lock:
            lock.close()
        return None
    return lock
