"""Order dates: typed ones as they are, texts and numbers in the one format that reads them all."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import duckdb

from regulars.errors import Faults
from regulars.progress import note
from regulars.transactions.sql import column, literal, literals
from regulars.transactions.values.clock import Clock
from regulars.transactions.values.expressions import TEXT, Moment, Reading, present
from regulars.transactions.values.serials import SERIAL, are_surely_serials, numbered_days, serial_day
from regulars.windows import FIRST_YEAR, LAST_YEAR

ISO = "YYYY-MM-DD"
COMPACT = "%Y%m%d"
FORMATS = (
    *(ISO, COMPACT, "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y"),
    *("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y"),
)
LETTERS = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%b": "Jan", "%B": "January"}  # as people write formats
EPOCHS = {  # how many of it make a second, and the digits that a moment from 1973 on has
    "seconds since 1970": (1, "9,10"),
    "milliseconds since 1970": (10**3, "12,13"),
    "microseconds since 1970": (10**6, "15,16"),
}
NOON = (" %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p")  # 12-hour clocks
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%g", *NOON)
ISO_DAY = r"\d{4}[-/\\ ]\d{1,2}[-/\\ ]\d{1,2}"
ISO_TIME = r"(T| +)\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?"
ISO_NOON = tuple(day + time for day in ("%Y-%m-%d", "%Y/%m/%d") for time in NOON)
# A zone stands behind a time: Z, an offset of up to 14 hours (there are none beyond), or a name.
OFFSET = r"[-+](?:0\d|1[0-3])(?::?[0-5]\d(?::?[0-5]\d)?)?|[-+]14(?::?00(?::?00)?)?"
NAME = r"(?:[A-Za-z][A-Za-z_]{2,}|[A-Za-z]{2}/)(?:[-+/]?[A-Za-z0-9_]+)*"  # UTC, Europe/Berlin, US/Eastern, Etc/GMT+5
ZONE = rf"(:\d{{2}}(?:[.]\d+)?(?: ?[AaPp][Mm]\b)?) ?(Z|{OFFSET}|{NAME})$"  # the start of America is no AM
EXPECTED = f"a day from {FIRST_YEAR} to {LAST_YEAR}"
SAMPLE = 10_000


@dataclass(frozen=True)
class _Texts:
    """Texts of a column: the SQL of one and of its being there, whether any has a zone, and the shop's clock."""

    text: str
    here: str
    zoned: bool
    clock: Clock


def calendar_day(
    connection: duckdb.DuckDBPyConnection, ours: str, theirs: str, kind: str, faults: Faults, clock: Clock
) -> Reading | None:
    """Read a calendar day: the one written, or, of a moment with a zone, the one that it was in the shop then.

    None, with a fault, where two days may be meant.
    """
    place = column(theirs)
    here, shown = present(place, kind), f"CAST({place} AS VARCHAR)"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        day = clock.day_sql(place) if kind.endswith("TIME ZONE") else f"CAST({place} AS DATE)"
        return Reading(ours, theirs, here, _sane(day), EXPECTED, shown)
    texts = _Texts(f"trim({shown})", here, kind == TEXT and _has_zones(connection, f"trim({shown})"), clock)
    forms, complete = _formats(connection, texts, kind)
    chosen, *others = forms
    for other in others:
        if count := _differing(connection, _read_as(chosen, texts), _read_as(other, texts)):
            faults.add(
                f"column {theirs!r} (for {ours}) can be read as {shown_as(chosen)} and as {shown_as(other)} "
                f"(rows where they differ: {count:,}); expected: dates of one meaning. Write them as YYYY-MM-DD"
            )
            return None
    expected = f"{EXPECTED}, as {shown_as(chosen)}"
    if chosen == SERIAL:
        note(f"Column {theirs!r} (for {ours}): {numbered_days(connection, texts.text, here)}, and all are read so.")
    elif chosen in EPOCHS:
        note(f"Column {theirs!r} (for {ours}) is read as {chosen}, in {clock.name}.")
    elif not complete and (like := numbered_days(connection, texts.text, here)):
        expected += f" ({like}; write such days as YYYY-MM-DD)"
    day = _read_as(chosen, texts)
    if texts.zoned and clock.timezone is None and chosen in FORMATS:
        return Moment(
            ours, theirs, here, day, expected, shown, f"CAST({_without_zone(chosen, texts.text)} AS DATE) <> {day}"
        )
    return Reading(ours, theirs, here, day, expected, shown)


