"""Tables and pages on disk: whole, or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.errors import InputError
from regulars.files import Drafts, whole_files
from regulars.predict.formulas import with_formulas, without_formulas
from regulars.predict.places import HIVE_KEY, PARQUET, TABLE, check_file, is_partition, manifest_of
from regulars.redact import redacted
from regulars.texts import TEXT_DTYPE
from regulars.transactions.sources.databases import file_kind

# Before pandas 3.1 the last bit of a number may be lost, if not told so; since then it is deprecated to say it.
TO_THE_BIT = {"float_precision": "round_trip"} if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1) else {}


def read_table(
    path: Path, needed: Sequence[str] = (), *, verb: str = "score", texts: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a table that `draft_table` wrote and that has the columns needed.

    In a CSV file ids are text, zeros and all, unless every one is a plain whole number. Texts are read as they were
    before `formulas.without_formulas`.

    Parameters
    ----------
    path : Path
    needed : sequence of str
        Columns that have to be there.
    verb : str
        Which verb writes such a table, for messages.
    texts : sequence of str
        Columns that a CSV file holds as text, whatever they look like.
    """
    check_columns(path, needed, verb=verb)
    with readable(path):
        if path.suffix == ".parquet":
            return _with_cutoff(pd.read_parquet(path, engine="pyarrow"), path)
        table = pd.read_csv(path, **csv_options(texts))
    if "customer_id" in table and are_whole(table["customer_id"]):
        table["customer_id"] = table["customer_id"].astype("int64")
    return with_formulas(table)


def check_columns(path: Path, needed: Sequence[str], *, verb: str) -> None:
    """Refuse a table without a column that is needed.

    Raises
    ------
    InputError
        Also if it is not there or cannot be read.
    """
    try:
        found, is_folder, database = path.is_file(), path.is_dir(), file_kind(path)
    except OSError as error:
        raise InputError(f"The table {str(path)!r} cannot be read: {error.strerror}.") from None
    if is_folder:
        inside = sorted(path.glob(f"{HIVE_KEY}*/*{PARQUET.endings[0]}"))
        such = f"one file in it, such as {str(inside[-1])!r}" if inside else f"the file that `regulars {verb}` wrote"
        raise InputError(f"{str(path)!r} is a folder; a table is expected. Give {such}.")
    if not found:
        raise InputError(f"There is no table {str(path)!r}. Give the file that `regulars {verb}` wrote.")
    if database:
        raise InputError(
            f"{str(path)!r} is a {database} database; a file of Parquet or CSV is expected. "
            f"Let `regulars {verb}` write one too."
        )
    with readable(path):
        columns = columns_in(path)
    known = [*columns, "cutoff"] if cutoff_of_folder(path) is not None else columns
    if missing := [name for name in needed if name not in known]:
        raise InputError(
            f"{str(path)!r} is not the table that is expected: it lacks {', '.join(missing)}. Columns found: "
            f"{', '.join(columns)}; expected: {', '.join(needed)}. Give the file that "
            f"`regulars {verb}` wrote."
        )


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """One error for whatever is wrong with a table while it is read."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise InputError(f"{str(path)!r} cannot be read as a table: {error}") from None


def csv_options(texts: Sequence[str]) -> dict[str, Any]:
    """How pandas reads our CSV files: numbers to the bit; a customer may be called NA or null; nothing is null."""
    return {
        "dtype": dict.fromkeys(("customer_id", *texts), str),
        "keep_default_na": False,
        "na_values": [""],
        **TO_THE_BIT,
    }


def are_whole(ids: pd.Series) -> bool:
    """Whether all ids of a CSV file are plain whole numbers, without zeros before them."""
    return bool(ids.str.fullmatch(r"(0|-?[1-9][0-9]{0,17})").all())


def cutoff_of_folder(path: Path) -> pd.Timestamp | None:
    """The cutoff of a table whose folder is named after it; the table itself may have no such column."""
    return pd.Timestamp(path.parent.name.removeprefix(HIVE_KEY)).as_unit("us") if is_partition(path) else None


def _with_cutoff(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The table with its cutoff, which may stand in the name of its folder alone."""
    if (cutoff := cutoff_of_folder(path)) is not None and "cutoff" not in table:
        table.insert(min(1, table.shape[1]), "cutoff", cutoff)
    return table


def columns_in(path: Path) -> list[str]:
    """The names of a table's columns."""
    if path.suffix == ".parquet":
        return list(pq.read_schema(path).names)
    return list(map(str, pd.read_csv(path, nrows=0).columns))


def write_with_manifest(frame: pd.DataFrame, path: Path, content: Mapping[str, Any]) -> Path:
    """Write a table with `<path>.manifest.json` beside it, both or neither; return the path of the manifest.

    Parameters
    ----------
    frame : DataFrame
    path : Path
    content : mapping
        What the manifest says besides the name and the checksum of the table.
    """
    with whole_files() as files:
        return draft_manifest(files, path, draft_table(files, frame, path), content)


