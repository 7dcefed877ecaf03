"""Where results go: checked before the work begins, against all that the work reads."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regulars.errors import InputError
from regulars.params import DEMO, Params, StoreAddress
from regulars.transactions import would_read
from regulars.transactions.sources.cloud import would_read_object


@dataclass(frozen=True)
class Kind:
    """A kind of file that is written: the endings that it may have, why, and whether a manifest lies beside it."""

    endings: tuple[str, ...]
    why: str
    with_manifest: bool = False


TABLE = Kind((".parquet", ".csv"), "the ending says how the table is written", with_manifest=True)
PARQUET = Kind((".parquet",), "it is written as Parquet")
PAGE = Kind((".html",), "the report is a page for a browser")
ELSEWHERE = "give another --out"
HIVE_KEY = "cutoff="  # begins the name of a folder that holds the scores of one cutoff
STORE_FILES = ("", "-journal", "-wal", "-shm", ".lock")  # endings of an embedded store's own files


@dataclass(frozen=True)
class Inputs:
    """All that a call reads. No result may be written over it, nor where it would be read as part of the log.

    Parameters
    ----------
    log : str or None
        File, folder or glob of the log; None where it lies in no files of the user.
    files : mapping of str to Path
        By what they are: files, or folders with all that is in them.
    table : tuple of str, optional
        The log in a database on a server: its address, and the table.
    """

    log: str | None
    files: Mapping[str, Path]
    table: tuple[str, str | None] | None = None

    @classmethod
    def of(cls, params: Params, **more: Path) -> Inputs:
        """What a call with these parameters reads, and more that only its verb knows of.

        Parameters
        ----------
        params : Params
            The parameters of the run.
        **more : Path
            Further files, by what they are.

        Returns
        -------
        Inputs
        """
        path = params.transactions.path
        files = {f"the feed {name}": Path(feed.path) for name, feed in params.feeds.items()}
        files |= {"the calendar": Path(params.calendar.path)} if params.calendar.path else {}
        files |= {f"the {name.replace('_', ' ')}": file for name, file in more.items()}
        if params.customers.path and "://" not in params.customers.path:
            files["the file of customers"] = Path(params.customers.path)
        if params.file:
            files["the parameter file"] = params.file
        if store := StoreAddress(params.mlflow.tracking_uri).file:
            own = (store.with_name(store.name + ending) for ending in STORE_FILES)
            files |= {f"of the MLflow store ({file.name})": file for file in own}
            files["of the MLflow store (artifacts)"] = store.parent / "artifacts"
            files["of the MLflow store (tuning.db)"] = store.parent / "tuning.db"
        table = (path, params.transactions.table) if "://" in path else None
        return cls(None if path == DEMO or "://" in path else path, files, table)

    def is_of_log(self, path: Path | str) -> bool:
        """Tell whether a file, or an object in S3 (a text), is part of the log."""
        if isinstance(path, str):
            return self.table is not None and would_read_object(self.table[0], path)
        return self.log is not None and would_read(self.log, path)

    def refuse(self, path: Path, instead: str) -> None:
        """Refuse a path that is read from, or would be by the next run.

        Parameters
        ----------
        path : Path
            Where a file is to be written.
        instead : str
            What to do instead, which ends the message of a refusal.

        Raises
        ------
        InputError
            If it is an input, or would be one.
        """
        for what, file in self.files.items():
            if path.resolve().is_relative_to(file.resolve()) or _are_one(path, file):
                raise InputError(f"{str(path)!r} is read from: it is {what}. It would be lost: {instead}.")
        if not self.is_of_log(path):
            return
        if path.exists():
            raise InputError(f"{str(path)!r} is read from: it is part of the log. It would be lost: {instead}.")
        raise InputError(
            f"{str(path)!r} would be read as part of the log {self.log!r} by the next run: {instead}, outside of it."
        )


def check_file(path: Path, kind: Kind | None = None, *, inputs: Inputs | None = None, instead: str = ELSEWHERE) -> Path:
    """Return the path of a file to be written, or say why it cannot be one.

    Parameters
    ----------
    path : Path
    kind : Kind, optional
        Whose endings are allowed; without it any.
    inputs : Inputs, optional
        What is read, and must not be written over.
    instead : str
        What the caller can do about a path that does not serve.

    Raises
    ------
    InputError
        If the ending is another, the file or its manifest is read from, its name is too long, it is no plain file, or
        the folder does not exist or takes no files.

    Examples
    --------
    >>> check_file(Path("scores.xlsx"), TABLE)
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: 'scores.xlsx' should end in .parquet or .csv: the ending says how the table is written.
    """
    if kind and path.suffix not in kind.endings:
        raise InputError(f"{str(path)!r} should end in {' or '.join(kind.endings)}: {kind.why}.")
    _check_takes_files(path.parent, instead)
    for file in [path, manifest_of(path)] if kind and kind.with_manifest else [path]:
        _check_is_file(file, instead)
        if inputs:
            inputs.refuse(file, instead)
    return path


def check_folder(
    path: Path, files: Sequence[str] = (), *, inputs: Inputs | None = None, instead: str = ELSEWHERE
) -> Path:
    """Return a folder that exists or can be made and takes these files, or say why not.

    Parameters
    ----------
    path : Path
        The folder.
    files : sequence of str
        Names of the files that will be written there.
    inputs : Inputs, optional
        What the run reads, which must not be overwritten.
    instead : str
        What to do instead, which ends the message of a refusal.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If it cannot be used.
    """
    if _exists(path, instead) and not path.is_dir():
        raise InputError(f"{str(path)!r} is a file; a folder is expected: {instead}.")
    _check_takes_files(path if path.is_dir() else path.parent, instead)
    for file in files:
        _check_is_file(path / file, instead)
        if inputs:
            inputs.refuse(path / file, instead)
    return path


def make_folder(path: Path, *, instead: str = ELSEWHERE) -> Path:
    """Make a folder, if it is not there.

    Parameters
    ----------
    path : Path
        The folder; the one above it has to exist.
    instead : str
        What to do instead, which ends the message of a refusal.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        check_folder(path, instead=instead).mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {str(path)!r} cannot be made ({error.strerror}): {instead}.") from None
    return path


