"""Columns of the log that only this shop has: read as numbers or categories, and refused where they name somebody."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from regulars.errors import Faults, InputError, ParamsError, nearest
from regulars.params import ColumnParams
from regulars.transactions.mapping.free_columns import FEW, MOSTLY, NAME, FreeColumn, free_column, refuse_alike
from regulars.transactions.sources.read import Source
from regulars.transactions.values.expressions import Reading, number

OWN_NUMBER, OWN_LABEL = "own_number_", "own_label_"  # how they are called in `lines`


def check_names(columns: Mapping[str, str]) -> None:
    """Refuse names that no column of one's own can have.

    Raises
    ------
    ParamsError
        Naming every fault.
    """
    if not isinstance(columns, Mapping):
        raise ParamsError(
            f"own_columns is {columns!r}; expected a mapping, as {{'payment': 'Paid by'}}: a name of your choice, then "
            "the column of the log."
        )
    faults = Faults("transactions.own_columns cannot be used")
    for name in columns:
        if not re.fullmatch(NAME, str(name)):
            faults.add(f"{name!r} cannot be a name: take letters, digits and _, a letter first")
        elif name in ColumnParams.model_fields:
            faults.add(f"{name!r} is a column that is known: map it under transactions.columns")
    refuse_alike(columns, faults)
    faults.raise_if_any(ParamsError)


def own_readings(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: Mapping[str, str], customer: Reading | None
) -> dict[str, Reading]:
    """Say how each column of one's own is read, under the name that it has in `lines`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the view `source`.
    source : Source
    columns : mapping
        Our name: the user's column.
    customer : Reading or None
        How the id of the customer is read; None where it cannot be.

    Raises
    ------
    InputError
        Naming every column that is missing, holds days or nested values, or names customers, orders or lines.
    """
    faults, readings = Faults(f"{source.name} cannot be used with transactions.own_columns"), {}
    for name, theirs in columns.items():
        if theirs not in source.types:
            faults.add(f"column {theirs!r} (for {name}) is missing{nearest(theirs, source.types)}")
        elif (read := free_column(connection, name, theirs, source, faults, number)) is not None:
            readings[f"{OWN_NUMBER if read.is_number else OWN_LABEL}{name}"] = read.reading
            if customer:
                _refuse_id(connection, read, customer, faults)
    faults.raise_if_any(InputError)
    return readings


def _refuse_id(connection: duckdb.DuckDBPyConnection, read: FreeColumn, customer: Reading, faults: Faults) -> None:
    """Note a column whose values nearly all belong to one customer alone: ids, free text; fractions are measured."""
    reading = read.reading
    value, who = reading.value, customer.value
    whole = f"bool_and({value} % 1 = 0)" if read.is_number else "true"
    lines, alone, values, customers, are_whole = connection.execute(f"""
        WITH held AS (
          SELECT {value} AS value, count(*) AS lines, count(DISTINCT {who}) AS holders, {whole} AS is_whole
          FROM source WHERE {reading.present} AND {customer.present} GROUP BY {value})
        SELECT sum(lines), sum(lines) FILTER (holders = 1), count(*),
          (SELECT count(DISTINCT {who}) FROM source WHERE {reading.present}), bool_and(is_whole) FROM held
        """).fetchall()[0]
    if are_whole and min(values, customers) > FEW and (alone or 0) >= MOSTLY * lines:
        faults.add(
            f"column {reading.theirs!r} (for {reading.ours}) looks like an id: {alone:,} of {lines:,} lines hold a "
            f"value that no other customer has ({values:,} different ones). Nothing can be learned of it; leave it out"
        )


def is_own(name: str) -> bool:
    """Tell a column of `lines` that only this shop has."""
    return name.startswith((OWN_NUMBER, OWN_LABEL))