def _has_zones(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    zoned = f"bool_or(contains({text}, ':') AND regexp_matches({text}, {literal(ZONE)}))"
    return bool(connection.execute(f"SELECT {zoned} FROM source").fetchall()[0][0])


def _formats(connection: duckdb.DuckDBPyConnection, texts: _Texts, kind: str) -> tuple[list[str], bool]:
    """Return the formats that read the most values, and whether they read all; ISO where none reads any."""
    every = [form for form in (*FORMATS, *EPOCHS) if kind != "FLOAT" or form != COMPACT]  # 7 digits are all it holds
    some, _ = _best(connection, texts, every, limit=SAMPLE)
    best, complete = _best(connection, texts, some)
    if not complete:  # the first values do not decide for those that are written in another way
        best, complete = _best(connection, texts, every)
    if not best and are_surely_serials(connection, texts.text, texts.here, texts.clock.run_day):
        return [SERIAL], True
    return best or every[:1], complete


def shown_as(form: str) -> str:
    """Name a format as people do.

    Examples
    --------
    >>> shown_as("%d.%m.%Y")
    'DD.MM.YYYY'
    """
    return re.sub("%[a-zA-Z]", lambda found: LETTERS[found[0]], form)


def _read_as(form: str, texts: _Texts) -> str:
    """SQL expression: the day that a text shows in a format; null where it shows none."""
    return serial_day(texts.text) if form == SERIAL else _sane(_day(form, texts))


def _day(form: str, texts: _Texts) -> str:
    """SQL expression: the day that a text shows in a format, of whatever year; null where it shows none."""
    if form in EPOCHS:
        return _since_1970(texts, *EPOCHS[form])
    day = f"CAST({_written(form, texts.text)} AS DATE)"
    if texts.zoned:
        ends = f"regexp_matches({texts.text}, {literal(ZONE)})"
        day = f"(CASE WHEN {ends} THEN {_with_zone(form, texts)} ELSE {day} END)"
    return day


def _written(form: str, text: str) -> str:
    """SQL expression: the TIMESTAMP that a text shows as it is written; null where it shows none."""
    if form == ISO:
        iso = literal(f"{ISO_DAY}({ISO_TIME})?")
        return f"""(CASE WHEN regexp_full_match({text}, {iso}) THEN TRY_CAST({text} AS TIMESTAMP)
                         WHEN regexp_matches({text}, '[AaPp][Mm]$') THEN try_strptime({text}, {literals(ISO_NOON)})
                    END)"""
    formats = literals(form + time for time in TIMES)
    if form == COMPACT:  # strptime would take 1997111 for a day too; a float shows 20200131 as 20200131.0
        whole = f"(CASE WHEN contains({text}, '.') THEN regexp_replace({text}, '[.]0+$', '') ELSE {text} END)"
        return (
            f"(CASE WHEN regexp_matches({text}, '^[0-9]{{8}}([.]0+$| |$)') THEN try_strptime({whole}, {formats}) END)"
        )
    # DuckDB takes words such as `epoch` and `infinity` for 1900-01-01 in any format
    return f"(CASE WHEN regexp_matches({text}, '[0-9]') THEN try_strptime({text}, {formats}) END)"


def _without_zone(form: str, text: str) -> str:
    """SQL expression: the TIMESTAMP that a text shows where it was written, whatever its time zone."""
    return _written(form, rf"regexp_replace({text}, {literal(ZONE)}, '\1')")


def _with_zone(form: str, texts: _Texts) -> str:
    """SQL expression: the day in the shop of a text that ends in a time zone."""
    written = _without_zone(form, texts.text)
    zone = f"regexp_extract({texts.text}, {literal(ZONE)}, 2)"
    apart = f"(CASE WHEN regexp_matches({zone}, '^[A-Za-z]{{2}}') THEN ' ' ELSE '' END)"
    moment = f"TRY_CAST(strftime({written}, '%Y-%m-%d %H:%M:%S') || {apart} || {zone} AS TIMESTAMPTZ)"
    return texts.clock.day_sql(moment)


def _since_1970(texts: _Texts, in_a_second: int, digits: str) -> str:
    moment = f"make_timestamptz(TRY_CAST(floor(TRY_CAST({texts.text} AS DOUBLE) * {10**6 // in_a_second}) AS BIGINT))"
    shows = f"regexp_full_match({texts.text}, '[0-9]{{{digits}}}([.][0-9]*)?')"
    return f"(CASE WHEN {shows} THEN {texts.clock.day_sql(moment)} END)"


def _sane(day: str) -> str:
    return f"(CASE WHEN {_is_sane(day)} THEN {day} END)"


def _is_sane(day: str) -> str:
    return f"year({day}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}"


def _best(
    connection: duckdb.DuckDBPyConnection, texts: _Texts, formats: list[str], limit: int | None = None
) -> tuple[list[str], bool]:
    """Return the formats that read the most values, in their order, and whether they read all; none where none does."""
    if not formats:
        return [], False
    values = f"SELECT {texts.text} AS text, 1 AS rows FROM source WHERE {texts.here}"
    if limit:  # few enough to read every day once
        values = f"SELECT text, count(*) AS rows FROM ({values} LIMIT {limit}) GROUP BY text"
    # each day by a name, since planning an expression twice takes longer than evaluating it
    days = ", ".join(f"{_day(form, replace(texts, text='text'))} AS day_{k}" for k, form in enumerate(formats))
    counts = ", ".join(f"coalesce(sum(rows) FILTER ({_is_sane(f'day_{k}')}), 0)" for k in range(len(formats)))
    rows, *read = connection.execute(f"""
        SELECT coalesce(sum(rows), 0), {counts} FROM (SELECT rows, {days} FROM ({values}))""").fetchall()[0]
    most = max(read)
    best = [form for form, count in zip(formats, read, strict=True) if most and count == most]
    return best, most == rows


def _differing(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> int:
    return int(connection.execute(f"SELECT count(*) FILTER ({one} <> {other}) FROM source").fetchall()[0][0])
