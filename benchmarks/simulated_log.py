"""A simulated log of any number of rows, as a till books them, drawn inside the database."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from regulars.transactions.sql import connect, literal

START, DAYS = dt.date(2020, 1, 1), 1095
CUTOFFS = tuple(START + dt.timedelta(days=DAYS - 30 * back) for back in range(6))
COLUMNS = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}
SOLD = {"product_id": "product", "channel": "channel", "discount": "discount"}  # what a shop with products tells too
TASTES, PRODUCTS = 50, 40  # products of each taste; every customer has one taste
MANY = 1_000_003  # as many places as this tell so many customers from each other; more need more


def write_log(
    path: Path,
    rows: int,
    *,
    seed: int,
    of_customer: int = 20,
    of_order: int = 3,
    all_order: bool = False,
    sold: bool = False,
) -> None:
    """Write a log as Parquet, in the order of time: customer_id, date, amount (2 digits, DOUBLE), and `SOLD` if asked.

    An order has three lines, a customer twenty lines on average, unless told otherwise, and those who come first buy
    much more often than the last. Of the last many never order, unless `all_order`: then each has one order, and the
    others are drawn. There are no returns: rivals do not take them off the order days that they belong to.
    With `SOLD`, seven lines in ten are of the customer's own taste and channel, the others of any; the first products
    of a taste sell most, and one line in four has a discount.
    """
    customers = rows // of_customer
    places = MANY if customers <= MANY else 1_000_000_007
    drawn = f"CAST({customers} * pow(booked % {places} / {places}.0, 2) AS BIGINT)"
    least = f"least(CASE WHEN number < {customers} THEN number ELSE {drawn} END, {customers - 1})"
    customer = least if all_order else drawn
    told = f", {', '.join(f'{sql} AS {name}' for name, sql in _sold(seed).items())}" if sold else ""
    connect().execute(f"""
        COPY (
          WITH drawn AS (
            SELECT range // {of_order} AS number, hash(range, {seed}) AS line, hash(number, {seed} + 1) AS booked
            FROM range({rows}))
          SELECT {customer} AS customer_id,
            DATE '{START}' + CAST(booked // {places} % {DAYS} AS INTEGER) AS date,
            (line // 25 % 20000) / 100.0 AS amount{told}
          FROM drawn ORDER BY date, booked, line
        ) TO {literal(str(path))} (FORMAT parquet)""")


def _sold(seed: int) -> dict[str, str]:
    """SQL of the columns of `SOLD`."""
    thing = f"hash(line, {seed} + 2)"
    taste = f"(CASE WHEN {thing} % 10 < 7 THEN customer_id ELSE {thing} // 10 END % {TASTES})"
    place = f"CAST(floor({PRODUCTS} * pow({thing} // 500 % 1000003 / 1000003.0, 2)) AS INTEGER)"
    way = f"(CASE WHEN {thing} // 20 % 10 < 7 THEN customer_id ELSE {thing} // 200 END % 3)"
    return {
        "product": f"'P' || lpad(CAST({taste} * {PRODUCTS} + {place} AS VARCHAR), 4, '0')",
        "channel": f"['phone', 'shop', 'web'][CAST(1 + {way} AS INTEGER)]",
        "discount": f"CASE WHEN {thing} // 7 % 4 = 0 THEN 1.0 ELSE 0.0 END",
    }
