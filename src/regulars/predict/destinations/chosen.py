"""Which kind of place an address means."""

from __future__ import annotations

from pathlib import Path

from regulars.errors import InputError
from regulars.predict.destinations.destination import Destination
from regulars.predict.destinations.duckdb_table import DuckdbTable
from regulars.predict.destinations.hive_folder import HiveFolder
from regulars.predict.destinations.postgres_table import PostgresTable
from regulars.predict.destinations.sqlite_table import SqliteTable
from regulars.predict.destinations.stored_object import StoredObject
from regulars.predict.destinations.table_file import TableFile
from regulars.predict.destinations.table_name import TableName
from regulars.predict.places import TABLE
from regulars.redact import remember
from regulars.transactions.sources.cloud import is_cloud
from regulars.transactions.sources.databases import file_kind, is_postgres

NEW_DATABASES = {".duckdb": "DuckDB", ".sqlite": "SQLite", ".db": "SQLite"}  # by their endings; others by their content


def destination_of(
    out: str, table: str | None = None, *, own: Path = Path("models"), memory_limit: str | None = None
) -> Destination:
    """The place for scores that an address means: to write them to, or to read them from.

    Parameters
    ----------
    out : str
        A file of Parquet or CSV; a folder that ends in `/`; a file of DuckDB or SQLite; the
        address of a PostgreSQL database, or of an object in S3.
    table : str, optional
        The table, in a database.
    own : Path
        A folder of this machine: finished parts of what goes to a server lie there until it is written.
    memory_limit : str, optional
        As "2GB"; what DuckDB may hold while it writes.

    Raises
    ------
    InputError
        If it means none.

    Examples
    --------
    >>> type(destination_of("scores/")).__name__
    'HiveFolder'
    """
    remember(out)
    if is_postgres(out):
        return PostgresTable(out, TableName.of(table, with_schema=True), own, memory_limit)
    if is_cloud(out) and table is None:
        return StoredObject(out, own)
    if not out or ("://" in out and not is_cloud(out)):
        raise InputError(
            f"{out!r} is no place for scores: give a file ({', '.join(TABLE.endings)}), a folder that ends in '/', "
            f"or a database ({', '.join(NEW_DATABASES)}, postgresql://user@host/database), or s3://bucket/path.parquet."
        )
    path = Path(out)
    kind = None if is_cloud(out) else _database_kind(path)
    if kind == "DuckDB":
        return DuckdbTable(path, TableName.of(table, with_schema=True), memory_limit)
    if kind == "SQLite":
        return SqliteTable(path, TableName.of(table))
    if table is not None:
        raise InputError(
            f"--table is {table!r}, but {out!r} is no database: those end in {', '.join(NEW_DATABASES)}, or are there "
            "already. Leave --table out."
        )
    return HiveFolder(path) if out.endswith("/") else TableFile(path)


def _database_kind(path: Path) -> str | None:
    """Whose database a file is, or will be; None for no database."""
    by_ending = NEW_DATABASES.get(path.suffix)
    try:
        found = file_kind(path)
        is_new = not path.exists() or (path.is_file() and not path.stat().st_size)
    except (OSError, ValueError):
        return by_ending  # the check of the place says what is wrong with it
    if found or is_new or not by_ending or path.is_dir():
        return found or by_ending
    raise InputError(f"{str(path)!r} is there, and is no database of DuckDB or SQLite: give another place.")
