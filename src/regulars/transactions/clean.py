"""Second pass over the source: every row typed, judged, and booked in `lines` or excluded."""

from __future__ import annotations

from pathlib import Path

import duckdb

from regulars.errors import InputError
from regulars.transactions.forgotten import Forgotten
from regulars.transactions.mapping.own_columns import is_own
from regulars.transactions.row_outcome import EXCLUDED, USED, RowOutcome, sql_list
from regulars.transactions.sources.read import Source
from regulars.transactions.sql import column, in_words, literal
from regulars.transactions.values.expressions import MONEY, Number, Reading
from regulars.windows import RunDay

OPTIONAL = (
    "quantity",
    "order_id",
    "product_id",
    "category",
    "channel",
    "discount",
    "unit_cost",
    "ingested_at",
    "consent",
)
BOOKED = "(CASE WHEN flipped THEN -amount ELSE amount END - refunded)"  # SQL: the money of a row of `judged`
MOST_FUTURE = 0.01  # share of rows dated after the run that may be typing errors


def judge(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    readings: dict[str, Reading],
    returns: str,
    *,
    run_day: RunDay,
    numbered: bool = False,
    ending: str | None = None,
    forgotten: Forgotten | None = None,
) -> None:
    """Make the table `judged`: every row of the source with its typed values, money and verdict.

    A row that is dated after `run_day` is excluded, and so is every row of a forgotten customer. The column that
    `ending` names gives the outcome of some rows, whatever else they hold.
    `amount` is the money as read, rounded to 4 digits; `excess` what the rounding left out; `flipped` tells that it is
    booked with the other sign; `refunded` is what was given back of it and stands beside it; `repeated` that a row
    equal in every column of the source came before. Where it is `numbered`, `source_row` counts the rows of the source
    from 1; that takes longer.
    """
    typed = {"customer_id": readings["customer_id"].value, "day": readings["ordered_at"].value}
    typed |= {ours: readings[ours].value for ours in _optional(readings)}
    typed |= _money(readings.get("amount"))
    typed["refunded"] = _refunded(readings, returns)
    typed["ending"] = column(ending) if ending else "NULL::TINYINT"
    typed["flagged"] = f"coalesce({readings['is_return'].value}, false)" if "is_return" in readings else "false"
    if numbered:
        typed["source_row"] = "row_number() OVER ()"
    typed["fingerprint"] = f"hash({', '.join(column(name) for name in source.types)})"
    connection.execute(f"""
        CREATE TABLE judged AS
        WITH typed AS (SELECT {", ".join(f"{value} AS {name}" for name, value in typed.items())} FROM source),
        seen AS (SELECT *, {_repeated(readings)} AS repeated, {_kind("quantity" in readings)} AS kind FROM typed)
        SELECT * EXCLUDE (flagged, fingerprint, kind, ending),
            CAST({_verdict(readings, returns, run_day)} AS TINYINT) AS verdict,
            {_flipped(returns)} AS flipped
        FROM seen""")
    if forgotten:
        _leave_out(connection, forgotten)


def _leave_out(connection: duckdb.DuckDBPyConnection, forgotten: Forgotten) -> None:
    """Exclude every row of a forgotten customer, however it would end otherwise."""
    forgotten.keep(connection)
    # Each id is hashed once, since a hash takes longer than reading a row; otherwise DuckDB hashes before DISTINCT.
    connection.execute(f"""
        UPDATE judged SET verdict = {RowOutcome.FORGOTTEN}, flipped = false WHERE customer_id IN (
            WITH ids AS MATERIALIZED (SELECT DISTINCT customer_id FROM judged)
            SELECT customer_id FROM ids WHERE {forgotten.is_forgotten_sql("customer_id")})""")


def _optional(readings: dict[str, Reading]) -> list[str]:
    """The columns that are carried as they were read."""
    return [*(ours for ours in OPTIONAL if ours in readings), *filter(is_own, readings)]


def _money(amount: Reading | None) -> dict[str, str]:
    if not isinstance(amount, Number):
        return {"amount": f"NULL::{MONEY}", "excess": "NULL::DECIMAL(18,14)"}
    return {"amount": amount.value, "excess": amount.excess}


def _refunded(readings: dict[str, Reading], returns: str) -> str:
    """SQL expression: what was given back of a row's amount and stands beside it; 0 where returns are ignored."""
    if "refunded" not in readings or returns == "drop":
        return f"0::{MONEY}"
    return f"coalesce(abs({readings['refunded'].value}), 0)"


def _repeated(readings: dict[str, Reading]) -> str:
    """SQL condition: an equal row came before."""
    # The typed columns guard against different rows that happen to share a fingerprint of 64 bits.
    same = ["fingerprint", "customer_id", "day", "amount", *(["order_id"] if "order_id" in readings else [])]
    return f"row_number() OVER (PARTITION BY {', '.join(same)}) > 1"


