"""Customer-day facts: one pass over the lines gives additive facts per customer and day.

Every fact of a day depends on that day and the days before it only (the gap to the previous
order day, the products never bought before), so snapshots at any cutoff are sums over the
facts that lie before it.
"""

from __future__ import annotations

from collections.abc import Iterator

from regulars.transactions import Transactions

FACTS = "facts"
# money of a line in ten-thousandths; in two parts, because ten thousand times ten thousand million would overflow
UNITS = "(10000 * trunc(money)::BIGINT + (10000 * (money - trunc(money)))::BIGINT)"

_NOVEL = {"product_id": "products", "category": "categories", "channel": "channels"}


def ensure_facts(tx: Transactions) -> str:
    """Return the name of the facts table in the log's own database, building it on first use.

    One row a customer and day: `customer_id, day, ordered, gap, lines, return_lines, gross,
    net, returned, gross_units, quantity, baskets, discount, products, new_products, …`. Money is
    DECIMAL, counts are integers, so sums are exact. Columns that the log lacks are null.
    """
    present = tx.connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = ? AND NOT internal", [FACTS]
    ).fetchone()
    if not (present and present[0]):
        tx.connection.execute(facts_sql(tx.columns))
    return FACTS


def facts_sql(columns: frozenset[str]) -> str:
    """SQL that builds the facts table of a log that carries `columns`."""
    sums = ",\n    ".join(_day_sums(columns))
    joins = "\n".join(_first_times(columns))
    novelties = ", ".join(
        f"coalesce(new_{plural}, 0) AS new_{plural}" if column in columns else f"NULL::BIGINT AS new_{plural}"
        for column, plural in _NOVEL.items()
    )
    return f"""
CREATE TABLE {FACTS} AS
WITH days AS (
  SELECT customer_id, day,
    coalesce(bool_or(is_purchase), false) AS ordered,
    {sums}
  FROM lines GROUP BY customer_id, day
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


def _first_times(columns: frozenset[str]) -> Iterator[str]:
    """Yield joins that count, per day, what the customer had never bought before."""
    for column, plural in _NOVEL.items():
        if column in columns:
            yield f"""LEFT JOIN (
  SELECT customer_id, day, count(*) AS new_{plural} FROM (
    SELECT customer_id, {column}, min(day) AS day FROM lines
    WHERE is_purchase AND {column} IS NOT NULL GROUP BY customer_id, {column})
  GROUP BY customer_id, day) AS first_{plural} USING (customer_id, day)"""
