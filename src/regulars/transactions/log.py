"""The validated log: read through the door, and accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import duckdb

from regulars.errors import Faults, InputError, ParamsError, nearest
from regulars.files import Drafts, whole_files
from regulars.params import ColumnParams, FeatureParams
from regulars.progress import note, step
from regulars.transactions.clean import book, judge, refuse_future, write_excluded
from regulars.transactions.exports.layouts import NAMES
from regulars.transactions.exports.recognised import AUTO
from regulars.transactions.forgotten import Forgotten
from regulars.transactions.ledger import Ledger, account
from regulars.transactions.lines import Lines
from regulars.transactions.mapping.mapping import Mapped, column_params, make_readings, mapping_of
from regulars.transactions.mapping.own_columns import check_names, own_readings
from regulars.transactions.mapping.profile import ColumnProfile, currencies, profile
from regulars.transactions.match import match_returns
from regulars.transactions.quality.quality import QualityReport, assess
from regulars.transactions.row_outcome import USED
from regulars.transactions.sources.read import close_source, open_source
from regulars.transactions.sources.refusals import unreadable
from regulars.transactions.sources.stillness import standing_still
from regulars.transactions.sql import connect
from regulars.transactions.values.clock import Clock
from regulars.windows import RunDay

Returns = Literal["net", "drop", "keep"]


@dataclass(frozen=True, eq=False, repr=False)
class Transactions(Lines):
    """A validated log of transactions: its lines, and the report on their quality."""

    @cached_property
    def report(self) -> QualityReport:
        """What is wrong or noteworthy in the log, whatever the windows; `assess` adds what depends on them."""
        return assess(self)


class _Accounts(NamedTuple):
    """What the passes over the source found, beside the lines."""

    ledger: Ledger
    profiles: tuple[ColumnProfile, ...]
    currencies: tuple[str, ...]


def needed_log(tx: Any, function: str) -> Transactions:
    """Return a log that has been read as it is.

    Parameters
    ----------
    tx : object
        What a caller gave.
    function : str
        Name of the called function, for the message.

    Returns
    -------
    Transactions

    Raises
    ------
    InputError
        If it is anything else: a frame or a path of one, as a rule.
    """
    if isinstance(tx, Transactions):
        return tx
    raise InputError(
        f"{function} needs a log that was read by read_transactions; found a {type(tx).__name__}. Read it first: "
        "tx = regulars.read_transactions(source, columns={our name: its column})."
    )


def read_transactions(
    source: Any,
    columns: Mapping[str, str] | ColumnParams | None = None,
    *,
    returns: Returns = "net",
    table: str | None = None,
    quarantine: str | Path | None = None,
    memory_limit: str | None = None,
    timezone: str | None = None,
    today: str | dt.date | None = None,
    layout: str = AUTO,
    forgotten: str | Path | Forgotten | None = None,
    own_columns: Mapping[str, str] | None = None,
    own_features: Sequence[FeatureParams] = (),
) -> Transactions:
    """Read a log of transactions and account for every one of its rows.

    Parameters
    ----------
    source : path, str or frame
        A CSV, Parquet, JSON or Excel file, a folder or glob of them, here or in S3; a database; "demo"; or a frame of
        pandas, Polars or Arrow.
    columns : mapping, optional
        Our name: the user's column. Without it: customer_id, ordered_at from `date`, amount; or as a known export; or
        by usual names.
    returns : {"net", "drop", "keep"}
        net: purchases count, and the money of all other lines is booked on its own day. drop: other lines are excluded.
        keep: every line is a purchase with its sign.
    table : str, optional
        Table or query, for a database.
    quarantine : path, optional
        Where to write the excluded rows, as Parquet: `source_row` (from 1), `reason`, and the values as they were read.
    memory_limit : str, optional
        What DuckDB may hold before it spills to disk, as "512MB" or "2GB". Without it: 80 % of the machine's memory.
    timezone : str, optional
        The shop's time zone, as "Europe/Berlin": moments with a zone count on the day that it was there. Without it:
        UTC. Times without a zone are the shop's own, and keep their day.
    today : day, optional
        The day of the run; lines dated after it are excluded. Without it: today, in the time zone.
    forgotten : path, optional
        The list that `regulars forget` keeps (`forgotten.parquet`, its salt beside it): lines of these customers are
        excluded.
    layout : str
        The platform whose export it is, as "shopify"; not together with `columns`. auto: it is recognised by its
        header, unless `columns` are given.
    own_columns : mapping, optional
        A name of your choice: a column that only this log has. It is read as a number or a category, and becomes
        features.
    own_features : sequence of Feature
        Features of your own, by expressions; they are checked where features are built.

    Raises
    ------
    InputError
        Naming every fault: missing columns, unreadable values, nothing left to use; or if
        more than 1 % of the rows are dated after today, the memory limit is too low for the log, or a file of it
        changes while it is read.
    ParamsError
        If the mapping, `forgotten`, `returns`, `memory_limit`, `timezone`, `layout` or `own_columns` cannot be used.

    Notes
    -----
    A purchase is a line with quantity > 0 (where mapped) and amount >= 0 that is not flagged a return. Money is read to
    its exact decimal value and rounded half away from zero to 4 digits; a return whose amount is positive is booked as
    negative. Where the log has products, the ledger says which returns match an earlier purchase of the customer.
    Values that are absent (null, blank, NaN) exclude a line, for a reason in the ledger; values that cannot be read are
    an error. Lines equal in every column of the source are dropped where an order id tells that they are the same
    order's, otherwise they are kept and counted in the report.

    Examples
    --------
    >>> tx = read_transactions("demo")
    >>> tx.n_customers, str(tx.first_day), str(tx.last_day)
    (23570, '1997-01-01', '1998-06-30')
    >>> tx
    Transactions(23,570 customers, 1997-01-01 to 1998-06-30, 69,659 rows, money)
    >>> tx.ledger.frame
      outcome    reason   rows  customers       money
    0    used  purchase  69659      23570  2500315.63
    """
    if returns not in get_args(Returns):
        raise ParamsError(f"returns is {returns!r}. It should be one of {', '.join(get_args(Returns))}.")
    if layout not in (AUTO, *NAMES):
        known = ", ".join((AUTO, *NAMES))
        raise ParamsError(f"layout is {layout!r}{nearest(str(layout), NAMES)}. It should be one of {known}.")
    own = own_columns or {}
    check_names(own)
    _check_features(own_features)
    mapping, connection = column_params(columns), connect(memory_limit)
    left_out = Forgotten.given(forgotten)
    clock = Clock.of(connection, timezone, today)
    with step("read transactions"), whole_files() as files, standing_still(connection, source):
        opened = open_source(connection, source, table)
        try:
            keep = partial(_keep_excluded, connection, files, Path(quarantine)) if quarantine else None
            log = mapping_of(connection, opened, mapping, clock, layout)
            filled = _fill_lines(connection, log, own, returns, clock, keep, left_out)
            return _transactions(connection, log, clock.run_day, filled, tuple(own_features))
        except duckdb.Error as error:
            raise unreadable(opened.name, error, opened.kind) from None


def _check_features(declared: object) -> None:
    if not isinstance(declared, Sequence) or not all(isinstance(each, FeatureParams) for each in declared):
        raise ParamsError(
            f"own_features is {declared!r}; expected a list of features. Make each by regulars.Feature(name=…, "
            "expression=…, meaning=…)."
        )


def _fill_lines(
    connection: duckdb.DuckDBPyConnection,
    log: Mapped,
    own: Mapping[str, str],
    returns: str,
    clock: Clock,
    keep_excluded: Callable[[], object] | None,
    forgotten: Forgotten | None,
) -> _Accounts:
    """Make the table `lines` from the view `source`; return what became of its rows, and what its columns hold."""
    source, numbered = log.source, keep_excluded is not None
    faults = Faults(f"{source.name} cannot be used")
    readings = make_readings(connection, log, faults, clock)
    readings |= own_readings(connection, source, own, readings.get("customer_id"))
    profiles = profile(connection, source, readings, faults)
    faults.raise_if_any(InputError)
    judge(
        connection,
        source,
        readings,
        returns,
        run_day=clock.run_day,
        numbered=numbered,
        ending=log.ending,
        forgotten=forgotten,
    )
    if returns == "net" and "product_id" in readings:
        match_returns(connection)
    if keep_excluded:
        keep_excluded()
    ledger = account(connection, has_money="amount" in readings)
    refuse_future(connection, source.name, ledger.rows, clock.run_day)
    book(connection, source, readings)
    found = currencies(connection, log) if "amount" in readings else ()
    close_source(connection)
    return _Accounts(ledger, profiles, found)


def _keep_excluded(connection: duckdb.DuckDBPyConnection, files: Drafts, path: Path) -> None:
    files.write(path, lambda aside: write_excluded(connection, aside))


def _transactions(
    connection: duckdb.DuckDBPyConnection,
    log: Mapped,
    run_day: RunDay,
    filled: _Accounts,
    own_features: tuple[FeatureParams, ...],
) -> Transactions:
    """The log whose table `lines` is filled; refused where no purchase is in it."""
    entries = filled.ledger.entries
    if not any(entry.outcome == USED for entry in entries):
        found = "; ".join(f"{entry.rows:,} rows {entry.outcome}: {entry.reason}" for entry in entries)
        raise InputError(f"{log.source.name} has no purchase in it ({found}). Check the column mapping.")
    columns = frozenset(name for name, *_ in connection.execute("DESCRIBE lines").fetchall())
    if "money" not in columns:
        note("The log carries no money (neither amount nor quantity and unit_price is mapped): money columns are null.")
    first_day, last_day, customers = connection.execute(
        "SELECT min(day), max(day), count(DISTINCT customer_id) FROM lines WHERE is_purchase"
    ).fetchall()[0]
    return Transactions(
        database=connection,
        source=log.source.name,
        columns=columns,
        ledger=filled.ledger,
        profiles=filled.profiles,
        currencies=filled.currencies,
        layout=log.layout,
        first_day=first_day,
        last_day=last_day,
        n_customers=customers,
        run_day=run_day,
        own_features=own_features,
    )
