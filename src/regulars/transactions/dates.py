"""Order dates: typed ones as they are, texts and numbers in the one format that reads them all."""

from __future__ import annotations

import re

import duckdb

from regulars.errors import Faults
from regulars.progress import note
from regulars.transactions.sql import column, literals
from regulars.transactions.values import Reading, present

ISO = "YYYY-MM-DD"
FORMATS = (
    *(ISO, "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y"),
    *("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y"),
)
LETTERS = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%b": "Jan", "%B": "January"}  # as people write formats
EPOCHS = {  # how many of it make a second, and the digits that a moment from 1973 on has
    "seconds since 1970": (1, "9,10"),
    "milliseconds since 1970": (10**3, "12,13"),
    "microseconds since 1970": (10**6, "15,16"),
}
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%g", " %I:%M %p", " %I:%M:%S %p")
WANTED = "a day from 1900 to 2100"
SAMPLE = 10_000


def calendar_day(
    connection: duckdb.DuckDBPyConnection, ours: str, theirs: str, kind: str, faults: Faults
) -> Reading | None:
    """Read a calendar day (of UTC, where the time has a zone); None, with a fault, where two days are meant."""
    place = column(theirs)
    here, shown = present(place, kind), f"CAST({place} AS VARCHAR)"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return Reading(ours, theirs, here, _sane(f"CAST({place} AS DATE)"), WANTED, shown)
    text = f"trim({shown})"
    candidates = _best(connection, text, here, [*FORMATS, *EPOCHS], limit=SAMPLE)
    chosen, *others = _best(connection, text, here, candidates) if len(candidates) > 1 else candidates
    for other in others:
        if count := _differing(connection, read_as(chosen, text), read_as(other, text)):
            faults.add(
                f"column {theirs!r} (for {ours}) can be read as {shown_as(chosen)} and as {shown_as(other)} "
                f"(rows where they differ: {count:,}); wanted: dates of one meaning. Write them as YYYY-MM-DD"
            )
            return None
    if chosen in EPOCHS:
        note(f"Column {theirs!r} (for {ours}) is read as {chosen}, in UTC.")
    return Reading(ours, theirs, here, read_as(chosen, text), f"{WANTED}, as {shown_as(chosen)}", shown)


def shown_as(form: str) -> str:
    """Name a format as people do.

    Examples
    --------
    >>> shown_as("%d.%m.%Y")
    'DD.MM.YYYY'
    """
    return re.sub("%[a-zA-Z]", lambda found: LETTERS[found[0]], form)


def read_as(form: str, text: str) -> str:
    """SQL expression: the day that `text` shows in a format; null where it shows none."""
    if form == ISO:
        return _sane(f"CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS DATE)")
    if form in EPOCHS:
        return _sane(_since_1970(text, *EPOCHS[form]))
    read = f"CAST(try_strptime({text}, {literals(form + time for time in TIMES)}) AS DATE)"
    if form == "%Y%m%d":  # strptime would take 1997111 for a day too
        read = f"(CASE WHEN regexp_matches({text}, '^[0-9]{{8}}( |$)') THEN {read} END)"
    return _sane(read)


def _since_1970(text: str, in_a_second: int, digits: str) -> str:
    days = f"TRY_CAST(floor(TRY_CAST({text} AS DOUBLE) / {86_400 * in_a_second}) AS INTEGER)"
    return f"(CASE WHEN regexp_full_match({text}, '[0-9]{{{digits}}}([.][0-9]*)?') THEN DATE '1970-01-01' + {days} END)"


def _sane(day: str) -> str:
    return f"(CASE WHEN year({day}) BETWEEN 1900 AND 2100 THEN {day} END)"


def _best(
    connection: duckdb.DuckDBPyConnection, text: str, here: str, formats: list[str], limit: int | None = None
) -> list[str]:
    """Return the formats that read the most values, in their order."""
    counts = ", ".join(f"count({read_as(form, 'text')})" for form in formats)
    rows = f"SELECT {text} AS text FROM source WHERE {here}" + (f" LIMIT {limit}" if limit else "")
    read = connection.execute(f"SELECT {counts} FROM ({rows})").fetchall()[0]
    if not max(read):
        return formats[:1]
    return [form for form, count in zip(formats, read, strict=True) if count == max(read)]


def _differing(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> int:
    return int(connection.execute(f"SELECT count(*) FILTER ({one} <> {other}) FROM source").fetchall()[0][0])
