"""Files that belong together appear together: all of them whole, or none."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from regulars.errors import InputError
from regulars.files.claims import claim


class Drafts:
    """Files that are written aside, and put in place together.

    They are made by `whole_files`.
    """

    def __init__(self, aside: Path | None = None) -> None:
        self._only_aside = aside
        self._folders: dict[Path, Path] = {}
        self._made: dict[Path, Path] = {}  # in place: aside
        self._kept: dict[Path, Path] = {}  # in place: what was there
        self._open = ExitStack()

    def write(self, path: Path, write: Callable[[Path], object]) -> str:
        """Write a file aside by a function that takes a path; return its sha256.

        A symbolic link is followed: the file that it leads to is replaced, and the link stays.

        Parameters
        ----------
        path : Path
            Where the file is to be in the end.
        write : callable
            Writes the content to the path that it is given, in a temporary folder beside it.

        Returns
        -------
        str
            The sha256 of the file, as hex digits.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        try:
            place = _place(path)
            if place in self._made:
                raise OSError("another file of the same call is written there")
            aside = self._aside(place) / f"made-{len(self._made)}{place.suffix}"
            write(aside)
            with aside.open("rb+") as made:
                digest = hashlib.file_digest(made, "sha256").hexdigest()
                os.fsync(made.fileno())  # a full disk may show only here
            if place.exists():
                shutil.copymode(place, aside)
        except OSError as error:
            raise _unwritten(path, error) from None
        self._made[place] = aside
        return digest

    def _aside(self, place: Path) -> Path:
        parent = self._only_aside or place.parent
        if parent not in self._folders:
            claimed = claim(parent, hidden=True)
            self._open.callback(claimed.release)
            self._folders[parent] = claimed.folder
        return self._folders[parent]

    def put_in_place(self) -> None:
        """Put every file in its place, or leave all as it was.

        What stood beside the first file goes before it is replaced: a kill in between may leave a table without its
        manifest, never with that of another table.
        """
        place = Path()
        try:
            for place, aside in self._made.items():
                self._keep(place, aside)
            for place in list(self._made)[1:]:
                place.unlink(missing_ok=True)
            for place, aside in self._made.items():
                aside.replace(place)
        except BaseException as error:
            changed = self._take_back()
            if isinstance(error, OSError):
                raise _unwritten(place, error, changed) from None
            raise

    def _keep(self, place: Path, aside: Path) -> None:
        """Keep what stands in a place until all is done."""
        if not place.exists():
            return
        kept = aside.with_name(f"kept-{aside.name}")
        try:
            os.link(place, kept)
        except OSError:  # a file system without links
            shutil.copy2(place, kept)
        self._kept[place] = kept

    def _take_back(self) -> list[Path]:
        """Put everything as it was; return what could not be."""
        changed = []
        for place, aside in self._made.items():
            try:
                if place in self._kept:
                    self._kept[place].replace(place)
                elif not aside.exists():
                    place.unlink(missing_ok=True)
            except OSError:
                changed.append(place)
        return changed

    def close(self) -> None:
        """Remove what was not put in place."""
        self._open.close()


@contextmanager
def whole_files(aside: Path | None = None) -> Iterator[Drafts]:
    """Write files in the enclosed code that appear together at its end, or not at all.

    Parameters
    ----------
    aside : Path, optional
        A folder on the same disk, where drafts are written; without it each in the folder of its file.

    Raises
    ------
    InputError
        If one of them cannot be written; then none is.
    """
    drafts = Drafts(aside)
    try:
        yield drafts
        drafts.put_in_place()
    finally:
        drafts.close()


def _place(path: Path) -> Path:
    """Where a path leads; what stands there has to be a file."""
    try:
        place = path.resolve()
    except RuntimeError:
        raise OSError("it is a symbolic link that leads to itself") from None
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(place.stat().st_mode):
            raise OSError("there is a folder in its place" if place.is_dir() else "it is not a plain file")
    return place


def _unwritten(path: Path, error: OSError, changed: list[Path] = []) -> InputError:  # noqa: B006 - is not changed
    after = f"Check {', '.join(map(str, changed))}: it could not be put back." if changed else "Nothing was changed."
    return InputError(f"{str(path)!r} cannot be written: {error.strerror or error}. {after}")