def manifest_of(path: Path) -> Path:
    """Where the manifest of a table lies: beside it, or beside the folder that has one table a cutoff.

    Examples
    --------
    >>> manifest_of(Path("scores.parquet")).name
    'scores.parquet.manifest.json'
    >>> manifest_of(Path("scores/cutoff=2024-01-01/scores.parquet")).as_posix()
    'scores.manifests/cutoff=2024-01-01.json'
    """
    partition = path.parent
    if is_partition(path):
        return partition.parent.with_name(f"{partition.parent.name}.manifests") / f"{partition.name}.json"
    return path.with_name(path.name + ".manifest.json")


def draft_folder(path: Path) -> Path:
    """Where a table is written aside: not where whoever reads all of a folder would read half a table."""
    return path.parent.parent.parent if is_partition(path) else path.parent


def is_partition(path: Path) -> bool:
    """Tell whether a table is one of many in a folder: its cutoff stands in the name of its own folder."""
    return path.parent.name.startswith(HIVE_KEY)


def _check_is_file(path: Path, instead: str) -> None:
    if _exists(path, instead) and path.is_symlink():  # what it leads to is written
        _check_takes_files(path.resolve().parent, instead)
    if not path.exists() or path.is_file():
        return
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a folder; a file is expected: {instead}.")
    raise InputError(f"{str(path)!r} is not a plain file: {instead}.")


def _exists(path: Path, instead: str) -> bool:
    """Tell whether something is there; a path that can lead nowhere is an error."""
    try:
        return path.exists() or path.is_symlink()
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{_shortened(path)!r} cannot be written ({reason}): {instead}.") from None


def _check_takes_files(folder: Path, instead: str) -> None:
    if not _exists(folder, instead) or not folder.is_dir():
        raise InputError(f"The folder {str(folder)!r} does not exist. Make it, or {instead}.")
    # Permissions alone do not tell: a file system can be read-only.
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise InputError(f"The folder {str(folder)!r} takes no files ({error.strerror}): {instead}.") from None


def _are_one(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)


def _shortened(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 120 else f"{text[:60]} … {text[-50:]}"
