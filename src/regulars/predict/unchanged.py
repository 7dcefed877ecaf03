"""Whether a scores table would come out the same again: known without reading the log or loading the model.

What is compared is recorded with the table: the code, the parameters that scores follow from, the version of the model
that its address leads to, and the files. Files of up to 64 MB together are known by their content; larger ones by
place, size and the system's times of their last change, unless these are so recent that another change could have the
same time. Whatever cannot be known for sure counts as changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from regulars.errors import InputError
from regulars.params import DEMO, Params, StoreAddress
from regulars.params.model_address import CHECKSUM_TAG, CONTENT_TAG, MODEL_URI
from regulars.predict.destinations import Destination
from regulars.predict.summary import ScoresTable, Summary
from regulars.transactions import run_day
from regulars.transactions.sources.databases import is_database
from regulars.transactions.sources.demo import cdnow_file
from regulars.transactions.sources.files import find_files
from regulars.version import code_digest
from regulars.windows import as_day

HASHED_BYTES = 64_000_000  # files up to this size together are known by their content
SETTLED_SECONDS = 5.0  # since a change of a larger file: clocks of file systems are coarse
BESIDE_DATABASES = ("-wal", "-journal", ".wal")  # what is not in the database's own file yet


def inputs_of(
    params: Params, model_uri: str, more_files: Sequence[Path] = (), *, allow_past: bool = False
) -> str | None:
    """A checksum over all that scores follow from; None where it cannot be known for sure.

    Parameters
    ----------
    params : Params
    model_uri : str
    more_files : sequence of Path
        Files that count beside those of the log and the customers: the list of forgotten customers. Whether one is
        there counts too.
    allow_past : bool
    """
    try:
        version, files = _version(params, model_uri), _files(params, more_files)
    except (sqlite3.Error, InputError, OSError):
        return None
    if version is None or files is None:
        return None
    log = params.transactions.model_dump(mode="json", exclude={"memory_limit", "max_age_days"})
    known = {
        "code": code_digest(),
        "model": version,
        "files": files,
        "log": log,
        "cutoff": str(params.windows.cutoff),
        "customers": params.customers.model_dump(mode="json"),
        "consent": params.consent_column,
        "allow_past": allow_past,
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def find_unchanged(
    params: Params, out: Destination, inputs: str | None, today: dt.date | None = None
) -> ScoresTable | None:
    """The table at `out`, if it was made from these inputs, is whole, and would be the same on the day `today`."""
    try:
        placed = None if inputs is None else out.find(inputs)
    except (InputError, OSError):
        return None
    if placed is None:
        return None
    day = run_day(params.transactions.timezone, today)
    if day.is_future(as_day(placed.content["log"]["last_line"])):  # today lines would be excluded that were not then
        return None
    return ScoresTable(Summary.of_manifest(placed.content, day), placed, is_unchanged=True)


def _version(params: Params, model_uri: str) -> list[Any] | None:
    """The version that an address leads to, from the file of an embedded store: MLflow takes seconds to load."""
    file, asked = StoreAddress(params.mlflow.tracking_uri).file, MODEL_URI.fullmatch(model_uri)
    if file is None or asked is None or not file.is_file():
        return None
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=1.0)) as store:
        number = asked["version"]
        if asked["alias"]:
            found = store.execute(
                "SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?",
                (asked["name"], asked["alias"]),
            ).fetchone()
            number = found and str(found[0])
        tags = dict(
            store.execute(
                "SELECT key, value FROM model_version_tags WHERE name = ? AND version = ?", (asked["name"], number)
            ).fetchall()
        )
    if CONTENT_TAG not in tags or CHECKSUM_TAG not in tags:
        return None
    return [model_uri, number, tags[CONTENT_TAG], tags[CHECKSUM_TAG]]


def _files(params: Params, more_files: Sequence[Path]) -> list[Any] | None:
    """The files of the log, of the customers, and others, each with what tells whether it has changed."""
    found: list[Path] = []
    for path in (params.transactions.path, params.customers.path):
        if path is None:
            continue
        if path != DEMO and "://" in path:
            return None
        found += _files_at(path)
    paths = [*found, *more_files]
    there = [path for path in paths if path.exists()]
    by_content = sum(path.stat().st_size for path in there) <= HASHED_BYTES
    known = [_sha256(path) if by_content else _times(path) for path in there]
    if None in known:
        return None
    return [[str(path) for path in paths], [str(path) for path in there], known]


def _files_at(path: str) -> Iterator[Path]:
    if path == DEMO:
        yield Path(cdnow_file())
    elif is_database(path):
        yield from (Path(path), *(Path(path + ending) for ending in BESIDE_DATABASES))
    else:
        yield from find_files(path)


def _times(path: Path) -> list[int] | None:
    """Place, size and times of a file; None where a later change could have the same times."""
    found = path.stat()
    if time.time() - max(found.st_mtime, found.st_ctime) < SETTLED_SECONDS:
        return None
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
