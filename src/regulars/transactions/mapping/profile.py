"""First pass over the source: what every column holds, and which values cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import duckdb

from regulars.errors import Faults
from regulars.progress import note
from regulars.transactions.exports.aliases import plain
from regulars.transactions.mapping.mapping import DAYS, NUMBERS, Mapped
from regulars.transactions.row_outcome import EXCLUDED, sql_list
from regulars.transactions.sources.read import Source
from regulars.transactions.sql import column
from regulars.transactions.values.expressions import FLOATS, INTEGERS, TEXT, Id, Moment, Reading, present

EXAMPLES = 3
IN_WORDS = {"DATE": "day", "TIMESTAMP": "time", "BOOLEAN": "yes or no"} | dict.fromkeys((*FLOATS, "DECIMAL"), "number")
CURRENCY = ("currency", "currencycode", "ordercurrency", "invoicecurrency", "transactioncurrency", "ccy")


@dataclass(frozen=True)
class ColumnProfile:
    """What a column holds. The ids of customers are not shown.

    Parameters
    ----------
    ours, theirs, kind : str
        The name in `lines`, the user's, and its DuckDB type in the source.
    rows, absent : int
        Rows of the source, and those where nothing stands in the column.
    smallest, largest : str or None
        Extremes of numbers and days as text; None for labels.
    examples : tuple of str
        Up to 3 different values, the same ones in whatever order the rows come.
    elsewhere : int
        Moments that lie on another day in the time zone written with them than in UTC, by which they count.
    """

    ours: str
    theirs: str
    kind: str
    rows: int
    absent: int
    smallest: str | None = None
    largest: str | None = None
    examples: tuple[str, ...] = ()
    elsewhere: int = 0

    @property
    def holds(self) -> str:
        """The type in plain words, and what text is read as."""
        kind = self.kind.split("(")[0].split("_")[0].split(" ")[0]
        return "whole number" if kind in INTEGERS else IN_WORDS.get(kind, f"text{self._read_as}")

    @property
    def _read_as(self) -> str:
        return ", read as dates" if self.ours in DAYS else ", read as numbers" if self.ours in NUMBERS else ""


def profile(
    connection: duckdb.DuckDBPyConnection, source: Source, readings: dict[str, Reading], faults: Faults
) -> tuple[ColumnProfile, ...]:
    """Describe every column that is read, and note its unreadable values in `faults`."""
    named = [_named(reading, place) for place, reading in enumerate(readings.values())]
    asked = ", ".join(
        f"count(*) FILTER ({r.present}), count(*) FILTER ({_unreadable_sql(r)}), {', '.join(_extremes(r))}, "
        f"count(*) FILTER ({r.rewritten if isinstance(r, Id) else 'false'}), "
        f"count(*) FILTER ({r.elsewhere if isinstance(r, Moment) else 'false'}), {_examples(r)}"
        for r, _ in named
    )
    values = ", ".join(["1 AS line", *(value for _, value in named)])  # no column of ours may be there
    rows, *found = connection.execute(f"SELECT count(*), {asked} FROM (SELECT {values} FROM source)").fetchall()[0]
    columns = []
    for place, reading in enumerate(readings.values()):
        here, unreadable, smallest, largest, rewritten, elsewhere, shown = found[7 * place : 7 * place + 7]
        if unreadable:
            faults.add(_unreadable_fault(connection, reading, unreadable))
        if rewritten:
            note(
                f"Column {reading.theirs!r} (for {reading.ours}) has {rewritten:,} whole numbers that are written with "
                "decimals, as 7.0: they are read without, so that 7 and 7.0 are one customer."
            )
        if reading.theirs in source.types:
            examples = tuple(dict.fromkeys(value for value in shown or () if value is not None))[:EXAMPLES]
            held = (
                source.types[reading.theirs],
                rows,
                rows - here,
                _short(smallest),
                _short(largest),
                examples,
                elsewhere,
            )
            columns.append(ColumnProfile(reading.ours, reading.theirs, *held))
    return tuple(columns)


def _named(reading: Reading, place: int) -> tuple[Reading, str]:
    """Return a reading by the names that a subquery gives to its expressions, and what that selects.

    Each is asked for several times, and DuckDB takes longer to plan a long expression again than to evaluate it.
    """
    own = ["rewritten"] if isinstance(reading, Id) else ["elsewhere"] if isinstance(reading, Moment) else []
    parts = ("present", "value", "shown", *own)
    names = {part: f"{part}_{place}" for part in parts}
    return replace(reading, **names), ", ".join(f"{getattr(reading, part)} AS {name}" for part, name in names.items())


def _extremes(reading: Reading) -> tuple[str, str]:
    if reading.ours not in (*DAYS, *NUMBERS):
        return "NULL", "NULL"
    return f"CAST(min({reading.value}) AS VARCHAR)", f"CAST(max({reading.value}) AS VARCHAR)"


def _short(value: str | None) -> str | None:
    """A number without the zeros that nobody wrote."""
    return value.rstrip("0").rstrip(".") if value and "." in value else value


def currencies(connection: duckdb.DuckDBPyConnection, log: Mapped) -> tuple[str, ...]:
    """Return what a column that is called as a currency holds, sorted: nobody maps it, but amounts depend on it.

    Of a known export it is the column that the layout names, on rows that are not excluded by it.
    """
    types = log.source.types
    names = [log.layout.extra.get("currency")] if log.layout else [name for name in types if plain(name) in CURRENCY]
    used = f"coalesce({column(log.ending)} NOT IN {sql_list(EXCLUDED)}, true)" if log.ending else "true"
    for name in names:
        if name and types[name] == TEXT:
            place = column(name)
            rows = f"""SELECT DISTINCT upper(trim({place})) AS shown FROM source
                       WHERE {present(place, TEXT)} AND {used} ORDER BY shown"""
            return tuple(shown for (shown,) in connection.execute(rows).fetchall())
    return ()


def refuse_unreadable(connection: duckdb.DuckDBPyConnection, readings: Iterable[Reading], faults: Faults) -> None:
    """Note in `faults` the values of each column that cannot be read; absent ones are no fault."""
    for reading in readings:
        asked = f"SELECT count(*) FROM source WHERE {_unreadable_sql(reading)}"
        if count := connection.execute(asked).fetchall()[0][0]:
            faults.add(_unreadable_fault(connection, reading, count))


def _unreadable_sql(reading: Reading) -> str:
    """SQL condition: there is a value, and it cannot be read."""
    return f"{reading.present} AND {reading.value} IS NULL"


def _unreadable_fault(connection: duckdb.DuckDBPyConnection, reading: Reading, count: int) -> str:
    """Say how many values of a column cannot be read, with the first three different ones."""
    numbered = (
        f"SELECT row_number() OVER () AS row, {reading.shown} AS shown, {_unreadable_sql(reading)} AS bad FROM source"
    )
    examples = connection.execute(f"""
        SELECT min(row) AS row, left(shown, 40) AS text FROM ({numbered}) WHERE bad
        GROUP BY text ORDER BY row LIMIT {EXAMPLES}""").fetchall()
    listed = ", ".join(f"{shown!r} in row {row:,}" for row, shown in examples)
    values = "1 value is" if count == 1 else f"{count:,} values are"
    them = "it, or leave it empty" if count == 1 else "them, or leave them empty"
    return f"column {reading.theirs!r} (for {reading.ours}): {values} not {reading.expected}: {listed}; correct {them}"


def _examples(reading: Reading) -> str:
    """SQL list of values, drawn by their hashes so that neither the order of the rows nor threads decide."""
    if reading.ours == "customer_id":
        return "NULL"
    shown, drawn = f"left({reading.shown}, 40)", f"hash({reading.shown})"
    one_each = [
        f"arg_min({shown}, {drawn}) FILTER ({reading.present} AND {drawn} % {EXAMPLES} = {k})" for k in range(EXAMPLES)
    ]
    ends = [f"{end}({shown}) FILTER ({reading.present})" for end in ("min", "max")]  # where there are few values
    return f"[{', '.join([*one_each, *ends])}]"
