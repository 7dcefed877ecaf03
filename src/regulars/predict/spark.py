"""Spark: parts of a job travel to a cluster, where the function that scores a part anywhere scores them.

Each part is a job of its own with one task, so Spark tries it again where a worker was lost, and a part that has come
back is kept at once. Workers see neither the log, nor the store, nor the place of the scores.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import pyarrow as pa

from regulars.errors import InputError
from regulars.predict.engine import PartScores
from regulars.predict.job import Job
from regulars.predict.parcels import Common, Parcel
from regulars.predict.spark_refusals import (
    CONNECT,
    refuse_other_code,
    refuse_unreachable,
    refuse_without_pyspark,
    told_in_words,
)
from regulars.progress import step
from regulars.transactions import Part
from regulars.transactions.carried import table_as_bytes, table_of_bytes
from regulars.version import code_digest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SECONDS_TO_WORK = 120.0  # for a first worker
MOST_AT_ONCE = 64  # parts that wait for an answer: so many are in memory here
SENT = pa.schema({field.name: pa.binary() for field in fields(Parcel)})
RETURNED = "scores binary, known string"
Batches = Iterator[pa.RecordBatch]


class Shared(Protocol):
    """Where a task finds what all tasks share: a broadcast of Spark, or what was sent with the task."""

    @property
    def value(self) -> Common:
        """What all parts need."""


@dataclass(frozen=True)
class _InEachTask:
    """Sent with every task, where Spark has no broadcast (Connect)."""

    value: Common


@dataclass(frozen=True, eq=False)
class Tagged:
    """Jobs of a session that are known by a tag, so that they alone are cancelled.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
    tag : str
    """

    session: SparkSession
    tag: str = field(default_factory=lambda: f"regulars-{uuid4().hex}")

    def begin(self) -> None:
        """What this thread asks for next carries the tag."""
        context = _context(self.session)
        if context:
            context.addJobTag(self.tag)
        else:
            self.session.addTag(self.tag)

    def cancel(self) -> None:
        """Cancel whatever carries the tag, in all threads."""
        context = _context(self.session)
        if context:
            context.cancelJobsWithTag(self.tag)
        else:
            self.session.interruptTag(self.tag)


@dataclass(frozen=True, eq=False)
class OnSpark:
    """A cluster that scores parts.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
    slots : int
        Tasks that it does at the same time.
    tagged : Tagged
        By which its jobs are known.
    """

    session: SparkSession
    slots: int
    tagged: Tagged

    @property
    def at_once(self) -> int:
        """Two parts a slot, so that none waits for the next one to be sent."""
        return min(MOST_AT_ONCE, 2 * self.slots)

    def part_scorer(self, job: Job) -> Callable[[Part], PartScores]:
        """Send what all parts need; return what sends a part, and waits for its scores."""
        shared = _shared(self.session, Common.of(job))

        def score(part: Part) -> PartScores:
            parcel = Parcel.of(job, part)
            with told_in_words():
                self.tagged.begin()
                table = pa.Table.from_pylist([vars(parcel)], SENT)
                sent = self.session.createDataFrame(table).coalesce(1)  # one task
                (row,) = sent.mapInArrow(_scoring(shared), RETURNED).toArrow().to_pylist()
            return PartScores(table_of_bytes(row["scores"]), json.loads(row["known"]))

        return score

    def give_up(self) -> None:
        """Cancel what is being scored: where no worker is left it would never end."""
        self.tagged.cancel()


@contextmanager
def on_spark(master: str | None = None) -> Iterator[OnSpark]:
    """Connect to a cluster, after looking whether it can be used; what is connected here ends at the end.

    Parameters
    ----------
    master : str, optional
        As spark://host:7077, local[2], or sc://host:15002 (Spark Connect). Without it the session that is open, as in a
        notebook, or what Spark is configured for.

    Raises
    ------
    InputError
        If pyspark or Java is missing, the master does not answer within 10 seconds or offers no worker within two
        minutes, or the workers have another version of regulars.
    """
    refuse_without_pyspark()
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    with step("connect to Spark"):
        opened = _opened()
        if opened is None:
            refuse_unreachable(master)
        session = opened or _new_session(master)
    try:
        with step("wait for Spark's workers"):
            tagged = Tagged(session)
            _codes(session, tagged)
            codes = _codes(session, tagged)  # again: by now they have all come
        refuse_other_code(set(codes))
        yield OnSpark(session, len(codes), tagged)
    finally:
        if opened is None:
            session.stop()


def _scoring(shared: Shared) -> Callable[[Batches], Batches]:
    """What a worker does with what was sent."""

    def score(batches: Batches) -> Batches:
        for batch in batches:
            for sent in batch.to_pylist():
                made = shared.value.score(Parcel(**sent))
                row = {"scores": table_as_bytes(made.table), "known": json.dumps(dict(made.known))}
                yield pa.RecordBatch.from_pylist([row])

    return score


def _codes(session: SparkSession, tagged: Tagged) -> list[str]:
    """Which code each slot has; the wait for a first worker ends after two minutes."""

    def code(batches: Iterable[pa.RecordBatch]) -> Batches:
        for _ in batches:
            pass
        yield pa.RecordBatch.from_pydict({"code": [code_digest()]})

    asked: Future[list[str]] = Future()

    def ask() -> None:
        try:
            tagged.begin()
            made = session.range(1000).mapInArrow(code, "code string").collect()
            asked.set_result([row["code"] for row in made])
        except BaseException as error:
            asked.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        with told_in_words():
            return asked.result(SECONDS_TO_WORK)
    except TimeoutError:
        tagged.cancel()
        raise InputError(
            f"Spark's master answers, but no worker has taken work for {SECONDS_TO_WORK:.0f} seconds. Look at its "
            "page whether workers are there, free, and have the memory that spark.executor.memory asks for."
        ) from None


def _shared(session: SparkSession, common: Common) -> Shared:
    context = _context(session)
    return context.broadcast(common) if context else _InEachTask(common)


def _context(session: SparkSession) -> Any:
    """Return what knows of broadcasts and jobs; None on Connect."""
    return getattr(session, "sparkContext", None)


def _opened() -> SparkSession | None:
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession()


def _new_session(master: str | None) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("regulars score")
    if master and master.startswith(CONNECT):
        with told_in_words():
            return builder.remote(master).create()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    quiet = {"spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false"}
    builder = builder.master(master) if master else builder
    main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT)
    try:
        with told_in_words():
            return builder.config(map=quiet).getOrCreate()
    finally:
        if main:
            signal.signal(signal.SIGINT, handler)  # Spark puts its own in place, which knows nothing of finished parts
