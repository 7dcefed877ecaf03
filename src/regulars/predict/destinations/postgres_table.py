"""A table in a PostgreSQL database."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from regulars.errors import InputError
from regulars.predict.destinations import attached
from regulars.predict.destinations.attached import SINK, UncertainError, on_the_server
from regulars.predict.destinations.destination import Placed, refused
from regulars.predict.destinations.manifests import MANIFEST_COLUMNS
from regulars.predict.destinations.read_back import Read, as_in_a_file
from regulars.predict.destinations.table_name import TableName
from regulars.predict.part_files import UndeliveredError
from regulars.predict.places import Inputs, make_folder
from regulars.predict.sinks import Tables
from regulars.redact import redact
from regulars.tables import SCORES
from regulars.transactions.sources.databases import attach_postgres
from regulars.transactions.sql import connect, identifier, in_words, literal

USUAL_SCHEMA = "public"


@dataclass(frozen=True)
class PostgresTable:
    """A table that holds the scores of many cutoffs, and another one with their manifests.

    Parameters
    ----------
    address : str
        `postgresql://user@host:port/database`; the password stands in the environment.
    table : TableName
    own : Path
        A folder on this machine, for finished parts.
    memory_limit : str, optional
        As "2GB"; what DuckDB, which speaks to the server, may hold.
    """

    address: str
    table: TableName
    own: Path
    memory_limit: str | None = None

    @property
    def local_path(self) -> Path:
        """A name in a folder of this machine that stands for the address and the table."""
        digest = hashlib.sha256(self.address.encode()).hexdigest()[:12]
        return self.own / f"postgresql-{digest}.{self.table.in_words}"

    def check(self, inputs: Inputs) -> None:
        """Refuse the table of the log, a server that cannot be reached, missing rights, and a table of other columns.

        What a run writes is tried on the server, and taken back.
        """
        if inputs.table is not None and inputs.table == (self.address, self.table.in_words):
            raise InputError(f"The {self._in_words} is read from: it is the log. Give another --table.")
        make_folder(self.own)
        with self._open() as connection:
            attached.check(connection, self._in_schema, self._in_words, dict.fromkeys(SCORES))
            connection.execute("BEGIN")
            try:
                for table, columns in (
                    (self._in_schema, dict.fromkeys(SCORES, "VARCHAR")),
                    (self._in_schema.manifest, MANIFEST_COLUMNS),
                ):
                    attached.make(connection, table, columns, with_key=True)
                    names = ", ".join(map(identifier, columns))
                    on_the_server(
                        connection,
                        f"DELETE FROM {table.sql} WHERE false",
                        f"INSERT INTO {table.sql} ({names}) SELECT {names} FROM {table.sql} WHERE false",
                    )
            finally:
                connection.execute("ROLLBACK")

    def find(self, inputs: str) -> Placed | None:
        """The scores that were made from these inputs, if their number is what the manifest says."""
        with self._open(read_only=True) as connection:
            content = attached.find(connection, self._in_schema, inputs, on_server=True)
        return self._placed(content) if content else None

    def read(self, cutoff: dt.date | None = None) -> Read:
        """The scores of a cutoff, if their number is what the manifest says."""
        how = {"doing": "read", "given_in": "--scores"}
        with opened(self.address, self._in_words, self.memory_limit, read_only=True, **how) as connection:
            found = attached.read(connection, self._in_schema, self._in_words, cutoff)
        return Read(as_in_a_file(found), self._in_words)

    def write(self, scores: Tables, content: Mapping[str, Any]) -> Placed:
        """Replace the rows of the cutoff, in one transaction."""
        try:
            with self._open() as connection:
                attached.write(connection, self._in_schema, self._in_words, scores, content, on_server=True)
        except InputError as error:
            raise UndeliveredError(*error.args) from None
        except UncertainError as error:
            raise UndeliveredError(
                f"The {self._in_words} may hold the new scores, or be as it was: the server went away while it was "
                f"told to keep them ({error}). Run again: the same scores twice leave the same rows."
            ) from None
        return self._placed(content)

    @contextmanager
    def _open(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        with opened(self.address, self._in_words, self.memory_limit, read_only=read_only) as connection:
            yield connection

    @property
    def _in_schema(self) -> TableName:
        return TableName(self.table.name, self.table.schema or USUAL_SCHEMA)

    @property
    def _in_words(self) -> str:
        return f"table {self.table.in_words!r} in {redact(self.address)!r}"

    def _placed(self, content: Mapping[str, Any]) -> Placed:
        address = redact(self.address)
        return Placed(address, f"{address} ({self.table.manifest.in_words})", content, self.table.in_words)


@contextmanager
def opened(
    address: str,
    named: str,
    memory_limit: str | None = None,
    *,
    read_only: bool = False,
    given_in: str = "--out",
    doing: str = "written",
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach a database; what it refuses is one error in words.

    Parameters
    ----------
    address : str
    named : str
        What messages call it, or a table in it.
    memory_limit : str, optional
        As "2GB".
    read_only : bool
    given_in : str
        Where the address stands, for messages.
    doing : str
        What cannot be done with it where the server refuses: "written", or "read".
    """
    try:
        with closing(connect(memory_limit)) as connection:
            attach_postgres(connection, address, SINK, given_in=given_in, read_only=read_only)
            yield connection
    except duckdb.Error as error:
        check = "Check the address, the rights, and whether the server is up."
        raise refused(f"The {named}", doing, _found(error), check) from None


@dataclass(frozen=True)
class OnServer:
    """Statements that the server itself runs, so that no row of a table travels.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the database attached.
    """

    connection: duckdb.DuckDBPyConnection

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> duckdb.DuckDBPyConnection:
        """Run a statement, with a value for each `?`.

        Raises
        ------
        UncertainError
            If the server goes away while it is told to keep what was changed.
        """
        if sql in ("BEGIN", "COMMIT"):
            try:
                return self.connection.execute(sql)
            except duckdb.Error as error:
                raise UncertainError(in_words(error).rstrip(".")) from None
        if sql == "ROLLBACK":
            with suppress(duckdb.Error):  # a server that is gone has rolled back by itself
                self.connection.execute(sql)
            return self.connection
        first, *rest = sql.split("?")
        whole = first + "".join(f"{_sent(value)}{text}" for value, text in zip(values, rest, strict=True))
        call = "FROM postgres_query" if whole.startswith("SELECT") else "CALL postgres_execute"
        return self.connection.execute(f"{call}('{SINK}', {literal(whole)})")


def _sent(value: Any) -> str:
    """A value in SQL of the server: a text in hexadecimal, which no setting of the server can take for SQL."""
    return str(value) if isinstance(value, int) else f"convert_from(decode('{value.encode().hex()}', 'hex'), 'UTF8')"


def _found(error: duckdb.Error) -> str:
    """The server's own message, without the statement that it is about."""
    found = re.search(r"(?:ERROR|FATAL): +(.+)", str(error))
    return redact(found[1]) if found else in_words(error).rstrip(".; ")
