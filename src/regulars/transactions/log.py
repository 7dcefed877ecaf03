"""The validated log: one frozen value that the rooms above ask."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import duckdb

from regulars.errors import Faults, InputError, ParamsError
from regulars.params import ColumnParams
from regulars.progress import note, step
from regulars.transactions.clean import judge, book
from regulars.transactions.ledger import Ledger, account
from regulars.transactions.mapping import column_params, make_readings
from regulars.transactions.profile import profile
from regulars.transactions.read import open_source
from regulars.transactions.sql import connect, first_line

Returns = Literal["net", "drop", "keep"]


@dataclass(frozen=True, eq=False)
class Transactions:
    """A validated log of transactions, held in a private DuckDB connection as the table `lines`.

    `lines` is sorted by customer and day and has the columns `customer_id` (in the type it came in), `day` DATE,
    `is_purchase` BOOLEAN, `money` DECIMAL(18,4) (signed, as booked; only where the log carries money), and of
    `quantity`, `order_id`, `product_id`, `category`, `channel`, `discount`, `unit_cost`, `ingested_at` those mapped.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Private; in-memory, UTC, spilling to a temporary folder.
    source : str
        Where the log came from, for messages.
    columns : frozenset of str
        The columns of `lines`.
    ledger : Ledger
        Where every row of the source went.
    first_day, last_day : datetime.date
        First and last order day (a day with a purchase).
    n_customers : int
        Customers with at least one line.
    """

    connection: duckdb.DuckDBPyConnection
    source: str
    columns: frozenset[str]
    ledger: Ledger
    first_day: dt.date
    last_day: dt.date
    n_customers: int

    @property
    def has_money(self) -> bool:
        """Whether the lines carry money."""
        return "money" in self.columns

    @cached_property
    def data_hash(self) -> str:
        """Hash (64 hex digits) of what `lines` holds, whatever the order of its rows."""
        described = self.connection.execute("DESCRIBE lines").fetchall()
        shape = ", ".join(f"{name} {kind}" for name, kind, *_ in described)
        text = ", ".join(f"coalesce(CAST({name} AS VARCHAR), chr(0))" for name, *_ in described)
        sums = self.connection.execute(f"""
            SELECT count(*), sum((line >> 64)::UBIGINT), sum((line & 18446744073709551615)::UBIGINT)
            FROM (SELECT md5_number(concat_ws(chr(31), {text})) AS line FROM lines)""").fetchall()[0]
        return hashlib.sha256(f"{shape} {sums}".encode()).hexdigest()


def read_transactions(
    source: Any,
    columns: Mapping[str, str] | ColumnParams | None = None,
    *,
    returns: Returns = "net",
    table: str | None = None,
) -> Transactions:
    """Read a log of transactions and account for every one of its rows.

    Parameters
    ----------
    source : path, str or frame
        A CSV or Parquet file, a folder or glob of them, "demo", or a pandas or pyarrow frame.
    columns : mapping, optional
        Our name: the user's column. Without it: customer_id, ordered_at from `date`, amount.
    returns : {"net", "drop", "keep"}
        net: purchases count, the money of other lines is booked on its own day. drop: other lines are excluded.
        keep: every line is a purchase with its sign.
    table : str, optional
        Table or query, for a database.

    Raises
    ------
    InputError
        Naming every fault: missing columns, values that stand there but cannot be read, nothing left to use.

    Examples
    --------
    >>> tx = read_transactions("demo")
    >>> tx.n_customers, str(tx.first_day), str(tx.last_day)
    (23570, '1997-01-01', '1998-06-30')
    >>> tx.ledger.frame[["outcome", "reason", "rows", "customers", "money"]]
      outcome    reason   rows  customers       money
    0    used  purchase  69659      23570  2500315.63
    """
    if returns not in get_args(Returns):
        raise ParamsError(f"returns is {returns!r}. It should be one of {', '.join(get_args(Returns))}.")
    mapping, connection = column_params(columns), connect()
    with step("read transactions"):
        opened = open_source(connection, source, table)
        try:
            ledger = _read(connection, opened, mapping, returns)
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise InputError(f"{opened.name} cannot be read: {first_line(error)}") from None
    carried = frozenset(name for name, *_ in connection.execute("DESCRIBE lines").fetchall())
    first_day, last_day = connection.execute("SELECT min(day), max(day) FROM lines WHERE is_purchase").fetchall()[0]
    if first_day is None:
        raise InputError(f"{opened.name} has no purchase left: {_where_to(ledger)}.")
    (customers,) = connection.execute("SELECT count(DISTINCT customer_id) FROM lines").fetchall()[0]
    if "money" not in carried:
        note("The log carries no money (neither amount nor quantity and unit_price is mapped): money columns are null.")
    return Transactions(connection, opened.name, carried, ledger, first_day, last_day, customers)


def _read(connection, source, columns, returns):
    faults = Faults(f"{source.name} cannot be used")
    readings = make_readings(connection, source, columns, faults)
    columns = profile(connection, source, readings, faults)
    faults.raise_if_any()
    judge(connection, source, readings, returns)
    ledger = account(connection, has_money="amount" in readings)
    book(connection, source, readings)
    return ledger


def _where_to(ledger: Ledger) -> str:
    return ", ".join(f"{entry.rows:,} rows {entry.outcome} ({entry.reason})" for entry in ledger.entries)