def draft_manifest(files: Drafts, path: Path, digest: str, content: Mapping[str, Any]) -> Path:
    """Write the manifest of a table aside, to be put in place with it; return its path.

    Parameters
    ----------
    files : Drafts
        What is put in place together, when all of it is written.
    path : Path
        Where the table is to be.
    digest : str
        The sha256 of the table.
    content : mapping
        What the manifest says beside the name and the checksum of the table.

    Returns
    -------
    Path
    """
    manifest = manifest_of(path)
    text = json.dumps(redacted({"table": path.name, "sha256": digest, **content}), indent=1, sort_keys=True)
    draft_text(files, text + "\n", manifest)
    return manifest


def write_text(text: str, path: Path) -> str:
    """Write a text file whole or not at all; return its sha256.

    Parameters
    ----------
    text : str
        The content, written as UTF-8.
    path : Path
        Where it is to be.

    Returns
    -------
    str
        The sha256 of the file, as hex digits.

    Raises
    ------
    InputError
        If the path cannot be written.
    """
    with whole_files() as files:
        return draft_text(files, text, path)


def draft_table(files: Drafts, frame: pd.DataFrame, path: Path) -> str:
    """Write a table as Parquet or CSV by its ending, to be put in place with other files; return its sha256.

    The same frame gives the same bytes.

    Parameters
    ----------
    files : Drafts
        What is put in place together, when all of it is written.
    frame : DataFrame
        The table; its index is not written.
    path : Path
        Ends in .parquet or .csv.

    Returns
    -------
    str
        The sha256 of the file, as hex digits.

    Raises
    ------
    InputError
        If the path cannot be written, or has another ending.
    """
    check_file(path, TABLE)

    def write(aside: Path) -> None:
        if path.suffix == ".parquet":
            frame.to_parquet(aside, index=False, engine="pyarrow")
        else:
            without_formulas(frame).to_csv(aside, index=False, lineterminator="\n", quoting=_quoting(frame))

    return files.write(path, write)


class Tables(Protocol):
    """A table that comes in parts, the first rows first."""

    @property
    def schema(self) -> pa.Schema:
        """Columns and types."""

    @property
    def has_returns_in_texts(self) -> bool:
        """Whether a text holds a bare CR."""

    def tables(self) -> Iterator[pa.Table]:
        """The rows."""


def draft_tables(files: Drafts, parts: Tables, path: Path) -> str:
    """Write a table that comes in parts, as `draft_table` writes one that is held whole; return its sha256."""
    check_file(path, TABLE)
    write = _write_parquet if path.suffix == ".parquet" else _write_csv
    return files.write(path, lambda aside: write(parts, aside))


def _write_parquet(parts: Tables, aside: Path) -> None:
    with pq.ParquetWriter(aside, parts.schema) as writer:
        for table in parts.tables():
            writer.write_table(table)


def _write_csv(parts: Tables, aside: Path) -> None:
    quoting = _quoted(parts.has_returns_in_texts)
    with aside.open("w", encoding="utf-8", newline="") as out:
        for number, table in enumerate(parts.tables()):
            frame = without_formulas(table.to_pandas())
            frame.to_csv(out, index=False, header=number == 0, lineterminator="\n", quoting=quoting)


def _quoting(frame: pd.DataFrame) -> Literal[0, 2]:
    """Quotes around all texts where one holds a bare CR: Python writes that bare, and readers end a line there."""
    texts = frame.select_dtypes(exclude=["number", "bool", "datetime"])
    return _quoted(any(texts[name].astype(TEXT_DTYPE).str.contains("\r", regex=False).any() for name in texts))


def _quoted(has_returns: bool) -> Literal[0, 2]:
    return csv.QUOTE_NONNUMERIC if has_returns else csv.QUOTE_MINIMAL


def draft_text(files: Drafts, text: str, path: Path) -> str:
    """Write a text aside, to be put in place with other files; return its sha256.

    Parameters
    ----------
    files : Drafts
        What is put in place together, when all of it is written.
    text : str
        The content, written as UTF-8.
    path : Path
        Where it is to be.

    Returns
    -------
    str
        The sha256 of the file, as hex digits.

    Raises
    ------
    InputError
        If the path cannot be written.
    """
    return files.write(check_file(path), lambda aside: aside.write_bytes(text.encode()))


def read_manifest(path: Path) -> dict[str, Any]:
    """Return what the manifest of a table says; nothing where there is none."""
    try:
        content = json.loads(manifest_of(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{str(manifest_of(path))!r} cannot be read ({error}). Score again.") from None
    return content if isinstance(content, dict) else {}
