"""A folder with one Parquet file a cutoff, as DuckDB, Spark, Athena and pandas read it: `cutoff=2024-01-01/`.

Nothing but the tables lies in it: some readers take every file for one, hidden ones too. Manifests and drafts lie
beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.errors import InputError
from regulars.files import whole_files
from regulars.predict.destinations.columns import refuse_other_columns
from regulars.predict.destinations.destination import Placed
from regulars.predict.destinations.read_back import Read, chosen
from regulars.predict.destinations.table_file import TableFile, placed_file
from regulars.predict.places import HIVE_KEY, Inputs, check_folder, draft_folder, make_folder, manifest_of
from regulars.predict.sinks import Tables, draft_manifest, draft_tables

FILE = "scores.parquet"
ANY_DAY = "2000-01-01"


@dataclass(frozen=True)
class HiveFolder:
    """A folder that holds the scores of many cutoffs; the cutoff stands in the name of the folder of each.

    Parameters
    ----------
    root : Path
    """

    root: Path

    @property
    def local_path(self) -> Path:
        """The folder: parts lie outside of it."""
        return self.root

    def check(self, inputs: Inputs) -> None:
        """Refuse a folder that takes no files, or whose files would be read as the log."""
        check_folder(self.root)
        check_folder(self.root.parent)  # drafts and manifests lie there
        for path in (file := self._file(ANY_DAY), manifest_of(file)):
            inputs.refuse(path, "give another --out")

    def find(self, inputs: str) -> Placed | None:
        """The file of a cutoff, the latest that was made from these inputs and is whole."""
        made = (placed_file(file, inputs) for file in reversed(self._files()))
        return next(filter(None, made), None)

    def read(self, cutoff: dt.date | None = None) -> Read:
        """The file of the cutoff."""
        files = {file.parent.name.removeprefix(HIVE_KEY): file for file in self._files()}
        return TableFile(chosen(files, cutoff, f"folder {str(self.root)!r}")).read()

    def write(self, scores: Tables, content: Mapping[str, Any]) -> Placed:
        """Replace the file of the cutoff: whoever reads sees the old one or the new one."""
        file = self._file(content["cutoff"])
        self._refuse_others(file, scores.schema)
        for folder in (self.root, file.parent, manifest_of(file).parent):
            make_folder(folder)
        try:
            with whole_files(aside=draft_folder(file)) as files:
                digest = draft_tables(files, _WithoutCutoff(scores), file)
                draft_manifest(files, file, digest, content)
        finally:
            for folder in (file.parent, manifest_of(file).parent, self.root):
                with suppress(OSError):  # it holds something
                    folder.rmdir()
        return Placed(str(file), str(manifest_of(file)), content)

    def _file(self, cutoff: str) -> Path:
        return self.root / f"{HIVE_KEY}{cutoff}" / FILE

    def _files(self) -> list[Path]:
        return sorted(self.root.glob(f"{HIVE_KEY}*/{FILE}"))

    def _refuse_others(self, file: Path, schema: pa.Schema) -> None:
        """Refuse a partition with files of others, and a table that has other columns at other cutoffs."""
        others = sorted(path.name for path in file.parent.glob("*") if path.name != FILE)
        if others:
            raise InputError(
                f"{str(file.parent)!r} holds other files: {', '.join(others[:3])}. They would be read together with "
                "the scores. Move them, or give another --out."
            )
        if before := [path for path in self._files() if path != file]:
            found = {field.name: str(field.type) for field in pq.read_schema(before[-1])}
            expected = {field.name: str(field.type) for field in _without_cutoff(schema)}
            refuse_other_columns(f"table {str(before[-1])!r}", expected, found, "give another --out")


@dataclass(frozen=True)
class _WithoutCutoff:
    """Scores without the column that stands in the name of the folder: readers refuse to have it twice."""

    scores: Tables

    @property
    def schema(self) -> pa.Schema:
        return _without_cutoff(self.scores.schema)

    @property
    def has_returns_in_texts(self) -> bool:
        return self.scores.has_returns_in_texts

    def tables(self) -> Iterator[pa.Table]:
        for table in self.scores.tables():
            yield table.select(self.schema.names).replace_schema_metadata(None)


def _without_cutoff(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field for field in schema if field.name != "cutoff"])
