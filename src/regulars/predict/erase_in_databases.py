"""Removing one customer from tables of scores in databases, with their manifests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from regulars.errors import InputError
from regulars.predict.destinations import postgres_table
from regulars.predict.destinations.attached import SINK, UncertainError, locking
from regulars.predict.destinations.duckdb_table import DuckdbTable
from regulars.predict.destinations.manifests import MANIFEST_COLUMNS
from regulars.predict.destinations.postgres_table import OnServer
from regulars.predict.destinations.sqlite_table import SqliteTable
from regulars.predict.destinations.table_name import PLAIN, TableName
from regulars.predict.erase import Found, Sought, without
from regulars.redact import redact
from regulars.transactions.sources.databases import file_kind

ID = "CAST(customer_id AS VARCHAR)"
TABLES = {
    "SQLite": "SELECT NULL, name FROM sqlite_master WHERE type = 'table' ORDER BY name",
    "DuckDB": f"SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = '{SINK}' ORDER BY ALL",
    "PostgreSQL": "SELECT table_schema::text, table_name::text FROM information_schema.tables "
    "WHERE table_type = 'BASE TABLE' ORDER BY 1, 2",
}
DAY = {"PostgreSQL": "to_char(cutoff, 'YYYY-MM-DD')"}  # as text; elsewhere a cast gives it, whatever the settings


class Rows(Protocol):
    """What a statement gave."""

    @property
    def description(self) -> Any:
        """A tuple a column, its name first."""

    def fetchall(self) -> list[Any]:
        """The rows."""


class Connection(Protocol):
    """A way into a database."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        """Run a statement."""


@dataclass(frozen=True)
class Database:
    """A database that is open."""

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
            if PLAIN.fullmatch(table.name)
            and table.manifest in tables
            and self._columns(table.manifest) == [*MANIFEST_COLUMNS]
            and {"cutoff", "customer_id"} <= set(self._columns(table))
        ]

    def count(self, table: TableName, sought: Sought) -> dict[str, int]:
        """How many rows of the customer there are, by cutoff."""
        counted = f"SELECT {self._day}, count(*) FROM {self.sql(table)} WHERE {{}} GROUP BY cutoff"
        condition, ids = self._of_customer(table, sought)
        return dict(self.connection.execute(counted.format(condition), ids).fetchall()) if ids else {}

    def total(self, table: TableName) -> int:
        """How many rows there are."""
        return int(self.connection.execute(f"SELECT count(*) FROM {self.sql(table)}").fetchall()[0][0])

    def erase(self, table: TableName, sought: Sought) -> None:
        """Remove the rows of the customer, and count them in the manifests; all or nothing."""
        self.connection.execute("BEGIN IMMEDIATE" if self.kind == "SQLite" else "BEGIN")
        try:
            for statement in locking(table) if self.kind == "PostgreSQL" else ():
                self.connection.execute(statement)
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
        where = f"{self.sql(manifest)} {{}} WHERE {self._day} = ?"
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

    @property
    def _day(self) -> str:
        return DAY.get(self.kind, "CAST(cutoff AS VARCHAR)")

    def _columns(self, table: TableName) -> list[str]:
        return [name for name, *_ in self.connection.execute(f"SELECT * FROM {self.sql(table)} LIMIT 0").description]


def search_database(place: Path | str, sought: Sought) -> Iterator[Found]:
    """Look for a customer in the tables of scores of a database.

    Parameters
    ----------
    place : Path or str
        A file, or the address of a database on a server.
    sought : Sought

    Raises
    ------
    InputError
        If it cannot be read, or another program holds it.
    """
    with _opened(place, doing="read") as database:
        for table in database.tables_of_scores():
            if rows := sum(database.count(table, sought).values()):
                yield Found(place, rows, database.total(table) - rows, has_manifest=True, table=table.in_words)


def erase_in_database(found: Found, sought: Sought) -> None:
    """Remove the rows of a customer from a table, in one transaction.

    Raises
    ------
    InputError
        If the database refuses.
    """
    with _opened(found.path, doing="written") as database:
        database.erase(TableName.of(found.table, with_schema=database.kind != "SQLite"), sought)


@contextmanager
def _opened(place: Path | str, *, doing: str) -> Iterator[Database]:
    if isinstance(place, str):
        with _on_server(place, doing=doing) as database:
            yield database
    elif file_kind(place) == "DuckDB":
        with DuckdbTable(place, TableName.of(None)).opened(read_only=doing == "read", doing=doing) as connection:
            yield Database(connection, "DuckDB")
    else:
        with SqliteTable(place, TableName.of(None)).opened(
            "ro" if doing == "read" else "rw", doing=doing
        ) as connection:
            connection.execute("PRAGMA secure_delete = ON")  # zeros in the place of what is removed
            yield Database(connection, "SQLite")


@contextmanager
def _on_server(address: str, *, doing: str) -> Iterator[Database]:
    named = f"database {redact(address)!r}"
    try:
        with postgres_table.opened(
            address, named, read_only=doing == "read", given_in="--in", doing=doing
        ) as connection:
            yield Database(OnServer(connection), "PostgreSQL")
    except UncertainError as error:
        raise InputError(
            f"The {named} may have removed the customer, or be as it was: the server went away while it was told to "
            f"keep the change ({error}). Run again: whatever is left is removed then."
        ) from None
