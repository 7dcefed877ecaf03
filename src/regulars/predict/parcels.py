"""Parts of a job as bytes that travel to other machines, and the scores that come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import pandas as pd
import pyarrow as pa

from regulars.files import scratch
from regulars.predict.engine import PartScores, score_part
from regulars.predict.job import Job
from regulars.scorer import Scorer
from regulars.transactions import Attributes, Part, Transactions, parts_of
from regulars.transactions.carried import facts_about, lines_of, log_of, table_as_bytes, table_of_bytes
from regulars.transactions.customers.attributes import ids_as_text
from regulars.windows import Windows


@dataclass(frozen=True)
class Parcel:
    """What is sent of some customers.

    Parameters
    ----------
    lines : bytes
        Their lines before the cutoff.
    customers : bytes or None
        What was known of them at the cutoff beside the log; None where nothing is asked for.
    """

    lines: bytes
    customers: bytes | None

    @classmethod
    def of(cls, job: Job, part: Part) -> Self:
        """Take the lines of a part out of the log."""
        lines = lines_of(job.tx, part, job.windows)
        return cls(lines, None if job.customers is None else _attributes(job.customers, job.windows, lines))


@dataclass(frozen=True)
class Common:
    """What is sent once, for all parts.

    Parameters
    ----------
    model : mapping of str to bytes
        The files of the scorer; no code is among them.
    log : mapping
        What is known of the log as a whole.
    windows : Windows
        The cutoff.
    customers : Attributes or None
        What is known beside the log, without a row: those of a part come with it.
    """

    model: Mapping[str, bytes]
    log: Mapping[str, Any]
    windows: Windows
    customers: Attributes | None

    @classmethod
    def of(cls, job: Job) -> Self:
        """Take out of a job what all its parts need."""
        with scratch() as folder:
            job.scorer.save(folder)
            model = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        known = job.customers
        empty = None if known is None else replace(known, frame=known.frame.iloc[:0], days=None)
        return cls(model, facts_about(job.tx), job.windows, empty)

    @cached_property
    def scorer(self) -> Scorer:
        """The scorer that the files make."""
        with scratch() as folder:
            for name, content in self.model.items():
                (folder / name).write_bytes(content)
            return Scorer.load(folder)

    def score(self, parcel: Parcel) -> PartScores:
        """From what was sent of some customers to their scores, by the function that scores a part anywhere."""
        opened = self.opened(parcel)
        (everybody,) = parts_of(opened.tx, self.windows, 1)
        return score_part(opened, everybody)

    def opened(self, parcel: Parcel) -> Opened:
        """A part of the job, with a log of its own."""
        return Opened(self, parcel)


@dataclass(frozen=True)
class Opened:
    """A part of a job where it has arrived."""

    common: Common
    parcel: Parcel

    @cached_property
    def tx(self) -> Transactions:
        """A log of the lines that were sent."""
        return log_of(self.common.log, self.parcel.lines)

    @property
    def scorer(self) -> Scorer:
        """The scorer that was sent."""
        return self.common.scorer

    @property
    def windows(self) -> Windows:
        """The cutoff."""
        return self.common.windows

    @cached_property
    def customers(self) -> Attributes | None:
        """What is known of these customers beside the log."""
        known, sent = self.common.customers, self.parcel.customers
        if known is None or sent is None:
            return None
        return replace(known, frame=table_of_bytes(sent).to_pandas())


def _attributes(customers: Attributes, windows: Windows, lines: bytes) -> bytes:
    """What was known at the cutoff of the customers of these lines."""
    ids = pd.Index(table_of_bytes(lines)["customer_id"].to_pandas().unique())
    known = customers.at(windows, ids).set_axis(ids_as_text(ids), axis="index")
    return table_as_bytes(pa.Table.from_pandas(known))
