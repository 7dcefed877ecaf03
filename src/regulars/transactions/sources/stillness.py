"""A source is read in several passes, so its files have to be the same from the first to the last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from regulars.errors import InputError, RegularsError
from regulars.params import DEMO
from regulars.redact import redact
from regulars.transactions.sources.cloud import find_objects, is_cloud
from regulars.transactions.sources.databases import is_database
from regulars.transactions.sources.files import list_files
from regulars.transactions.sql import paths

Stamps = dict[str, tuple[object, ...]]


@contextmanager
def standing_still(connection: duckdb.DuckDBPyConnection, source: Any) -> Iterator[None]:
    """Refuse a source whose files change while the enclosed code reads it, and whatever it made of them.

    A database is left out: it is copied once, as it is at one moment.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        What reads it.
    source : path, str or frame

    Raises
    ------
    InputError
        If a file was written to, replaced, added or removed meanwhile; also where that made it unreadable.
    """
    before = _stamps(connection, source)
    try:
        yield
    except (RegularsError, duckdb.Error, OSError):
        _refuse_changes(source, before, _stamps(connection, source))
        raise
    _refuse_changes(source, before, _stamps(connection, source))


def _refuse_changes(source: Any, before: Stamps, after: Stamps) -> None:
    changed = sorted(file for file in {*before, *after} if before.get(file) != after.get(file))
    if not changed:
        return
    more = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
    raise InputError(
        f"{redact(str(source))} changed while it was read: {redact(changed[0])!r}{more} was written meanwhile. Nothing "
        "was made of it. Run again once it is written. An export that writes elsewhere, and is moved here when it is "
        "whole, is never read half."
    )


def _stamps(connection: duckdb.DuckDBPyConnection, source: Any) -> Stamps:
    """What tells whether a file has changed, of each file; none where it cannot be opened, which its reader says."""
    try:
        if not isinstance(source, str | Path) or str(source) == DEMO or is_database(str(source)):
            return {}
        if is_cloud(str(source)):
            files = paths(find_objects(connection, str(source)))
            asked = f"SELECT filename, size, epoch_us(last_modified) FROM read_blob({files})"
            return {str(file): (size, changed) for file, size, changed in connection.execute(asked).fetchall()}
        return {str(file): _stamp(file) for file in list_files(str(source))}
    except (RegularsError, duckdb.Error, OSError, ValueError):
        return {}


def _stamp(file: Path) -> tuple[int, ...]:
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