def _kind(has_quantity: bool) -> str:
    """SQL expression: what the row is by its own values alone."""
    by_quantity = f"""WHEN quantity < 0 THEN {RowOutcome.QUANTITY_NEGATIVE}
                      WHEN quantity = 0 THEN {RowOutcome.QUANTITY_ZERO}"""
    return f"""CASE WHEN flagged THEN {RowOutcome.RETURN_FLAGGED}
                    {by_quantity if has_quantity else ""}
                    WHEN amount < 0 THEN {RowOutcome.AMOUNT_NEGATIVE}
                    ELSE {RowOutcome.PURCHASE} END"""


def _verdict(readings: dict[str, Reading], returns: str, run_day: RunDay) -> str:
    """SQL expression: how the row ends; what is missing comes first."""
    # Without an order id two equal rows may be two orders of the same thing.
    duplicate = "repeated" if "order_id" in readings else "false"
    no_purchase = {"net": "kind", "drop": RowOutcome.RETURN_DROPPED, "keep": RowOutcome.RETURN_KEPT}[returns]
    return f"""CASE WHEN ending IN {sql_list(EXCLUDED)} THEN ending
                    WHEN customer_id IS NULL THEN {RowOutcome.NO_CUSTOMER}
                    WHEN day IS NULL THEN {RowOutcome.NO_DATE}
                    WHEN {run_day.after_sql("day")} THEN {RowOutcome.FUTURE}
                    WHEN {"amount" in readings} AND amount IS NULL THEN {RowOutcome.NO_AMOUNT}
                    WHEN {duplicate} THEN {RowOutcome.DUPLICATE}
                    WHEN kind <> {RowOutcome.PURCHASE} THEN {no_purchase}
                    ELSE coalesce(ending, {RowOutcome.PURCHASE}) END"""


def _flipped(returns: str) -> str:
    """SQL condition: a return whose amount is written as positive."""
    returned = f"verdict IN ({RowOutcome.RETURN_FLAGGED}, {RowOutcome.QUANTITY_NEGATIVE})"
    return "false" if returns == "keep" else f"coalesce({returned} AND amount > 0, false)"


def refuse_future(connection: duckdb.DuckDBPyConnection, name: str, rows: int, run_day: RunDay) -> None:
    """Refuse a log of so many rows where too many are dated after the day of the run: its days are misread or wrong.

    Raises
    ------
    InputError
        With their number and examples, where they are more than 1 % of the rows.
    """
    found = connection.execute(
        f"SELECT day, count(*) FROM judged WHERE verdict = {RowOutcome.FUTURE} GROUP BY day ORDER BY day DESC"
    ).fetchall()
    future = sum(count for _, count in found)
    if future > MOST_FUTURE * rows:
        examples = ", ".join(str(day) for day, _ in found[:3])
        raise InputError(
            f"{name} cannot be used: {future:,} of {rows:,} rows ({100 * future / rows:.1f} %) are dated after "
            f"{run_day.latest}, the day of this run, such as {examples}; up to {100 * MOST_FUTURE:.0f} % of the "
            "rows may be, and are then excluded. Correct the dates, check the date format (day or month first) and "
            "transactions.timezone, or leave out orders that are only planned."
        )


def book(connection: duckdb.DuckDBPyConnection, source: Source, readings: dict[str, Reading]) -> None:
    """Turn the table `judged` into the table `lines` of what is used and netted, sorted by customer and day."""
    untyped = readings["customer_id"].theirs in source.untyped
    customer = "CAST(customer_id AS BIGINT)" if untyped and _all_integers(connection) else "customer_id"
    carried = {"customer_id": customer, "day": "day", "is_purchase": f"verdict IN {sql_list(USED)}"}
    if "amount" in readings:
        carried["money"] = f"CAST({BOOKED} AS {MONEY})"
    carried |= {ours: ours for ours in _optional(readings)}
    connection.execute(f"""
        CREATE TABLE lines AS
        SELECT {", ".join(f"{value} AS {name}" for name, value in carried.items())}
        FROM judged WHERE verdict NOT IN {sql_list(EXCLUDED)}
        ORDER BY customer_id, day""")
    connection.execute("DROP TABLE judged")


def write_excluded(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the rows of `judged` that are excluded as Parquet: number in the source, reason, and what was read.

    Those of forgotten customers are not written.
    """
    reasons = " ".join(f"WHEN {int(verdict)} THEN {literal(verdict.reason)}" for verdict in RowOutcome)
    try:
        connection.execute(f"""
            COPY (SELECT source_row, CASE verdict {reasons} END AS reason,
                         * EXCLUDE (source_row, verdict, excess, flipped, repeated, refunded)
                  FROM judged WHERE verdict IN {sql_list(EXCLUDED)} AND verdict <> {RowOutcome.FORGOTTEN}
                  ORDER BY source_row)
            TO {literal(str(path))} (FORMAT parquet)""")
    except duckdb.IOException as error:
        raise InputError(
            f"The excluded rows cannot be written: {in_words(error)}. Give a path that takes files, with room for them."
        ) from None


def _all_integers(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether every customer id is written just as an integer would be."""
    canonical = "coalesce(CAST(TRY_CAST(customer_id AS BIGINT) AS VARCHAR) = customer_id, false)"
    asked = f"SELECT bool_and({canonical}) FROM judged WHERE customer_id IS NOT NULL"
    return bool(connection.execute(asked).fetchall()[0][0])
