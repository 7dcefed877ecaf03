"""Customer-day facts: one pass over the lines gives additive facts per customer and day.

Every fact of a day depends on that day and the days before it only (the gap to the previous
order day, the products never bought before), so snapshots at any cutoff are sums over the
facts that lie before it. Where the log tells when its lines came in, that no longer holds: a line
that came late changes facts of days long past. Then each cutoff has facts of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from regulars.transactions import Transactions
from regulars.windows import Windows

FACTS = "facts"
# money of a line in ten-thousandths; in two parts, because ten thousand times ten thousand million would overflow
UNITS = "(10000 * trunc(money)::BIGINT + (10000 * (money - trunc(money)))::BIGINT)"

_NOVEL = {"product_id": "products", "category": "categories", "channel": "channels"}


def ensure_facts(tx: Transactions, known: Windows | None = None) -> str:
    """Return the name of the facts table in the log's own database, building it on first use.

    One row a customer and day: `customer_id, day, ordered, gap, lines, return_lines, gross,
    net, returned, gross_units, quantity, baskets, discount, products, new_products, …`. Money is
    DECIMAL, counts are integers, so sums are exact. Columns that the log lacks are null.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    known : Windows, optional
        Only what was known at this cutoff counts, where the log tells when its lines came in; these facts are held
        until those of another cutoff are asked for. Without it: all that is known now.
    """
    if known is None or not tx.tells_when_known:
        name, lines = FACTS, "lines"
    else:
        name, lines = f"{FACTS}_at_{known.cutoff:%Y%m%d}", f"(SELECT * FROM lines WHERE {tx.history_sql(known)})"
    tables = tx.connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
    present = {table for (table,) in tables}
    if name not in present:
        for other in present - {FACTS}:
            if other.startswith(f"{FACTS}_at_"):
                tx.connection.execute(f"DROP TABLE {other}")
        tx.connection.execute(facts_sql(tx.columns, name, lines))
    return name


def facts_sql(columns: frozenset[str], name: str = FACTS, lines: str = "lines") -> str:
    """SQL that builds the facts table `name` of the table or query `lines`, which carries `columns`."""
    sums = ",\n    ".join(_day_sums(columns))
    joins = "\n".join(_first_times(columns, lines))
    novelties = ", ".join(
        f"coalesce(new_{plural}, 0) AS new_{plural}" if column in columns else f"NULL::BIGINT AS new_{plural}"
        for column, plural in _NOVEL.items()
    )
    return f"""
CREATE TABLE {name} AS
WITH days AS (
  SELECT customer_id, day,
    coalesce(bool_or(is_purchase), false) AS ordered,
    {sums}
  FROM {lines} GROUP BY customer_id, day
)
SELECT days.*, {novelties},
  CASE WHEN ordered THEN day - max(day) FILTER (ordered) OVER (
    PARTITION BY days.customer_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS gap
FROM days
{joins}
ORDER BY customer_id, day
"""


def _day_sums(columns: frozenset[str]) -> Iterator[str]:
    def summed(column: str, sql: str, type_: str, name: str) -> str:
        return f"{sql} AS {name}" if column in columns else f"NULL::{type_} AS {name}"

    money = "DECIMAL(38,4)"
    yield "count(*) FILTER (is_purchase) AS lines"
    yield "count(*) FILTER (NOT is_purchase) AS return_lines"
    yield summed("money", "coalesce(sum(money) FILTER (is_purchase), 0)", money, "gross")
    yield summed("money", "coalesce(sum(money), 0)", money, "net")
    yield summed("money", "-coalesce(sum(money) FILTER (NOT is_purchase), 0)", money, "returned")
    # exact variance wants integers; wide decimals are slow to cast, so money becomes one line by line
    yield summed("money", f"coalesce(sum({UNITS}) FILTER (is_purchase), 0)", "HUGEINT", "gross_units")
    yield summed("quantity", "sum(quantity) FILTER (is_purchase)", money, "quantity")
    yield summed("order_id", "count(DISTINCT order_id) FILTER (is_purchase)", "BIGINT", "baskets")
    # nothing where a discount would stand means that there was none
    yield summed("discount", "coalesce(sum(discount) FILTER (is_purchase), 0)", money, "discount")
    for column, plural in _NOVEL.items():
        yield summed(column, f"count(DISTINCT {column}) FILTER (is_purchase)", "BIGINT", plural)


def _first_times(columns: frozenset[str], lines: str) -> Iterator[str]:
    """Yield joins that count, per day, what the customer had never bought before."""
    for column, plural in _NOVEL.items():
        if column in columns:
            yield f"""LEFT JOIN (
  SELECT customer_id, day, count(*) AS new_{plural} FROM (
    SELECT customer_id, {column}, min(day) AS day FROM {lines}
    WHERE is_purchase AND {column} IS NOT NULL GROUP BY customer_id, {column})
  GROUP BY customer_id, day) AS first_{plural} USING (customer_id, day)"""
