"""Days as spreadsheets number them: read where a column can be nothing else, otherwise named for what they are."""

from __future__ import annotations

import duckdb

from regulars.transactions.sql import literal
from regulars.windows import RunDay

SERIAL = "days of a spreadsheet, numbered from 1899-12-30"
SHAPE = r"\d{5}([.]\d+)?"
FIRST, LAST = 32_874, 73_050  # 1990-01-01 and 2099-12-31
PACKED = ("%m%d%y", "%d%m%y", "%y%m%d")  # 40105 may be 040105 without its zero


def serial_day(text: str) -> str:
    """SQL expression: the day that a text shows as a number of a spreadsheet; null where it shows none.

    Examples
    --------
    >>> numbers = "SELECT unnest(['45292.75', '1234']) AS number"
    >>> duckdb.sql(f"SELECT {serial_day('number')} FROM ({numbers})").fetchall()
    [(datetime.date(2024, 1, 1),), (None,)]
    """
    number = f"TRY_CAST({text} AS DOUBLE)"
    shows = f"regexp_full_match({text}, {literal(SHAPE)}) AND floor({number}) BETWEEN {FIRST} AND {LAST}"
    return f"(CASE WHEN {shows} THEN DATE '1899-12-30' + TRY_CAST(floor({number}) AS INTEGER) END)"


def are_surely_serials(connection: duckdb.DuckDBPyConnection, text: str, here: str, run_day: RunDay) -> bool:
    """Tell whether all values of a column are day numbers, none after the run, and cannot be dates without a zero."""
    packed = (f"bool_and(try_strptime('0' || text, {literal(form)}) IS NOT NULL)" for form in PACKED)
    sure, doubtful = connection.execute(f"""
        SELECT bool_and(coalesce(NOT {run_day.after_sql("day")}, false)), {" OR ".join(packed)}
        FROM (SELECT {text} AS text, {serial_day(text)} AS day FROM source WHERE {here})""").fetchall()[0]
    return bool(sure) and not doubtful


def numbered_days(connection: duckdb.DuckDBPyConnection, text: str, here: str) -> str | None:
    """Say how many values look like day numbers, with an example; None where none does."""
    rows, number, day = connection.execute(f"""
        SELECT count(day), min(text) FILTER (day IS NOT NULL), arg_min(day, text)
        FROM (SELECT {text} AS text, {serial_day(text)} AS day FROM source WHERE {here})""").fetchall()[0]
    if not rows:
        return None
    return f"{rows:,} {'looks' if rows == 1 else 'look'} like {SERIAL}, such as {number} for {day}"
