"""Checksums of files in the store, so that what was changed, lost or added is refused by its name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import yaml

FILES_TAG = "regulars.files"  # of a run and of a version: its files with their checksums, as JSON
NOTE_OF_MLFLOW = "registered_model_meta"  # written into a model's folder by plain MLflow when it loads the model
FEW = 3

Checksums = Mapping[str, str]


def checksums(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file below a folder, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_note(folder, path))
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def checksum(files: Checksums) -> str:
    """Return the sha256 over the names and checksums of files."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def as_tag(files: Checksums) -> str:
    """Write the checksums of files as the value of a tag."""
    return json.dumps(files, sort_keys=True, separators=(",", ":"))


def differences(found: Checksums, tag: str | None) -> str:
    """Say which files differ from those of a tag; nothing where all are the same.

    Examples
    --------
    >>> differences({"a": "1", "b": "2"}, '{"a": "3", "c": "4"}')
    'a was changed, b was added, c is missing'
    """
    kept: dict[str, str] = json.loads(tag) if tag else {}
    changes = [f"{name} was changed" for name in sorted(kept) if name in found and found[name] != kept[name]]
    changes += [f"{name} was added" for name in sorted(found) if name not in kept]
    changes += [f"{name} is missing" for name in sorted(kept) if name not in found]
    more = f" and {len(changes) - FEW} more" if len(changes) > FEW else ""
    return ", ".join(changes[:FEW]) + more


def _is_note(folder: Path, file: Path) -> bool:
    """Tell whether a file is MLflow's note of a model's name and version, and nothing else."""
    if file != folder / NOTE_OF_MLFLOW:
        return False
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return False
    return isinstance(values, dict) and set(values) == {"model_name", "model_version"}
