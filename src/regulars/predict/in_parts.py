"""Scores of a whole log, part by part of its customers: memory for one part at a time, and the same table for any."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.features import nobody_before
from regulars.predict.engine import Engine, Here
from regulars.predict.job import Job
from regulars.predict.part_files import PartFiles, files_for
from regulars.predict.workers import at_once, worker_count
from regulars.progress import note, step
from regulars.scorer import Forecast, Scorer
from regulars.transactions import Part, part_count, parts_of
from regulars.version import code_digest

ROWS_AT_ONCE = 131_072  # of the finished table: a row group of a Parquet file
SUMMED = ("p_churn", "expected_purchases", "expected_spend", "clv")


@dataclass(frozen=True, eq=False)
class ScoredParts:
    """The scores of a log, in parts on disk.

    Parameters
    ----------
    files : PartFiles
    parts : sequence of Part
        One after the other they have all customers, sorted.
    highs_given_a_purchase : int
        Customers whose `clv_high` is the 95 % quantile given a purchase.
    """

    files: PartFiles
    parts: Sequence[Part]
    highs_given_a_purchase: int

    def __len__(self) -> int:
        return sum(part.customers for part in self.parts)

    def column(self, name: str) -> NDArray[np.float64]:
        """A column of doubles, part by part; copied, since what does not compress is a view of its whole batch."""
        values, start = np.empty(len(self)), 0
        for part in self.parts:
            for batch in self._read(part, name):
                values[start : start + len(batch)] = batch[name].to_numpy(zero_copy_only=False)
                start += len(batch)
        return values

    @cached_property
    def totals(self) -> dict[str, float | None]:
        """Exact sums over all customers, rounded once; None where the log has no money."""
        sums = {name: math.fsum(self.column(name)) for name in SUMMED}
        return {name: None if math.isnan(value) else value for name, value in sums.items()}

    def forecast(self, scorer: Scorer) -> Forecast:
        """What all customers together are expected to do."""
        needed = ("expected_purchases", "expected_spend")
        return scorer.forecast(pd.DataFrame({name: self.column(name) for name in needed}))

    @cached_property
    def has_returns_in_texts(self) -> bool:
        """Whether a text holds a bare CR, which a CSV file has to quote."""
        return any(
            pc.any(pc.match_substring(batch[name], "\r")).as_py()
            for part in self.parts
            for name in self._text_columns
            for batch in self._read(part, name)
        )

    def tables(self, rows: int = ROWS_AT_ONCE) -> Iterator[pa.Table]:
        """The finished table, sorted by customer, so many rows at a time."""
        batches = (batch for part in self.parts for batch in self.files.batches(part))
        return _of_rows(batches, rows)

    @property
    def schema(self) -> pa.Schema:
        """Columns and types of the table, with what pandas needs to read it as it was."""
        return next(self.files.batches(self.parts[0])).schema

    @property
    def _text_columns(self) -> list[str]:
        return [field.name for field in self.schema if pa.types.is_large_string(field.type)]

    def _read(self, part: Part, name: str) -> Iterator[pa.RecordBatch]:
        return self.files.batches(part, [name])


def score_in_parts(job: Job, folder: Path, count: int | None = None, engine: Engine | None = None) -> ScoredParts:
    """Score every customer of a log with a purchase before the cutoff, part by part.

    Parts that an earlier run finished in the folder, from the same lines by the same model and code, are not scored
    again.

    Parameters
    ----------
    job : Job
        What is scored.
    folder : Path
        From `parts_beside`.
    count : int, optional
        How many parts. Without it as many as keep a part within its share of the memory.
    engine : Engine, optional
        Where they are scored; without it here. It changes no byte of a part.

    Raises
    ------
    InsufficientHistoryError
        If no customer bought before the cutoff.
    InputError
        If the disk, or the memory that was allowed, does not suffice.
    """
    # The engine does not count: where one is lost, another one goes on from the same parts.
    count = count or part_count(job.tx, job.windows, worker_count(), job.memory_limit)
    parts = parts_of(job.tx, job.windows, count)
    if not parts:
        raise nobody_before(job.tx, job.windows)
    files = files_for(folder, {**job.made_from, "code": code_digest(), "parts": count})
    known = {part.number: found for part in parts if (found := files.find(part))}
    if known:
        note(f"{len(known):,} of {len(parts):,} parts were finished by an earlier run, and are not scored again.")
    missing = [part for part in parts if part.number not in known]

    engine = engine or Here()
    score = engine.part_scorer(job)

    def finish(part: Part) -> None:
        known[part.number] = files.write(part, *score(part))

    with closing(at_once(finish, missing, engine.at_once, engine.give_up)) as finished:
        while len(known) < len(parts):
            with step(f"{len(known):,} of {len(parts):,} parts are scored", told=False):
                next(finished)
    highs = sum(each["highs_given_a_purchase"] for each in known.values())
    return ScoredParts(files, parts, highs)


def _of_rows(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of so many, however long the batches are; each column in one piece."""
    held: list[pa.RecordBatch] = []
    missing = rows
    for batch in batches:
        while batch.num_rows >= missing:
            yield pa.Table.from_batches([*held, batch[:missing]]).combine_chunks()
            batch, held, missing = batch[missing:], [], rows
        if batch.num_rows:
            held.append(batch)
            missing -= batch.num_rows
    if held:
        yield pa.Table.from_batches(held).combine_chunks()
