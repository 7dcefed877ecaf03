"""A file of Parquet or CSV, with its manifest beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.errors import InputError
from regulars.files import whole_files
from regulars.predict.destinations.destination import Placed
from regulars.predict.destinations.read_back import Read
from regulars.predict.places import TABLE, Inputs, check_file, manifest_of
from regulars.predict.sinks import Tables, draft_manifest, draft_tables, read_manifest, read_table
from regulars.tables import SCORES


@dataclass(frozen=True)
class TableFile:
    """A file that holds the scores of one cutoff, the latest that was written."""

    path: Path

    @property
    def local_path(self) -> Path:
        """The file."""
        return self.path

    def check(self, inputs: Inputs) -> None:
        """Refuse another ending, a folder that takes no files, and what is read."""
        if self.path.suffix not in TABLE.endings and self._is_folder:
            raise InputError(
                f"{str(self.path)!r} is a folder. End it in '/' for a file of each cutoff in it, or give a file."
            )
        check_file(self.path, TABLE, inputs=inputs)

    @property
    def _is_folder(self) -> bool:
        try:
            return self.path.is_dir()
        except OSError:  # `check_file` says what is wrong with the path
            return False

    def find(self, inputs: str) -> Placed | None:
        """The file, if its manifest says so and its checksum holds."""
        return placed_file(self.path, inputs)

    def read(self, cutoff: dt.date | None = None) -> Read:
        """The scores, of whatever cutoff, if they have the checksum of the manifest, where there is one."""
        frame, written = read_table(self.path, SCORES, texts=("model_version",)), read_manifest(self.path).get("sha256")
        if written and written != hashlib.sha256(self.path.read_bytes()).hexdigest():
            raise InputError(
                f"{str(self.path)!r} is not the table that its manifest names: its checksum differs. Restore it, or "
                "score again."
            )
        return Read(frame, repr(str(self.path)))

    def write(self, scores: Tables, content: Mapping[str, Any]) -> Placed:
        """Write the file and its manifest.

        Parameters
        ----------
        scores : Tables
            Scores of one cutoff, in parts.
        content : mapping
            What the manifest says beside the name and the checksum of the table.

        Returns
        -------
        Placed
            The paths of the file and of its manifest.
        """
        with whole_files() as files:
            digest = draft_tables(files, scores, self.path)
            draft_manifest(files, self.path, digest, content)
        return Placed(str(self.path), str(manifest_of(self.path)), content)


def placed_file(path: Path, inputs: str) -> Placed | None:
    """A table on disk, if it was made from these inputs and is whole."""
    manifest = read_manifest(path)
    if manifest.get("inputs") != inputs:
        return None
    with path.open("rb") as file:
        is_whole = manifest.get("sha256") == hashlib.file_digest(file, "sha256").hexdigest()
    return Placed(str(path), str(manifest_of(path)), manifest) if is_whole else None
