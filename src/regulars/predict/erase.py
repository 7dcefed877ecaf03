"""Removing one customer from tables on disk: everything else in them stays as it was, to the byte or the type."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.errors import InputError
from regulars.files import Drafts, whole_files
from regulars.predict.formulas import MARK, RUNS
from regulars.predict.places import draft_folder, manifest_of
from regulars.predict.sinks import draft_text, read_manifest
from regulars.redact import redact
from regulars.transactions.sources.databases import file_kind

HASHED = "customer"  # column of the campaign history, which holds hashes
NAMED = ("customer_id", "External ID", "Customer ID", "Email", "Email Address")  # of ours, and of mail tools
TABLES, PAGES = (".parquet", ".csv"), (".html",)
DELIMITERS = ",;\t|"
COUNTS = ("rows", "customers")  # of a manifest, that a customer's row counts in


@dataclass(frozen=True)
class Sought:
    """Whom to remove: the text of the id (7 for 7.0), and the hash that campaign histories hold.

    `mapped` are the user's own names of columns that hold ids.
    """

    customer: str
    hashed: str
    mapped: frozenset[str] = frozenset()

    def columns(self, names_: Sequence[str]) -> list[str]:
        """Those of the columns that name customers."""
        return [name for name in names_ if name in NAMED or name == HASHED or name in self.mapped]

    def is_in(self, column: str, value: str) -> bool:
        """Tell whether a value of a column is this customer."""
        if column == HASHED and (value == self.hashed or HASHED not in self.mapped):
            return value == self.hashed
        if not value.startswith(self.customer, 1 if value[:1] == MARK else 0) and not value.startswith(self.customer):
            return False
        plain = value[1:] if value[:1] == MARK and value.lstrip(MARK).startswith(RUNS) else value
        return plain == self.customer or (self._is_whole and bool(re.fullmatch(r"\.0+", plain[len(self.customer) :])))

    @cached_property
    def _is_whole(self) -> bool:
        """Whether the id is a whole number, which files may write with decimals."""
        return bool(re.fullmatch(r"0|-?[1-9][0-9]*", self.customer))


@dataclass(frozen=True)
class Found:
    """A table that has rows of the customer.

    Parameters
    ----------
    path : Path or str
        A file, or the address of a database on a server, or of an object in S3.
    rows, left : int
        Rows of the customer, and all others.
    has_manifest : bool
        Whether a manifest lies beside it.
    table : str, optional
        Its name, in a database.
    """

    path: Path | str
    rows: int
    left: int
    has_manifest: bool
    table: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        values = {name: value for name, value in asdict(self).items() if value is not None}
        return {**values, "path": redact(str(self.path))}


def files_in(paths: Sequence[Path]) -> list[Path]:
    """Tables, databases and pages among the files and, with all that is in them, folders; each once, sorted.

    Raises
    ------
    InputError
        If there is no such file or folder, or a file that is named is no table and no page.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            inside = (file for file in path.rglob("*") if _can_be_searched(file) and file.is_file())
            found |= {file for file in inside if not _is_hidden(file.relative_to(path))}
        elif not path.is_file():
            raise InputError(f"There is no file or folder {str(path)!r} to look for the customer in.")
        elif not _can_be_searched(path):
            raise InputError(
                f"{str(path)!r} cannot be searched: tables (.parquet, .csv), databases of SQLite and DuckDB, and pages "
                "(.html) can. Make it again, or remove the customer from it by hand."
            )
        else:
            found.add(path)
    return sorted(found)


def _can_be_searched(path: Path) -> bool:
    return path.suffix in (*TABLES, *PAGES) or file_kind(path) is not None


def _is_hidden(path: Path) -> bool:
    """Tell whether a path leads through a folder of drafts or the like."""
    return any(part.startswith(".") for part in path.parts)


def names(page: Path, sought: Sought) -> bool:
    """Tell whether a page shows the id as a word of its own."""
    text = page.read_text(encoding="utf-8", errors="surrogateescape")
    return bool(re.search(rf"(?<![\w.-]){re.escape(html.escape(sought.customer))}(?![\w-]|\.\d)", text))


def search(path: Path, sought: Sought, *, named: str | None = None) -> Found | None:
    """Look for a customer in a table; None where there is no row of theirs, or no column that names customers.

    Parameters
    ----------
    path : Path
    sought : Sought
    named : str, optional
        What messages call the table; without it by its path.

    Raises
    ------
    InputError
        If the table cannot be read.
    """
    try:
        rows, total = _count_parquet(path, sought) if path.suffix == ".parquet" else _count_csv(path, sought)
    except (OSError, ValueError, csv.Error) as error:  # Arrow's errors are these, too
        raise InputError(f"{named or str(path)!r} cannot be read as a table: {error}") from None
    return Found(path, rows, total - rows, manifest_of(path).exists()) if rows else None


