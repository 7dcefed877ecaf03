"""Customer-day facts: one pass over the lines gives what each customer did on each day.

Every fact of a day depends on that day and the days before it only (such as the products never bought before), so
snapshots at any cutoff are sums over the facts that lie before it. Where the log tells when its lines came in, that no
longer holds: a line recorded late changes facts of days long past. Then each cutoff has facts of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from regulars.errors import InputError, InsufficientHistoryError
from regulars.features.days import BATCH
from regulars.features.returns import TAKEN_BACK, taken_back_of
from regulars.transactions import Part, Transactions
from regulars.transactions.mapping.own_columns import OWN_LABEL, OWN_NUMBER
from regulars.windows import Windows

FACTS = "facts"
TAKEN_BACK_ROWS = "taken_back_rows"
OF_PART = "lines_of_part"

# What a customer can try for the first time, or come back to.
_TRIED = {"product_id": "product", "category": "category", "channel": "channel"}


@contextmanager
def reading_facts(tx: Transactions, windows: Windows | None = None) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """Open the facts table in the log's own database, building it on first use.

    One row a customer and day, sorted: `customer_id, day, lines, return_lines`, and where the log has the columns
    `gross, net, quantity, quantities, discount, full_price, baskets`, and `product_visits, product_news,
    product_squares` (and the same of `category` and `channel`). Columns that only this log has give `_sum` and `_count`
    after their names in `lines`, where they are numbers, and `_visits`, `_news`, `_squares` and `_value`, where they
    are categories. Sums are DECIMAL, counts are integers: all are exact.
    Where returns can have taken something off order days, `taken_back` lists for each of them on which days it was
    returned, and how much (`returned_on`, `units` in ten-thousandths).

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows, optional
        Only what was known at this cutoff counts, where the log tells when its lines came in; these facts are held
        until those of another cutoff are asked for. Without it: all that is known now.

    Yields
    ------
    connection, name
        A connection that reads the table of this name, whatever other threads build or drop meanwhile.

    Raises
    ------
    InputError
        If the facts do not fit into the memory that was allowed, nor on the disk.
    """
    if windows is None or not tx.tells_when_known:
        name, lines = FACTS, "lines"
    else:
        name, lines = f"{FACTS}_at_{windows.cutoff:%Y%m%d}", f"(SELECT * FROM lines WHERE {tx.history_sql(windows)})"
    with tx.connection as connection:
        with tx.building:
            _ensure(tx, name, lines)
            connection.begin()
            connection.execute(f"SELECT 1 FROM {name} LIMIT 0")  # a transaction keeps the tables that it has looked at
        yield connection, name


@contextmanager
def reading_facts_of(tx: Transactions, windows: Windows, part: Part) -> Iterator[pa.RecordBatchReader]:
    """Compute the facts of some customers from their lines before the cutoff alone; nothing of them is kept.

    Yields
    ------
    RecordBatchReader
        Rows as of the facts table.
    """
    with tx.connection as connection:
        try:
            connection.execute(f"""
                CREATE OR REPLACE TEMP TABLE {OF_PART} AS
                SELECT * FROM lines WHERE {part.sql} AND {tx.history_sql(windows)}""")
            query = facts_query(tx.columns, OF_PART, taken_back=_taken_back(tx, connection, OF_PART))
            yield connection.execute(query).to_arrow_reader(BATCH)
        except duckdb.OutOfMemoryException:
            raise _too_large(tx) from None
        finally:
            connection.execute(f"DROP TABLE IF EXISTS {OF_PART}")


def _ensure(tx: Transactions, name: str, lines: str) -> None:
    """Build the facts table `name` of the query `lines`, where it is not there, in place of those of other cutoffs."""
    with tx.connection as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        present = {table for (table,) in tables}
        if name in present:
            return
        for other in present - {FACTS}:
            if other.startswith(f"{FACTS}_at_"):
                connection.execute(f"DROP TABLE {other}")
        try:
            _build(tx, connection, name, lines)
        except duckdb.OutOfMemoryException:
            raise _too_large(tx) from None


def _build(tx: Transactions, connection: duckdb.DuckDBPyConnection, name: str, lines: str) -> None:
    connection.execute(facts_sql(tx.columns, name, lines, taken_back=_taken_back(tx, connection, lines)))


def _taken_back(tx: Transactions, connection: duckdb.DuckDBPyConnection, lines: str) -> str | None:
    """Register what returns took off order days, and return its name; None where nothing can have been given back."""
    if not tx.has_returns:
        return None
    connection.register(TAKEN_BACK_ROWS, taken_back_of(connection, lines, with_products="product_id" in tx.columns))
    return TAKEN_BACK_ROWS


def _too_large(tx: Transactions) -> InputError:
    return InputError(
        f"What the customers of {tx.source} did day by day does not fit the memory, even with what can be put "
        "on disk. Raise --memory-limit, or free space in the temporary folder."
    )


def nobody_before(tx: Transactions, windows: Windows) -> InsufficientHistoryError:
    """The error that there is no customer at the cutoff.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    windows : Windows
        Whose cutoff lies before all purchases.

    Returns
    -------
    InsufficientHistoryError
        To be raised.
    """
    return InsufficientHistoryError(
        f"No customer has a purchase before the cutoff {windows.cutoff}: order days span {tx.first_day} to "
        f"{tx.last_day}. Choose a later cutoff."
    )


def facts_sql(
    columns: frozenset[str], name: str = FACTS, lines: str = "lines", *, taken_back: str | None = None
) -> str:
    """SQL that builds the facts table `name` of the table or query `lines`, which carries `columns`.

    `taken_back` names what returns took off order days, as `taken_back_of` tells it.
    """
    return f"CREATE TABLE {name} AS {facts_query(columns, lines, taken_back=taken_back)}"


def facts_query(columns: frozenset[str], lines: str, *, taken_back: str | None = None) -> str:
    """SQL that selects the rows of the facts table, as `facts_sql` does."""
    sums = ",\n    ".join(_day_sums(columns))
    labels = sorted(name for name in columns if name.startswith(OWN_LABEL))
    things = {column: thing for column, thing in _TRIED.items() if column in columns} | {name: name for name in labels}
    tried = [_tried_sql(column, thing, lines) for column, thing in things.items()]
    tried += [_label_sql(name, lines) for name in labels]
    counts = [
        f"coalesce({thing}_{count}, 0) AS {thing}_{count}"
        for thing in things.values()
        for count in ("visits", "news", "squares")
    ]
    counts += [f"{name}_value" for name in labels]
    if taken_back:
        tried.append(_taken_back_sql(taken_back))
        counts.append(TAKEN_BACK)
    return f"""
