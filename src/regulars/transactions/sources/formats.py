"""Files that know types: the query that gives their rows, with nothing made of a value but what stands there."""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from regulars.errors import InputError
from regulars.transactions.sources.refusals import KINDS
from regulars.transactions.sql import identifier, literal, paths
from regulars.transactions.values.expressions import TEXT

JSON_TYPES = ("BIGINT", "HUGEINT", "DOUBLE", "BOOLEAN", TEXT)
JSON_TEXTS = ("DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID")  # DuckDB sees them in texts


Query = tuple[str, frozenset[str]]  # the query, and the columns in which values of several types stand


def _parquet_sql(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> Query:
    # What folders are called (month=07) stays text, as any name.
    query = f"FROM read_parquet({paths(files)}, union_by_name = true, hive_types_autocast = false)"
    found = {name.casefold(): name for name, *_ in connection.execute(f"DESCRIBE {query}").fetchall()}
    asked = f"SELECT lower(name), count(DISTINCT duckdb_type) FROM parquet_schema({paths(files)}) GROUP BY ALL"
    written = dict(connection.execute(asked).fetchall())
    for name in found:  # DuckDB calls a second `amount` amount_1
        first = re.sub(r"_\d+$", "", name)
        if first != name and first in found and name not in written:
            raise InputError(f"{files[0]} has more than one column named {found[first]!r}. Rename one of them.")
    return query, frozenset(name for folded, name in found.items() if written.get(folded, 1) > 1)


def _json_sql(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> Query:
    """Query that keeps texts as texts, whatever they look like, and values of several types as their text."""
    whole = f"{paths(files)}, format = 'auto'"
    every = f"{whole}, union_by_name = true, sample_size = -1, convert_strings_to_integers = false"
    rows = connection.execute(f"DESCRIBE FROM read_json({every})").fetchall()
    described = {name: kind for name, kind, *_ in rows}
    if list(described) == ["json"]:
        raise InputError(f"{files[0]} holds no JSON objects. {KINDS['JSON lines']}")
    texts = {name: TEXT if kind in JSON_TEXTS else kind for name, kind in described.items()}
    types = {name: kind if kind in JSON_TYPES else "JSON" for name, kind in texts.items()}
    columns = ", ".join(f"{literal(name)}: '{kind}'" for name, kind in types.items())
    several = [
        f"{identifier(name)} ->> '$' AS {identifier(name)}" for name, kind in described.items() if kind == "JSON"
    ]
    chosen = f"* REPLACE ({', '.join(several)})" if several else "*"
    mixed = frozenset(name for name, kind in types.items() if kind in ("JSON", "DOUBLE"))  # 7 and 7.0 are one number
    return f"SELECT {chosen} FROM read_json({whole}, columns = {{{columns}}})", mixed


QUERIES = {"Parquet": _parquet_sql, "JSON lines": _json_sql}
