"""A table on disk, read some rows at a time as often as it is needed, so that it is never held whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from regulars.errors import InputError
from regulars.predict.formulas import with_formulas
from regulars.predict.sinks import are_whole, check_columns, csv_options, cutoff_of_folder, readable

AT_ONCE = 50_000  # rows
BUFFER = 1 << 20  # bytes of a column of a Parquet file


@dataclass(frozen=True, eq=False)
class TableParts:
    """A table that `draft_table` wrote, with texts and ids as `read_table` reads them.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Those that were asked for.
    texts : sequence of str
        Columns that a CSV file holds as text.
    rows : int
        Of the file.
    version : tuple of int
        By which a file is known that took the place of this one.
    whole_ids : bool
        Whether the ids of a CSV file are all plain whole numbers.
    left_out : ndarray of bool, shape (rows,), optional
        Rows that are not given.
    """

    path: Path
    columns: Sequence[str]
    texts: Sequence[str]
    rows: int
    version: tuple[int, ...]
    whole_ids: bool = False
    left_out: npt.NDArray[np.bool_] | None = None

    @classmethod
    def open(cls, path: Path, needed: Sequence[str], *, verb: str = "score", texts: Sequence[str] = ()) -> TableParts:
        """Look at the columns, and count the rows.

        Parameters
        ----------
        path : Path
        needed : sequence of str
            Columns that have to be there, and are given.
        verb : str
            Which verb writes such a table, for messages.
        texts : sequence of str
            Columns that a CSV file holds as text, whatever they look like.

        Raises
        ------
        InputError
        """
        check_columns(path, needed, verb=verb)
        with readable(path), path.open("rb") as file:
            if path.suffix == ".parquet":
                return cls(path, needed, texts, pq.read_metadata(file).num_rows, _version(file))
            rows, whole = 0, True
            for ids in pd.read_csv(file, usecols=["customer_id"], chunksize=AT_ONCE, **csv_options(())):
                rows, whole = rows + len(ids), whole and are_whole(ids["customer_id"])
            return cls(path, needed, texts, rows, _version(file), whole)

    def __len__(self) -> int:
        return self.rows - (0 if self.left_out is None else int(np.count_nonzero(self.left_out)))

    def without(self, left_out: npt.NDArray[np.bool_]) -> TableParts:
        """The table without some of its rows."""
        return replace(self, left_out=left_out)

    def parts(self, names: Sequence[str]) -> Iterator[pd.DataFrame]:
        """These columns, some rows at a time; one part without rows where the table has none."""
        first, read = 0, self._from_parquet if self.path.suffix == ".parquet" else self._from_csv
        with readable(self.path), self.path.open("rb") as file:
            if _version(file) != self.version:
                raise InputError(f"{str(self.path)!r} was replaced while it was read. Run the command again.")
            for part in read(file, names):
                kept = part if self.left_out is None else part[~self.left_out[first : first + len(part)]]
                first += len(part)
                yield kept.reset_index(drop=True)

    def _from_parquet(self, file: BinaryIO, names: Sequence[str]) -> Iterator[pd.DataFrame]:
        table = pq.ParquetFile(file, buffer_size=BUFFER)
        there = [name for name in names if name in table.schema_arrow.names]
        batches = table.iter_batches(AT_ONCE, columns=there) if self.rows else [table.schema_arrow.empty_table()]
        for batch in batches:
            part = batch.select(there).to_pandas(date_as_object=False)
            if len(there) < len(names):
                part["cutoff"] = cutoff_of_folder(self.path)
            yield part[list(names)]

    def _from_csv(self, file: BinaryIO, names: Sequence[str]) -> Iterator[pd.DataFrame]:
        options = csv_options([name for name in self.texts if name in names])
        ids = {"customer_id": "int64"} if self.whole_ids and "customer_id" in names else {}
        if not self.rows:
            yield pd.read_csv(file, usecols=list(names), **options)[list(names)].astype(ids)
            return
        for part in pd.read_csv(file, usecols=list(names), chunksize=AT_ONCE, **options):
            yield with_formulas(part[list(names)].astype(ids))


def _version(file: BinaryIO) -> tuple[int, ...]:
    told = os.fstat(file.fileno())
    return told.st_ino, told.st_size, told.st_mtime_ns
