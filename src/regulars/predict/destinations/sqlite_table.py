"""A table in a SQLite file."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.errors import InputError
from regulars.predict.destinations.columns import refuse_other_columns, with_days
from regulars.predict.destinations.destination import CHECK_FILE, Placed, refused
from regulars.predict.destinations.manifests import MANIFEST_COLUMNS, manifest_row
from regulars.predict.destinations.read_back import Read, as_in_a_file, chosen, refuse_missing, refuse_other_count
from regulars.predict.destinations.table_name import TableName
from regulars.predict.part_files import UndeliveredError
from regulars.predict.places import Inputs, check_file
from regulars.predict.sinks import Tables
from regulars.tables import SCORES
from regulars.transactions.sql import identifier

WAIT_SECONDS = 10.0  # for whoever holds the lock
ROWS_AT_ONCE = 8_192
KINDS = {"VARCHAR": "TEXT", "DATE": "TEXT", "BIGINT": "INTEGER"}  # days are text, as 2024-01-31

TYPES = {"INTEGER": pa.int64(), "TEXT": pa.string(), "REAL": pa.float64()}
AFFINITIES = {"INTEGER": ("INT",), "TEXT": ("CHAR", "CLOB", "TEXT"), "REAL": ("REAL", "FLOA", "DOUBLE")}


@dataclass(frozen=True)
class SqliteTable:
    """A table that holds the scores of many cutoffs, and another one with their manifests.

    Parameters
    ----------
    file : Path
        Made where it is not there.
    table : TableName
    """

    file: Path
    table: TableName

    @property
    def local_path(self) -> Path:
        """The file, and the table's name."""
        return self.file.with_name(f"{self.file.name}.{self.table.name}")

    def check(self, inputs: Inputs) -> None:
        """Refuse a file that is read or locked or cannot be written, and a table with other columns."""
        check_file(self.file, inputs=inputs)
        if not self.file.exists():
            return
        with self.opened("rw") as database:
            self._refuse_other_columns(database, dict.fromkeys(SCORES))
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")

    def find(self, inputs: str) -> Placed | None:
        """The scores that were made from these inputs, if their number is what the manifest says."""
        if not self.file.exists():
            return None
        with self.opened("ro") as database:
            if not (_columns(database, self.table.manifest) and _columns(database, self.table)):
                return None
            found = database.execute(
                f"SELECT content FROM {self.table.manifest.sql} WHERE inputs = ? ORDER BY cutoff DESC", [inputs]
            ).fetchone()
            content = json.loads(found[0]) if found else {}
            counted = f"SELECT count(*) FROM {self.table.sql} WHERE cutoff = ?"
            is_whole = found and database.execute(counted, [content["cutoff"]]).fetchone() == (content["rows"],)
        return self._placed(content) if is_whole else None

    def read(self, cutoff: dt.date | None = None) -> Read:
        """The scores of a cutoff, if their number is what the manifest says."""
        if not self.file.exists():
            raise InputError(f"There is no database {str(self.file)!r}. Give the one that `regulars score` wrote.")
        named = f"table {self.table.name!r} in {str(self.file)!r}"
        with self.opened("ro", doing="read") as database:
            database.execute("BEGIN")  # what is read is of one moment
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            kinds, manifests = _columns(database, self.table), {}
            refuse_missing(named, kinds, [name for (name,) in tables])
            if _columns(database, self.table.manifest):
                found = database.execute(f"SELECT cutoff, content FROM {self.table.manifest.sql}").fetchall()
                manifests = dict(found)
            content = json.loads(chosen(manifests, cutoff, named))
            asked = f"SELECT {', '.join(map(identifier, SCORES))} FROM {self.table.sql} WHERE cutoff = ?"
            rows = database.execute(asked, [content["cutoff"]]).fetchall()
        refuse_other_count(len(rows), content, named)
        columns = zip(SCORES, zip(*rows, strict=True), strict=True)
        return Read(as_in_a_file(pa.table({name: pa.array(of, TYPES[kinds[name]]) for name, of in columns})), named)

    def write(self, scores: Tables, content: Mapping[str, Any]) -> Placed:
        """Replace the rows of the cutoff, in one transaction."""
        was_there = self.file.exists()
        try:
            with self.opened("rwc") as database:
                self._write(database, scores, content)
        except BaseException as error:
            if not was_there and self.file.exists() and not self.file.stat().st_size:
                self.file.unlink()
            if isinstance(error, InputError):
                raise UndeliveredError(*error.args) from None
            raise
        return self._placed(content)

    def _write(self, database: sqlite3.Connection, scores: Tables, content: Mapping[str, Any]) -> None:
        kinds = {field.name: _kind(field.type) for field in with_days(scores.schema.empty_table()).schema}
        database.execute("BEGIN IMMEDIATE")
        try:
            self._refuse_other_columns(database, kinds)
            for table, columns, key in (
                (self.table, kinds, ("cutoff", "customer_id")),
                (self.table.manifest, {name: KINDS[kind] for name, kind in MANIFEST_COLUMNS.items()}, ("cutoff",)),
            ):
                listed = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
                database.execute(f"CREATE TABLE IF NOT EXISTS {table.sql} ({listed}, PRIMARY KEY ({', '.join(key)}))")
                database.execute(f"DELETE FROM {table.sql} WHERE cutoff = ?", [content["cutoff"]])
            for table in scores.tables():
                database.executemany(_insert(self.table, kinds), _rows(table))
            database.execute(_insert(self.table.manifest, MANIFEST_COLUMNS), manifest_row(self.table.name, content))
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise

    def _refuse_other_columns(self, database: sqlite3.Connection, expected: Mapping[str, str | None]) -> None:
        for table, columns in ((self.table, expected), (self.table.manifest, dict.fromkeys(MANIFEST_COLUMNS))):
            if found := _columns(database, table):
                place = f"table {table.name!r} in {str(self.file)!r}"
                refuse_other_columns(place, columns, found, "give another --table, or rename this one")

    @contextmanager
    def opened(self, mode: str, *, doing: str = "written") -> Iterator[sqlite3.Connection]:
        """Open the file; what SQLite refuses is one error in words."""
        address = f"{self.file.resolve().as_uri()}?mode={mode}"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS, isolation_level=None)) as database:
                yield database
        except (sqlite3.Error, OverflowError) as error:
            raise refused(repr(str(self.file)), doing, str(error), CHECK_FILE) from None

    def _placed(self, content: Mapping[str, Any]) -> Placed:
        return Placed(str(self.file), f"{self.file} ({self.table.manifest.name})", content, self.table.name)


def _columns(database: sqlite3.Connection, table: TableName) -> dict[str, str]:
    """The columns of a table with their types; none where it is not there."""
    found = database.execute("SELECT name, type FROM pragma_table_info(?)", [table.name]).fetchall()
    return {name: _affinity(declared) for name, declared in found}


def _affinity(declared: str) -> str:
    """What SQLite makes of a declared type: https://www.sqlite.org/datatype3.html, section 3.1."""
    for kind, signs in AFFINITIES.items():
        if any(sign in declared.upper() for sign in signs):
            return kind
    return declared


def _insert(table: TableName, columns: Mapping[str, str]) -> str:
    names, marks = ", ".join(map(identifier, columns)), ", ".join("?" * len(columns))
    return f"INSERT INTO {table.sql} ({names}) VALUES ({marks})"


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return "INTEGER"
    return "REAL" if pa.types.is_floating(kind) else "TEXT"


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    days = with_days(table)
    kept = [column.cast(pa.large_string()) if _kind(column.type) == "TEXT" else column for column in days.itercolumns()]
    for batch in pa.table(kept, names=days.column_names).to_batches(max_chunksize=ROWS_AT_ONCE):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
