"""From the view `source` to the table `lines`: read exactly, judge every row, book it or exclude it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb

from regulars.errors import Faults
from regulars.params import ColumnParams
from regulars.transactions.dates import order_day
from regulars.transactions.ledger import EXCLUDED, NETTED, USED, Adjustment, Entry, Ledger
from regulars.transactions.mapping import TEXT, Reading, check_columns, flag, is_number, number, present, word
from regulars.transactions.read import Source
from regulars.transactions.sql import identifier

MONEY = "DECIMAL(18,4)"
COUNT = "DECIMAL(16,4)"  # times a price of DECIMAL(22,10) it fits into 38 digits
NUMBERS = ("amount", "quantity", "unit_price", "unit_cost", "discount")
WORDS = ("order_id", "product_id", "category", "channel")
OPTIONAL = ("quantity", "order_id", "product_id", "category", "channel", "discount", "unit_cost", "ingested_at")

VERDICTS = (
    (USED, "purchase"),
    (USED, "return kept as a purchase (returns: keep)"),
    (NETTED, "flagged as a return"),
    (NETTED, "quantity below zero"),
    (NETTED, "quantity of zero"),
    (NETTED, "amount below zero"),
    (EXCLUDED, "return (returns: drop)"),
    (EXCLUDED, "exact duplicate"),
    (EXCLUDED, "missing date"),
    (EXCLUDED, "missing amount"),
    (EXCLUDED, "missing customer"),
)


def read_lines(connection: duckdb.DuckDBPyConnection, source: Source, columns: ColumnParams, returns: str) -> Ledger:
    """Make the table `lines` from the view `source`, and account for every row."""
    readings = make_readings(connection, source, columns.mapped())
    find_faults(connection, source, readings)
    judge(connection, source, readings, returns)
    ledger = account(connection)
    book(connection, readings)
    return ledger


def make_readings(connection: duckdb.DuckDBPyConnection, source: Source, mapped: dict[str, str]) -> dict[str, Reading]:
    """Say how each mapped column is read; gathers columns that are missing or of a wrong type."""
    faults = Faults(f"{source.name} cannot be used")
    check_columns(mapped, source, faults)
    readings = {}
    for ours, theirs in mapped.items():
        if theirs in source.types:
            reading = _reading(connection, source, ours, theirs, faults)
            if reading:
                readings[ours] = reading
    faults.raise_if_any()
    return readings


def _reading(
    connection: duckdb.DuckDBPyConnection, source: Source, ours: str, theirs: str, faults: Faults
) -> Reading | None:
    kind = source.types[theirs]
    if ours in ("ordered_at", "ingested_at"):
        return order_day(connection, ours, theirs, kind, faults)
    if ours in NUMBERS:
        if kind == TEXT or is_number(kind):
            return number(ours, theirs, kind)
        faults.add(f"column {theirs!r} (for {ours}) holds {kind}; wanted: numbers, or texts that show them")
        return None
    if ours == "is_return":
        return flag(ours, theirs, kind)
    if ours == "customer_id":
        return customer(connection, source, theirs)
    return word(ours, theirs, kind)


def customer(connection: duckdb.DuckDBPyConnection, source: Source, theirs: str) -> Reading:
    """Read customer ids in their own type; a text file's are integers only if every one is written as an integer."""
    kind, column = source.types[theirs], identifier(theirs)
    here = present(column, kind)
    value = f"CASE WHEN {here} THEN {column} END"
    if source.is_text:
        canonical = f"coalesce(CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR) = {column}, false)"
        (plain,) = connection.execute(f"SELECT bool_and({canonical}) FROM source WHERE {here}").fetchall()[0]
        value = f"TRY_CAST({column} AS BIGINT)" if plain else value
    return Reading("customer_id", theirs, here, value, "an id")


def find_faults(connection: duckdb.DuckDBPyConnection, source: Source, readings: dict[str, Reading]) -> None:
    """Raise one error that names every column with values that stand there but cannot be read."""
    wrong = {ours: f"{r.present} AND {r.value} IS NULL" for ours, r in readings.items()}
    if {"quantity", "unit_price"} <= set(readings) and "amount" not in readings:
        product = _product(readings)
        wrong["amount"] = f"{product} IS NOT NULL AND TRY_CAST({product} AS DECIMAL(22,10)) IS NULL"
    counts = ", ".join(f"count(*) FILTER ({condition})" for condition in wrong.values())
    found = connection.execute(f"SELECT {counts} FROM source").fetchall()[0]
    faults = Faults(f"{source.name} cannot be used")
    for (ours, condition), count in zip(wrong.items(), found, strict=True):
        if count:
            faults.add(_fault(connection, readings, ours, condition, count))
    faults.raise_if_any()


def _fault(
    connection: duckdb.DuckDBPyConnection, readings: dict[str, Reading], ours: str, condition: str, count: int
) -> str:
    reading = readings.get(ours) or readings["unit_price"]
    shown = f"left(CAST({identifier(reading.theirs)} AS VARCHAR), 40)"
    examples = connection.execute(
        f"SELECT row, text FROM (SELECT row_number() OVER () AS row, {shown} AS text, {condition} AS wrong FROM source) "
        "WHERE wrong ORDER BY row LIMIT 3"
    ).fetchall()
    listed = ", ".join(f"{text!r} in row {row:,}" for row, text in examples)
    if ours not in readings:
        return f"{count:,} products of quantity and unit_price are 1,000,000,000,000 or more, such as at a price of {listed}"
    return f"column {reading.theirs!r} (for {ours}): {count:,} values are not {reading.wanted}, such as {listed}"


