"""Removing one customer from tables of scores in database files, with their manifests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from regulars.predict.destinations.attached import SINK
from regulars.predict.destinations.duckdb_table import DuckdbTable
from regulars.predict.destinations.manifests import MANIFEST_COLUMNS
from regulars.predict.destinations.sqlite_table import SqliteTable
from regulars.predict.destinations.table_name import TableName
from regulars.predict.erase import Found, Sought, erase, search, without
from regulars.transactions.sources.databases import file_kind

ID = "CAST(customer_id AS VARCHAR)"
TABLES = {
    "SQLite": "SELECT NULL, name FROM sqlite_master WHERE type = 'table' ORDER BY name",
    "DuckDB": f"SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = '{SINK}' ORDER BY ALL",
}
BEGIN = {"SQLite": "BEGIN IMMEDIATE", "DuckDB": "BEGIN"}


class Rows(Protocol):
    """What a statement gave."""

    @property
    def description(self) -> Any:
        """A tuple a column, its name first."""

    def fetchall(self) -> list[Any]:
        """The rows."""


class Connection(Protocol):
    """A way into a database, of SQLite or DuckDB."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        """Run a statement."""


@dataclass(frozen=True)
class Database:
    """A database file that is open."""

    connection: Connection
    kind: str

    def sql(self, table: TableName) -> str:
        """A table as statements name it."""
        return f"{SINK}.{table.sql}" if self.kind == "DuckDB" else table.sql

    def tables_of_scores(self) -> list[TableName]:
        """The tables that `score` wrote: those with a table of manifests beside them."""
        tables = [TableName(name, schema) for schema, name in self.connection.execute(TABLES[self.kind]).fetchall()]
        return [
            table
            for table in tables
            if table.manifest in tables
            and self._columns(table.manifest) == [*MANIFEST_COLUMNS]
            and {"cutoff", "customer_id"} <= set(self._columns(table))
        ]

    def count(self, table: TableName, sought: Sought) -> dict[str, int]:
        """How many rows of the customer there are, by cutoff."""
        counted = f"SELECT CAST(cutoff AS VARCHAR), count(*) FROM {self.sql(table)} WHERE {{}} GROUP BY cutoff"
        condition, ids = self._of_customer(table, sought)
        return dict(self.connection.execute(counted.format(condition), ids).fetchall()) if ids else {}

    def total(self, table: TableName) -> int:
        """How many rows there are."""
        return int(self.connection.execute(f"SELECT count(*) FROM {self.sql(table)}").fetchall()[0][0])

    def erase(self, table: TableName, sought: Sought) -> None:
        """Remove the rows of the customer, and count them in the manifests; all or nothing."""
        self.connection.execute(BEGIN[self.kind])
        try:
            for cutoff, rows in self.count(table, sought).items():
                self._correct_manifest(table.manifest, cutoff, rows)
            condition, ids = self._of_customer(table, sought)
            if ids:
                self.connection.execute(f"DELETE FROM {self.sql(table)} WHERE {condition}", ids)
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise

    def _correct_manifest(self, manifest: TableName, cutoff: str, rows: int) -> None:
        where = f"{self.sql(manifest)} {{}} WHERE CAST(cutoff AS VARCHAR) = ?"
        for (text,) in self.connection.execute(f"SELECT content FROM {where.format('')}", [cutoff]).fetchall():
            content = json.dumps(without(json.loads(text), rows), sort_keys=True)
            corrected = where.format("SET customers = customers - ?, content = ?")
            self.connection.execute(f"UPDATE {corrected}", [rows, content, cutoff])

    def _of_customer(self, table: TableName, sought: Sought) -> tuple[str, list[str]]:
        """A condition on rows, and the ways in which the id stands in the table."""
        begins = f"substr({ID}, 1, {len(sought.customer)}) = ?"
        asked = f"SELECT DISTINCT {ID} FROM {self.sql(table)} WHERE {begins}"
        alike = self.connection.execute(asked, [sought.customer]).fetchall()
        ids = [text for (text,) in alike if sought.is_in("customer_id", text)]
        return f"{ID} IN ({', '.join('?' * len(ids))})", ids

    def _columns(self, table: TableName) -> list[str]:
        return [name for name, *_ in self.connection.execute(f"SELECT * FROM {self.sql(table)} LIMIT 0").description]


def search_all(path: Path, sought: Sought) -> Iterator[Found]:
    """Look for a customer in a table on disk, or in the tables of scores of a database file.

    Parameters
    ----------
    path : Path
    sought : Sought

    Raises
    ------
    InputError
        If it cannot be read, or another program holds it.
    """
    if kind := file_kind(path):
        with _opened(path, kind, read_only=True) as database:
            for table in database.tables_of_scores():
                if rows := sum(database.count(table, sought).values()):
                    yield Found(path, rows, database.total(table) - rows, has_manifest=True, table=table.in_words)
    elif found := search(path, sought):
        yield found


def erase_found(found: Found, sought: Sought) -> None:
    """Remove the rows of a customer from where they were found; see `erase`."""
    if found.table is None:
        erase(found, sought)
        return
    with _opened(found.path, str(file_kind(found.path)), read_only=False) as database:
        database.erase(TableName.of(found.table, with_schema=database.kind == "DuckDB"), sought)


@contextmanager
def _opened(file: Path, kind: str, *, read_only: bool) -> Iterator[Database]:
    if kind == "DuckDB":
        with DuckdbTable(file, TableName.of(None)).opened(read_only=read_only) as connection:
            yield Database(connection, kind)
    else:
        with SqliteTable(file, TableName.of(None)).opened("ro" if read_only else "rw") as connection:
            connection.execute("PRAGMA secure_delete = ON")  # zeros in the place of what is removed
            yield Database(connection, kind)
