"""The private DuckDB connection, and the quoting that keeps names and values from becoming SQL."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable

import duckdb

SETTINGS = {
    "autoinstall_known_extensions": "false",  # nothing is fetched from the network behind a person's back
    "autoload_known_extensions": "false",
}


def connect() -> duckdb.DuckDBPyConnection:
    """Open a private in-memory database that thinks in UTC and spills into a folder of its own."""
    spill = tempfile.TemporaryDirectory(prefix="regulars-", ignore_cleanup_errors=True)
    connection = duckdb.connect(":memory:", config={**SETTINGS, "temp_directory": spill.name})
    connection.execute("SET TimeZone = 'UTC'")
    weakref.finalize(connection, spill.cleanup)
    return connection


def identifier(name: str) -> str:
    """Quote a column name.

    Examples
    --------
    >>> print(identifier('the "net" amount'))
    "the ""net"" amount"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text.

    Examples
    --------
    >>> print(literal("l'été.csv"))
    'l''été.csv'
    """
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Quote texts as an SQL list."""
    return "[" + ", ".join(literal(text) for text in texts) + "]"


def first_line(error: Exception) -> str:
    """Return what an error says, without the advice that DuckDB appends."""
    return str(error).strip().splitlines()[0]