WITH days AS (
  SELECT customer_id, day,
    {sums}
  FROM {lines} GROUP BY customer_id, day
)
SELECT {", ".join(["days.*", *counts])}
FROM days {" ".join(tried)}
ORDER BY customer_id, day
"""


def _day_sums(columns: frozenset[str]) -> Iterator[str]:
    """Sums over the purchases of a day, and of what was given back."""

    def bought(sql: str, *, also: str = "true") -> str:
        return f"coalesce({sql} FILTER (is_purchase AND {also}), 0)"

    yield "count(*) FILTER (is_purchase) AS lines"
    yield "count(*) FILTER (NOT is_purchase) AS return_lines"
    if "money" in columns:
        yield f"{bought('sum(money)')} AS gross"
        yield "coalesce(sum(money), 0) AS net"
    if "quantity" in columns:
        yield f"{bought('sum(quantity)')} AS quantity"
        yield f"{bought('count(quantity)')} AS quantities"
    if "discount" in columns:  # nothing there means that there was none; some logs write discounts as negatives
        yield f"{bought('sum(abs(discount))')} AS discount"
    if {"money", "discount"} <= columns:
        yield f"{bought('sum(money)', also='coalesce(discount, 0) = 0')} AS full_price"
    if "order_id" in columns:
        yield "count(DISTINCT order_id) FILTER (is_purchase) AS baskets"
    for name in sorted(column for column in columns if column.startswith(OWN_NUMBER)):
        yield f"{bought(f'sum({name})')} AS {name}_sum"
        yield f"{bought(f'count({name})')} AS {name}_count"


def _taken_back_sql(taken_back: str) -> str:
    """Join the returns that took something off a day."""
    one = "{'returned_on': returned_on, 'units': units}"
    return f"""
LEFT JOIN (
  SELECT customer_id, day, list({one} ORDER BY returned_on) AS {TAKEN_BACK} FROM {taken_back} GROUP BY customer_id, day
) AS returns USING (customer_id, day)"""


def _label_sql(name: str, lines: str) -> str:
    """Join the value that most lines of a day have, the last by its text where there are several."""
    return f"""
LEFT JOIN (
  SELECT customer_id, day, arg_max(label, (lines, label)) AS {name}_value
  FROM (SELECT customer_id, day, {name} AS label, count(*) AS lines
        FROM {lines} WHERE is_purchase AND {name} IS NOT NULL GROUP BY customer_id, day, {name})
  GROUP BY customer_id, day) AS {name}_labels USING (customer_id, day)"""


def _tried_sql(column: str, thing: str, lines: str) -> str:
    """Join what a customer bought on a day: how many things, how many for the first time, and their squares.

    The square of the number of visits to a thing grows by 2 n − 1 with the n-th, so concentration is a sum as well.
    """
    return f"""
LEFT JOIN (
  SELECT customer_id, day, count(*) AS {thing}_visits, count(*) FILTER (visit = 1) AS {thing}_news,
    sum(2 * visit - 1)::BIGINT AS {thing}_squares
  FROM (
    SELECT customer_id, day, row_number() OVER (PARTITION BY customer_id, {column} ORDER BY day) AS visit
    FROM (SELECT DISTINCT customer_id, day, {column} FROM {lines} WHERE is_purchase AND {column} IS NOT NULL))
  GROUP BY customer_id, day) AS {thing} USING (customer_id, day)"""