def _product(readings: dict[str, Reading]) -> str:
    return f"(TRY_CAST({readings['quantity'].value} AS {COUNT}) * {readings['unit_price'].value})"


def judge(connection: duckdb.DuckDBPyConnection, source: Source, readings: dict[str, Reading], returns: str) -> None:
    """Make the table `judged`: every row typed, with its verdict (a place in `VERDICTS`) and its money."""
    has_money = "amount" in readings or "unit_price" in readings
    money_read = (
        readings["amount"].value
        if "amount" in readings
        else _product(readings)
        if has_money
        else "NULL::DECIMAL(22,10)"
    )
    typed = {"customer_id": readings["customer_id"].value, "day": readings["ordered_at"].value}
    typed |= {ours: readings[ours].value for ours in OPTIONAL if ours in readings}
    for ours in ("quantity", "discount", "unit_cost"):
        if ours in typed:
            typed[ours] = f"CAST({typed[ours]} AS {MONEY})"
    select = ", ".join(f"{value} AS {ours}" for ours, value in typed.items())
    quantity = "quantity" if "quantity" in readings else "NULL"
    flagged = f"coalesce({readings['is_return'].value}, false)" if "is_return" in readings else "false"
    all_columns = ", ".join(identifier(column) for column in source.types)
    connection.execute(f"""
        CREATE TABLE judged AS
        WITH typed AS (
            SELECT {select}, {money_read} AS money_read, {flagged} AS flagged, hash({all_columns}) AS fingerprint
            FROM source
        ), shown AS (
            SELECT *,
                CASE WHEN flagged THEN 2 WHEN {quantity} < 0 THEN 3 WHEN {quantity} = 0 THEN 4 WHEN money_read < 0 THEN 5
                     ELSE 0 END AS looks,
                {_copy("order_id" in readings)} AS copy
            FROM typed
        ), verdicts AS (
            SELECT *,
                CASE WHEN customer_id IS NULL THEN 10 WHEN day IS NULL THEN 8
                     WHEN {has_money} AND money_read IS NULL THEN 9 WHEN copy > 1 THEN 7
                     WHEN looks > 0 THEN {dict(net="looks", drop="6", keep="1")[returns]} ELSE 0 END::TINYINT AS verdict
            FROM shown
        )
        SELECT * EXCLUDE (flagged, looks, copy), verdict < 2 AS is_purchase,
            CAST(CASE WHEN verdict IN (2, 3) AND money_read > 0 THEN -money_read ELSE money_read END AS {MONEY}) AS money
        FROM verdicts""")


def _copy(has_orders: bool) -> str:
    # Without an order id two equal lines may be two orders of the same thing.
    return "row_number() OVER (PARTITION BY fingerprint, customer_id, day, money_read)" if has_orders else "1"


def account(connection: duckdb.DuckDBPyConnection) -> Ledger:
    """Write the ledger of the table `judged`."""
    rows = connection.execute("SELECT verdict, count(*), sum(money_read) FROM judged GROUP BY verdict").fetchall()
    firsts = connection.execute(
        "SELECT first, count(*) FROM (SELECT min(verdict) AS first FROM judged WHERE customer_id IS NOT NULL "
        "GROUP BY customer_id) GROUP BY first"
    ).fetchall()
    (held, money, customers) = connection.execute(
        "SELECT count(*), sum(money_read), count(DISTINCT customer_id) FROM judged"
    ).fetchall()[0]
    customers_of = dict(firsts)
    no_money = None if money is None else Decimal(0)
    entries = tuple(
        Entry(
            *VERDICTS[verdict],
            rows=count,
            customers=customers_of.get(verdict, 0),
            money=no_money if part is None else part,
        )
        for verdict, count, part in sorted(rows)
    )
    return Ledger(entries, tuple(_adjustments(connection)), held, customers, money, _booked(connection, money))


def _booked(connection: duckdb.DuckDBPyConnection, money: Decimal | None) -> Any:
    (booked,) = connection.execute("SELECT sum(money) FROM judged WHERE verdict <= 5").fetchall()[0]
    return None if money is None else booked or Decimal(0)


def _adjustments(connection: duckdb.DuckDBPyConnection) -> list[Adjustment]:
    flipped = "(verdict IN (2, 3) AND money_read > 0)"
    flips, flip_money, rounds, round_money = connection.execute(f"""
        SELECT count(*) FILTER ({flipped}), coalesce(sum(-2 * money_read) FILTER ({flipped}), 0),
               count(*) FILTER (abs(money) <> abs(money_read)),
               coalesce(sum(money - CASE WHEN {flipped} THEN -money_read ELSE money_read END), 0)
        FROM judged WHERE verdict <= 5""").fetchall()[0]
    made = []
    if flips:
        made.append(Adjustment("returns with a positive amount are booked as negative", flips, flip_money))
    if rounds:
        made.append(Adjustment("amounts are rounded to 4 digits", rounds, round_money))
    return made


def book(connection: duckdb.DuckDBPyConnection, readings: dict[str, Reading]) -> None:
    """Make the table `lines` of all rows that are used or netted, sorted by customer and day."""
    has_money = "amount" in readings or "unit_price" in readings
    carried = ["customer_id", "day", "is_purchase", *(["money"] if has_money else [])]
    carried += [ours for ours in OPTIONAL if ours in readings]
    connection.execute(f"""
        CREATE TABLE lines AS SELECT {", ".join(carried)} FROM judged WHERE verdict <= 5 ORDER BY customer_id, day""")
    connection.execute("DROP TABLE judged")
