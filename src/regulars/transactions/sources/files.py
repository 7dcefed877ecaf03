"""Files: which ones a path means, and of what kind they are."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path

from regulars.errors import InputError
from regulars.transactions.sql import GLOB_SIGNS

ENDINGS = {
    "Parquet": (".parquet", ".pq"),
    "JSON lines": (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".jsonl.zst", ".ndjson.zst"),
    "Excel": (".xlsx",),
    "CSV": tuple(kind + packed for kind in (".csv", ".tsv", ".txt") for packed in ("", ".gz", ".zst")),
}
NAMED_ONLY = {"JSON lines": (".json", ".json.gz", ".json.zst")}  # beside logs it is mostly something else


def find_files(path: str) -> list[Path]:
    """Return the files that a file name, a folder or a glob means, sorted; refuse those that are empty.

    Examples
    --------
    >>> find_files("no/such/orders.csv")
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: There is no file 'no/such/orders.csv'. Give a file, a folder, a glob or 'demo'.
    """
    files = list_files(path)
    empty = [str(file) for file in files if file.stat().st_size == 0]
    if empty:
        raise InputError(
            f"The file {empty[0]!r} is empty. A log has a header row, and a row for each line of an order."
        )
    return files


def list_files(path: str) -> list[Path]:
    """Return the files that a file name, a folder or a glob means, sorted: also those that are empty so far.

    Examples
    --------
    >>> list_files("no/such/*.csv")
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: No file matches 'no/such/*.csv'. Correct the pattern, or give a file or a folder.
    """
    place = Path(path)
    if place.is_file():
        files = [place]
    elif place.is_dir():
        files = [file for file in place.rglob("*") if _is_of_log(file.relative_to(place)) and not file.is_dir()]
        if not files:
            raise InputError(f"The folder {path!r} holds no {_or(ENDINGS)} file. Give the folder of the log.")
    else:
        matches = glob.glob(path, recursive=True)  # noqa: PTH207 - Path.glob refuses absolute patterns
        files = [Path(match) for match in matches if Path(match).is_file()]
        if not files and any(sign in path for sign in GLOB_SIGNS):
            raise InputError(f"No file matches {path!r}. Correct the pattern, or give a file or a folder.")
        if not files:
            raise InputError(f"There is no file {path!r}. Give a file, a folder, a glob or 'demo'.")
    return sorted(files)


def would_read(path: str, file: Path) -> bool:
    """Tell whether a file would be read as part of the log that a file name, a folder or a glob means.

    Parameters
    ----------
    path : str
        A file name, a folder or a glob.
    file : Path
        The file; it need not exist.

    Returns
    -------
    bool

    Examples
    --------
    >>> would_read("orders/2024-*.csv", Path("orders/2024-07.csv")), would_read("orders/2024-*.csv", Path("scores.csv"))
    (True, False)
    """
    place, names = Path(path), {file.absolute(), file.resolve()}
    if place.is_dir():
        inside = [name.relative_to(place.resolve()) for name in names if name.is_relative_to(place.resolve())]
        return any(_is_of_log(name) for name in inside)
    if place.is_file():
        return place.resolve() in names or (file.exists() and place.samefile(file))
    pattern = Path(os.path.abspath(path)).parts  # noqa: PTH100 - resolve would take the signs of a glob for names
    return any(matches(pattern, name.parts) for name in names)


def matches(pattern: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether a path matches a glob, both in parts."""
    if not pattern or not names:
        return not names and all(part == "**" for part in pattern)
    first, *rest = pattern
    fits = fnmatchcase(names[0], first) and (first.startswith(".") or not names[0].startswith("."))
    if first == "**":
        return matches(rest, names) or (fits and matches(pattern, names[1:]))
    return fits and matches(rest, names[1:])


def one_kind(path: str, files: Sequence[str]) -> str:
    """Return the kind that all files are of; more than one is an error."""
    kinds = sorted({_kind(file) for file in files})
    if len(kinds) > 1:
        raise InputError(
            f"{path!r} mixes {' and '.join(kinds)} files. Give a glob that takes one kind, such as '*.parquet'."
        )
    return kinds[0]


def _kind(file: str) -> str:
    """What a file is by its ending; CSV where that says nothing."""
    known = chain(ENDINGS.items(), NAMED_ONLY.items())
    return next((kind for kind, endings in known if file.lower().endswith(endings)), "CSV")


def _or(kinds: Iterable[str]) -> str:
    *some, last = kinds
    return f"{', '.join(some)} or {last}"


def _is_of_log(file: Path) -> bool:
    """Tell whether a file below the folder of a log is part of it."""
    hidden = any(part.startswith((".", "_")) for part in file.parts)
    return not hidden and file.name.lower().endswith(tuple(chain(*ENDINGS.values())))