def erase(path: Path, rows: int, sought: Sought) -> None:
    """Remove the rows of a customer from a file, and bring its manifest up to date; both, or neither.

    Format, types, order and all other values stay. Of a CSV file the other lines stay to the byte.
    """
    with whole_files(aside=draft_folder(path)) as files:
        write = _write_parquet if path.suffix == ".parquet" else _write_csv
        digest = files.write(path, lambda aside: write(path, aside, sought))
        if manifest_of(path).exists():
            _draft_manifest(files, path, rows, digest)


def _draft_manifest(files: Drafts, path: Path, rows: int, digest: str) -> None:
    """Totals in it were computed with the rows that are gone: how many these are stands beside them."""
    content = read_manifest(path)
    if content.get("sha256") != digest:  # a run that was cut off may have told it of an object before
        text = json.dumps({**without(content, rows), "sha256": digest}, indent=1, sort_keys=True)
        draft_text(files, text + "\n", manifest_of(path))


def without(content: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """What a manifest says once so many rows are gone.

    Examples
    --------
    >>> without({"rows": 5, "model_version": "ab"}, 2)
    {'rows': 3, 'model_version': 'ab', 'rows_forgotten': 2}
    """
    counts = {name: content[name] - rows for name in COUNTS if isinstance(content.get(name), int)}
    return {**content, **counts, "rows_forgotten": content.get("rows_forgotten", 0) + rows}


def _count_parquet(path: Path, sought: Sought) -> tuple[int, int]:
    file = pq.ParquetFile(path)
    columns = sought.columns(file.schema_arrow.names)
    if not columns:
        return 0, file.metadata.num_rows
    table = file.read(columns=columns)
    return int(pc.sum(_of_customer(table, sought)).as_py() or 0), table.num_rows


def _of_customer(table: pa.Table, sought: Sought) -> pa.ChunkedArray:
    """Which rows are of the customer; distinct ids alone are looked at one by one."""
    hits = pa.chunked_array([pa.array([False]).take(pa.array([0] * table.num_rows, pa.int32()))])
    for name in sought.columns(table.column_names):
        encoded = pc.cast(table[name], pa.string())
        distinct = [value for value in pc.unique(encoded).to_pylist() if value is not None]
        theirs = pa.array([value for value in distinct if sought.is_in(name, value)], pa.string())
        hits = pc.or_(hits, pc.is_in(encoded, value_set=theirs))
    return hits


def _write_parquet(path: Path, aside: Path, sought: Sought) -> None:
    file = pq.ParquetFile(path)
    table, meta = file.read(), file.metadata
    codec = meta.row_group(0).column(0).compression if meta.num_row_groups else "SNAPPY"
    kept = table.filter(pc.invert(_of_customer(table, sought)))
    kept = pa.Table.from_arrays([_of_rows(column) for column in kept.columns], schema=kept.schema)
    pq.write_table(kept, aside, compression="NONE" if codec == "UNCOMPRESSED" else codec)


def _of_rows(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.DictionaryArray:
    """Without categories that no row has any more: a dictionary would keep the customer's."""
    if not pa.types.is_dictionary(column.type):
        return column
    whole = column.unify_dictionaries().combine_chunks()
    used = pc.unique(whole.indices.drop_null()).sort()
    places = pc.index_in(whole.indices, value_set=used).cast(column.type.index_type)
    return pa.DictionaryArray.from_arrays(places, whole.dictionary.take(used), ordered=column.type.ordered)


def _count_csv(path: Path, sought: Sought) -> tuple[int, int]:
    total = rows = 0
    for _, theirs in _records(path, sought):
        total += 1
        rows += theirs
    return rows, total


def _write_csv(path: Path, aside: Path, sought: Sought) -> None:
    with aside.open("w", encoding="utf-8", errors="surrogateescape", newline="") as out:
        out.write(_head(path)[0])
        for raw, theirs in _records(path, sought):
            if not theirs:
                out.write(raw)


def _head(path: Path) -> tuple[str, list[str], str]:
    """The header as it stands, its names, and what lies between fields."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        raw = file.readline()
    plain = raw.removeprefix("\ufeff")
    delimiter = max(DELIMITERS, key=plain.count)
    return raw, next(csv.reader([plain], delimiter=delimiter), []), delimiter


def _records(path: Path, sought: Sought) -> Iterator[tuple[str, bool]]:
    """Every record below the header as it stands, and whether it is of the customer."""
    _, header, delimiter = _head(path)
    places = {header.index(name): name for name in sought.columns(header)}
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.readline()
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in file:
                taken.append(line)
                yield line

        for record in csv.reader(lines(), delimiter=delimiter):
            theirs = any(place < len(record) and sought.is_in(name, record[place]) for place, name in places.items())
            yield "".join(taken), theirs
            taken.clear()
