"""The private DuckDB connection, and the quoting that keeps names and values from becoming SQL."""

from __future__ import annotations

import hashlib
import re
import threading
import weakref
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import duckdb

from regulars.errors import InputError, ParamsError
from regulars.files import claim
from regulars.memory import usual_limit
from regulars.params import MEMORY
from regulars.redact import redact

GLOB_SIGNS = "*?["
LONGEST = 400  # characters of what DuckDB says that are passed on
SETTINGS = {
    "autoinstall_known_extensions": "false",  # nothing is fetched from the network behind a person's back
    "autoload_known_extensions": "false",
}


_connections: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()
# Of the set above: threads open connections while another one stops all of them. A signal may come to the thread that
# holds it.
_guard = threading.RLock()


def stop_queries() -> None:
    """Stop what runs in DuckDB's threads: a connection waits for it before it closes. Safe in a signal's handler."""
    with _guard:
        for connection in list(_connections):
            with suppress(duckdb.ConnectionException):  # another thread has closed it, and has yet to let go of it
                connection.interrupt()


def connect(memory_limit: str | None = None) -> duckdb.DuckDBPyConnection:
    """Open a private in-memory database that thinks in UTC and spills into a folder of its own.

    Without a limit it holds what the process may, where the system limits that.
    """
    if memory_limit is not None and not re.fullmatch(MEMORY, memory_limit):
        raise ParamsError(f"memory_limit is {memory_limit!r}. It should be an amount such as 512MB or 2GB, or None.")
    try:
        claimed = claim()
        spill = claimed.folder / "spill"
        spill.mkdir()
    except OSError as error:
        raise InputError(
            f"No temporary folder can be made: {error.strerror or error}. Free space, or name one that takes files in "
            "the environment variable TMPDIR."
        ) from None
    limit = memory_limit or usual_limit()
    bound = {"memory_limit": limit} if limit else {}
    connection = duckdb.connect(":memory:", config={**SETTINGS, **bound, "temp_directory": str(spill)})
    connection.execute("SET GLOBAL TimeZone = 'UTC'")  # global, so that the connections beside it think in UTC as well
    with suppress(duckdb.InvalidInputException):  # in a notebook without widgets there is none to switch off
        connection.execute("SET enable_progress_bar = false")  # DuckDB would draw it on stdout
    weakref.finalize(connection, claimed.release)
    return _stoppable(connection)


def another_connection(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Open another connection to the same database.

    A connection holds one result at a time: threads that share one read each other's rows.
    """
    return _stoppable(connection.cursor())


def _stoppable(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    with _guard:
        _connections.add(connection)
    return connection


def temporary_folder(connection: duckdb.DuckDBPyConnection) -> Path:
    """Return the folder that a connection spills into; it goes with the connection."""
    return Path(connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0])


def load_extension(connection: duckdb.DuckDBPyConnection, name: str, *, extra: str, what: str) -> None:
    """Load an extension of DuckDB from its Python package; nothing is downloaded.

    Raises
    ------
    InputError
        If the package is not installed, or made for another version of DuckDB.
    """
    package = find_spec(f"duckdb_extension_{name}")
    place = Path(package.origin).parent if package and package.origin else Path()
    file = place / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if not package or not file.is_file():
        raise InputError(
            f"{what} cannot be read without an extension of DuckDB {duckdb.__version__}: install regulars[{extra}]."
        )
    connection.execute(f"LOAD {literal(str(file))}")


def identifier(name: str) -> str:
    """Quote a column name.

    Examples
    --------
    >>> print(identifier('the "net" amount'))
    "the ""net"" amount"
    """
    return '"' + name.replace('"', '""') + '"'


def column(name: str) -> str:
    """Name a column of the view `source` so that no alias can be meant.

    Examples
    --------
    >>> print(column("amount"))
    source."amount"
    """
    return f"source.{identifier(name)}"


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


def paths(files: Iterable[str | Path]) -> str:
    """Quote file names as an SQL list.

    Examples
    --------
    >>> print(paths([Path("orders[1].csv")]))
    ['orders[[]1].csv']
    """
    # DuckDB reads every name as a glob: a sign in brackets is the plain sign.
    return literals("".join(f"[{sign}]" if sign in GLOB_SIGNS else sign for sign in str(file)) for file in files)


def content_hash(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Hash (64 hex digits) of what a table holds, whatever the order of its rows or the number of threads."""
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    shape = [f"{name} {kind}" for name, kind, *_ in described]
    text = ", ".join(f"coalesce(CAST({identifier(name)} AS VARCHAR), chr(0))" for name, *_ in described)
    # A sum of the rows' hashes forgets their order; its halves cannot overflow.
    sums = connection.execute(f"""
        SELECT count(*), sum(CAST(line >> 64 AS UBIGINT)), sum(CAST(line & 18446744073709551615 AS UBIGINT))
        FROM (SELECT md5_number(concat_ws(chr(31), {text})) AS line FROM {table})""").fetchall()[0]
    return hashlib.sha256(repr((shape, sums)).encode()).hexdigest()


def in_words(error: Exception) -> str:
    r"""Return what DuckDB found, without its class of error and its advice on options that we do not offer.

    Examples
    --------
    >>> in_words(ValueError("Invalid Input Error: Malformed JSON in line 3\n\nLINE 1: FROM read_json\n       ^"))
    'Malformed JSON in line 3'
    """
    found, *_ = re.split(r"(?i:Possible (?:fix|solution))|Try setting|LINE \d+:", str(error))
    lines = [line.strip() for line in found.splitlines() if line.strip()]
    text = re.sub(r"^[A-Z][A-Za-z ]* Error: |arrow_scan: .*Unknown error: ", "", redact("; ".join(lines)))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
