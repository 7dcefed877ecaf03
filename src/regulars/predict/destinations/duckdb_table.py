"""A table in a DuckDB file."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from regulars.errors import InputError
from regulars.predict.destinations import attached
from regulars.predict.destinations.attached import SINK
from regulars.predict.destinations.destination import CHECK_FILE, Placed, refused
from regulars.predict.destinations.read_back import Read, as_in_a_file
from regulars.predict.destinations.table_name import TableName
from regulars.predict.part_files import UndeliveredError
from regulars.predict.places import Inputs, check_file
from regulars.predict.sinks import Tables
from regulars.tables import SCORES
from regulars.transactions.sql import connect, in_words, literal

USUAL_SCHEMA = "main"


@dataclass(frozen=True)
class DuckdbTable:
    """A table that holds the scores of many cutoffs, and another one with their manifests.

    Parameters
    ----------
    file : Path
        Made where it is not there.
    table : TableName
    memory_limit : str, optional
        As "2GB".
    """

    file: Path
    table: TableName
    memory_limit: str | None = None

    @property
    def local_path(self) -> Path:
        """The file, and the table's name."""
        return self.file.with_name(f"{self.file.name}.{self.table.in_words}")

    def check(self, inputs: Inputs) -> None:
        """Refuse a file that is read or locked or cannot be written, and a table with other columns."""
        check_file(self.file, inputs=inputs)
        if not self._is_there:
            if self.table.schema not in (None, USUAL_SCHEMA):
                raise InputError(f"{str(self.file)!r} has no schema {self.table.schema!r} yet: make it first.")
            return
        if not os.access(self.file, os.W_OK):
            raise InputError(f"{str(self.file)!r} cannot be written: you lack the right. Nothing was changed.")
        with self.opened(read_only=True) as connection:
            attached.check(connection, self._in_schema, self._in_words, dict.fromkeys(SCORES))

    def find(self, inputs: str) -> Placed | None:
        """The scores that were made from these inputs, if their number is what the manifest says."""
        if not self._is_there:
            return None
        with self.opened(read_only=True) as connection:
            content = attached.find(connection, self._in_schema, inputs)
        return self._placed(content) if content else None

    def read(self, cutoff: dt.date | None = None) -> Read:
        """The scores of a cutoff, if their number is what the manifest says."""
        if not self._is_there:
            raise InputError(f"There is no database {str(self.file)!r}. Give the one that `regulars score` wrote.")
        with self.opened(read_only=True, doing="read") as connection:
            found = attached.read(connection, self._in_schema, self._in_words, cutoff)
        return Read(as_in_a_file(found), self._in_words)

    def write(self, scores: Tables, content: Mapping[str, Any]) -> Placed:
        """Replace the rows of the cutoff, in one transaction."""
        is_new = not self._is_there
        if is_new:
            self.file.unlink(missing_ok=True)  # an empty one is no database for DuckDB
        try:
            with self.opened() as connection:
                try:
                    attached.write(connection, self._in_schema, self._in_words, scores, content)
                except BaseException:
                    if is_new:
                        self.file.unlink(missing_ok=True)
                    raise
        except InputError as error:
            raise UndeliveredError(*error.args) from None
        return self._placed(content)

    @contextmanager
    def opened(self, *, read_only: bool = False, doing: str = "written") -> Iterator[duckdb.DuckDBPyConnection]:
        """Attach the file; what DuckDB refuses is one error in words."""
        try:
            with closing(connect(self.memory_limit)) as connection:
                how = "TYPE duckdb, READ_ONLY" if read_only else "TYPE duckdb"
                connection.execute(f"ATTACH {literal(str(self.file))} AS {SINK} ({how})")
                yield connection
        except duckdb.Error as error:
            raise refused(repr(str(self.file)), doing, in_words(error), CHECK_FILE) from None

    @property
    def _is_there(self) -> bool:
        return self.file.exists() and self.file.stat().st_size > 0

    @property
    def _in_schema(self) -> TableName:
        return TableName(self.table.name, self.table.schema or USUAL_SCHEMA)

    @property
    def _in_words(self) -> str:
        return f"table {self.table.in_words!r} in {str(self.file)!r}"

    def _placed(self, content: Mapping[str, Any]) -> Placed:
        manifest = f"{self.file} ({self.table.manifest.in_words})"
        return Placed(str(self.file), manifest, content, self.table.in_words)
