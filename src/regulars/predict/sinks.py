"""Tables and pages on disk: whole, or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.errors import InputError
from regulars.files import Drafts, whole_files
from regulars.predict.formulas import with_formulas, without_formulas
from regulars.predict.places import HIVE_KEY, TABLE, check_file, is_partition, manifest_of
from regulars.redact import redacted


def read_table(
    path: Path, needed: Sequence[str] = (), *, verb: str = "score", texts: Sequence[str] = (), lean: bool = False
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
    lean : bool
        Read the columns needed and no others, in little memory: texts as categories, and days as times at midnight.
    """
    try:
        found = path.is_file()
    except OSError as error:
        raise InputError(f"The table {str(path)!r} cannot be read: {error.strerror}.") from None
    if not found:
        raise InputError(f"There is no table {str(path)!r}. Give the file that `regulars {verb}` wrote.")
    table = _read(path, texts, needed if lean else None)
    if missing := [name for name in needed if name not in table]:
        raise InputError(
            f"{str(path)!r} is not the table that is expected: it lacks {', '.join(missing)}. Columns found: "
            f"{', '.join(_columns(path))}; expected: {', '.join(needed)}. Give the file that "
            f"`regulars {verb}` wrote."
        )
    return table


def _read(path: Path, texts: Sequence[str], only: Sequence[str] | None) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return _with_cutoff(
                pd.read_parquet(path, engine="pyarrow") if only is None else _read_lean(path, only), path
            )
        # a customer may be called NA or null; nothing at all is null
        table = pd.read_csv(
            path,
            usecols=None if only is None else set(only).__contains__,
            dtype=dict.fromkeys(("customer_id", *texts), str),
            keep_default_na=False,
            na_values=[""],
        )
    except (ValueError, OSError) as error:
        raise InputError(f"{str(path)!r} cannot be read as a table: {error}") from None
    if "customer_id" in table and table["customer_id"].str.fullmatch(r"0|-?[1-9][0-9]{0,17}").all():
        table["customer_id"] = table["customer_id"].astype("int64")
    return with_formulas(table)


def _with_cutoff(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The table with its cutoff, which may stand in the name of its folder alone."""
    if is_partition(path) and "cutoff" not in table:
        table.insert(
            min(1, table.shape[1]), "cutoff", pd.Timestamp(path.parent.name.removeprefix(HIVE_KEY)).as_unit("us")
        )
    return table


def _read_lean(path: Path, only: Sequence[str]) -> pd.DataFrame:
    """Some columns of a Parquet file, one after the other; a text that many rows share is held once."""
    schema = pq.read_schema(path)
    names = [name for name in only if name in schema.names]
    shared = [name for name in names if name != "customer_id" and pa.types.is_string(schema.field(name).type)]
    read: dict[str, pd.Series] = {}
    for name in names:
        read[name] = pq.read_table(path, columns=[name], read_dictionary=shared)[name].to_pandas(date_as_object=False)
        pa.default_memory_pool().release_unused()
    return pd.DataFrame(read, copy=False)


def _columns(path: Path) -> list[str]:
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
    """Write the manifest of a table aside, to be put in place with it; return its path."""
    manifest = manifest_of(path)
    text = json.dumps(redacted({"table": path.name, "sha256": digest, **content}), indent=1, sort_keys=True)
    draft_text(files, text + "\n", manifest)
    return manifest


def write_text(text: str, path: Path) -> str:
    """Write a text file whole or not at all; return its sha256."""
    with whole_files() as files:
        return draft_text(files, text, path)


def draft_table(files: Drafts, frame: pd.DataFrame, path: Path) -> str:
    """Write a table as Parquet or CSV by its ending, to be put in place with other files; return its sha256.

    The same frame gives the same bytes.
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
    return _quoted(any(texts[name].astype(str).str.contains("\r", regex=False).any() for name in texts))


def _quoted(has_returns: bool) -> Literal[0, 2]:
    return csv.QUOTE_NONNUMERIC if has_returns else csv.QUOTE_MINIMAL


def draft_text(files: Drafts, text: str, path: Path) -> str:
    """Write a text aside, to be put in place with other files; return its sha256."""
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
