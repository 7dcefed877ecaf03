"""Parts scored by Spark, compared with the same parts scored here, in turns: what the way there and back costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import pandas as pd

from benchmarks.lifetime_benchmark import Benchmark
from benchmarks.score_benchmark import fit
from benchmarks.simulated_log import COLUMNS, CUTOFFS
from benchmarks.sizes import at_each_size, simulated
from regulars.predict import Job
from regulars.predict.engine import Here
from regulars.predict.spark import on_spark
from regulars.scorer import Scorer
from regulars.tracking.versions import Registered
from regulars.transactions import Freshness, Part, parts_of, read_transactions
from regulars.windows import Windows

OF_PART = 50_000  # customers, as `score` has them
FIXED = ("connect, and ask a worker for its version", "the first part, beyond the others")
HERE, THERE = "a part, here", "a part, on Spark"


def benchmark_spark(
    customers: Sequence[int] = (200_000,), *, seed: int = 0, of_part: int = OF_PART, master: str = "local[1]"
) -> Benchmark:
    """Time of parts on Spark, with one worker, beside the same parts here.

    Returns
    -------
    Benchmark
        `table` has a row a size and contestant: `customers`, `contestant`, `seconds` (of parts the median), and
        `floors`, seconds by those of a part here.

    Raises
    ------
    InputError
        If there is nothing to measure, or Spark cannot be used.
    """

    def measured(many: int, folder: Path) -> pd.DataFrame:
        fit(folder, many, seed)
        simulated(folder / "log.parquet", many, seed)
        took = _measured(_job(folder), max(3, many // of_part), master)
        table = pd.DataFrame({"customers": many, "contestant": took.keys(), "seconds": took.values()})
        return table.assign(floors=table["seconds"] / took[HERE])

    return at_each_size(customers, measured)


def _job(folder: Path) -> Job:
    tx, windows = read_transactions(folder / "log.parquet", COLUMNS), Windows.at(CUTOFFS[0], 90)
    model = Registered(Scorer.load(folder / "scorer"), "models:/benchmark/1", "")
    return Job(tx, model, windows, Freshness.of(tx, windows, follows_run=False))


def _measured(job: Job, parts: int, master: str) -> dict[str, float]:
    """Seconds of what is paid once, and of a part."""
    first, *others = parts_of(job.tx, job.windows, parts)
    here = Here().part_scorer(job)
    here(first)  # so that nothing is loaded while the clock runs
    start = time.perf_counter()
    with on_spark(master) as spark:
        connected = time.perf_counter() - start
        there = spark.part_scorer(job)
        begun = _seconds(there, first)
        in_turns = [(_seconds(here, part), _seconds(there, part)) for part in others]
    ours, theirs = (median(seconds) for seconds in zip(*in_turns, strict=True))
    return dict(zip((*FIXED, HERE, THERE), (connected, begun - theirs, ours, theirs), strict=True))


def _seconds(score: Callable[[Part], object], part: Part) -> float:
    start = time.perf_counter()
    score(part)
    return time.perf_counter() - start
