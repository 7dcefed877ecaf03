"""A simulated log of any number of rows, as a till books them, drawn inside the database."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from regulars.transactions.sql import connect, literal

START, DAYS = dt.date(2020, 1, 1), 1095
CUTOFFS = tuple(START + dt.timedelta(days=DAYS - 30 * back) for back in range(6))
COLUMNS = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}


def write_log(path: Path, rows: int, *, seed: int, of_customer: int = 20, of_order: int = 3) -> None:
    """Write a log as Parquet, in the order of time: customer_id, date, amount (2 digits, DOUBLE).

    An order has three lines, a customer twenty lines on average, unless told otherwise, and those who come first buy
    much more often than the last. There are no returns: rivals do not take them off the order days that they belong to.
    """
    connect().execute(f"""
        COPY (
          WITH drawn AS (
            SELECT hash(range, {seed}) AS line, hash(range // {of_order}, {seed} + 1) AS booked FROM range({rows}))
          SELECT CAST({rows} // {of_customer} * pow(booked % 1000003 / 1000003.0, 2) AS BIGINT) AS customer_id,
            DATE '{START}' + CAST(booked // 1000003 % {DAYS} AS INTEGER) AS date,
            (line // 25 % 20000) / 100.0 AS amount
          FROM drawn ORDER BY date, booked, line
        ) TO {literal(str(path))} (FORMAT parquet)""")
