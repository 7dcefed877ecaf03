"""Lines of some customers as bytes, and the log that they make again on another machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from regulars.transactions.customers.parts import Part
from regulars.transactions.log import Transactions
from regulars.transactions.sql import connect
from regulars.windows import Windows

STAYS = ("database", "building")  # what belongs to one process
SENT = "sent"
COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")


def table_as_bytes(table: pa.Table) -> bytes:
    """An Arrow table with all of its types, compressed.

    Examples
    --------
    >>> table_of_bytes(table_as_bytes(pa.table({"day": [1, 2]}))).to_pydict()
    {'day': [1, 2]}
    """
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema, options=COMPRESSED) as writer:
        writer.write_table(table)
    return bytes(out.getvalue())


def table_of_bytes(content: bytes) -> pa.Table:
    """The table that `table_as_bytes` wrote."""
    return pa.ipc.open_stream(content).read_all()


def lines_of(tx: Transactions, part: Part, windows: Windows) -> bytes:
    """The lines of some customers that were known at the cutoff; no later line leaves the log.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    part : Part
        Which customers.
    windows : Windows
        The cutoff.
    """
    with tx.connection as connection:
        asked = f"FROM lines WHERE {part.sql} AND {tx.history_sql(windows)}"
        return table_as_bytes(connection.execute(asked).to_arrow_table())


def facts_about(tx: Transactions) -> Mapping[str, Any]:
    """What is known of a log as a whole, fit to be pickled."""
    return {name: value for name, value in vars(tx).items() if name in _KEPT}


def log_of(known: Mapping[str, Any], lines: bytes) -> Transactions:
    """A log that holds these lines alone, with one thread to ask it: whoever runs many of these has none to spare.

    Parameters
    ----------
    known : mapping
        From `facts_about`; its figures are about the whole log.
    lines : bytes
        From `lines_of`.
    """
    database = connect()
    database.execute("SET threads = 1")
    database.register(SENT, table_of_bytes(lines))
    database.execute(f"CREATE TABLE lines AS FROM {SENT}")
    database.unregister(SENT)
    return Transactions(database, **known)


_KEPT = frozenset(Transactions.__dataclass_fields__) - {*STAYS}
