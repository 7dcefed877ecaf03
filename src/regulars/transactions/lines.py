"""The lines of a log: one frozen value that holds the table and what is known of it as a whole."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field
from functools import cached_property

import duckdb

from regulars.params import FeatureParams
from regulars.transactions.exports.laid_out import LaidOut
from regulars.transactions.ledger import Ledger
from regulars.transactions.mapping.profile import ColumnProfile
from regulars.transactions.row_outcome import EXCLUDED, NETTED
from regulars.transactions.sql import another_connection, content_hash
from regulars.windows import RunDay, Windows


@dataclass(frozen=True, eq=False, repr=False)
class Lines:
    """A validated log of transactions, held in a private DuckDB database as the table `lines`; threads may share it.

    `lines` is sorted by customer and day and has the columns `customer_id` (in the type it came in), `day` DATE (the
    shop's: in its time zone, or in UTC where none is named),
    `is_purchase` BOOLEAN, `money` DECIMAL(18,4) (signed, as booked; only where the log carries money), and of
    `quantity`, `discount`, `unit_cost` DECIMAL(18,4), `order_id`, `product_id`, `category`, `channel` VARCHAR and
    `ingested_at` DATE those that are mapped, and `consent` BOOLEAN where a known export tells who accepts marketing.
    Columns that only this log has are called `own_number_NAME` DECIMAL(18,4) and `own_label_NAME` VARCHAR.

    Parameters
    ----------
    database : duckdb.DuckDBPyConnection
        Private: in memory, in UTC, spilling to a temporary folder. It is only there to be kept; ask by `connection`.
    source : str
        Where the log came from, for messages.
    columns : frozenset of str
        The columns of `lines`.
    ledger : Ledger
        Where every row of the source went.
    profiles : tuple of ColumnProfile
        What the columns of the source hold.
    currencies : tuple of str
        What a column that is called as a currency holds beside the money; nothing where there is none.
    layout : LaidOut or None
        What the log is read as, where it is a known export.
    first_day, last_day : datetime.date
        First and last order day (a day with a purchase).
    n_customers : int
        Customers with at least one purchase.
    run_day : RunDay
        The day on which it was read; no line is later.
    own_features : tuple of FeatureParams
        Features that its shop declares itself; they are made wherever features are.
    building : threading.Lock
        Held by a thread that makes or drops tables beside `lines`.
    """

    database: duckdb.DuckDBPyConnection
    source: str
    columns: frozenset[str]
    ledger: Ledger
    profiles: tuple[ColumnProfile, ...]
    currencies: tuple[str, ...]
    layout: LaidOut | None
    first_day: dt.date
    last_day: dt.date
    n_customers: int
    run_day: RunDay
    own_features: tuple[FeatureParams, ...] = ()
    building: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __repr__(self) -> str:
        rows = sum(entry.rows for entry in self.ledger.entries if entry.outcome != EXCLUDED)
        money = "money" if self.has_money else "no money"
        days = f"{self.first_day} to {self.last_day}"
        return f"{type(self).__name__}({self.n_customers:,} customers, {days}, {rows:,} rows, {money})"

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A new connection to the database, for one thread and one question at a time."""
        return another_connection(self.database)

    @property
    def has_money(self) -> bool:
        """Whether the lines carry money."""
        return "money" in self.columns

    @property
    def has_returns(self) -> bool:
        """Whether lines that are no purchases may have given money back."""
        return self.has_money and any(entry.outcome == NETTED for entry in self.ledger.entries)

    @property
    def tells_when_known(self) -> bool:
        """Whether the log says when its lines came in."""
        return "ingested_at" in self.columns

    def history_sql(self, windows: Windows) -> str:
        """SQL condition on `lines`: it lies before the cutoff and, where the log tells, had come in by then."""
        history = windows.history_sql("day")
        return f"{history} AND {windows.known_sql('ingested_at')}" if self.tells_when_known else history

    def customers_sql(self, windows: Windows) -> str:
        """SQL query: `customer_id` of everybody with a purchase that was known at the cutoff, once."""
        return f"SELECT DISTINCT customer_id FROM lines WHERE is_purchase AND {self.history_sql(windows)}"

    def rows_before(self, windows: Windows) -> int:
        """Rows of `lines` that were known at the cutoff."""
        asked = f"SELECT count(*) FROM lines WHERE {self.history_sql(windows)}"
        return int(self.connection.execute(asked).fetchall()[0][0])

    def customers_before(self, windows: Windows) -> int:
        """Customers with a purchase that was known at the cutoff."""
        asked = f"SELECT count(DISTINCT customer_id) FROM lines WHERE is_purchase AND {self.history_sql(windows)}"
        return int(self.connection.execute(asked).fetchall()[0][0])

    def last_day_before(self, windows: Windows) -> dt.date:
        """Last order day known at the cutoff; the first of all where there is none."""
        return self.span_before(windows)[1]

    def span_before(self, windows: Windows) -> tuple[dt.date, dt.date]:
        """First and last order day known at the cutoff; the first of all where there is none."""
        asked = f"SELECT min(day), max(day) FROM lines WHERE is_purchase AND {self.history_sql(windows)}"
        first, last = self.connection.execute(asked).fetchall()[0]
        return first or self.first_day, last or self.first_day

    @cached_property
    def data_hash(self) -> str:
        """Hash (64 hex digits) of what `lines` holds, whatever the order of its rows or the number of threads."""
        return content_hash(self.connection, "lines")
