"""The nightly job on many customers, beside the least that it has to do; every contestant has its own process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.lifetime_benchmark import Benchmark
from benchmarks.measure import clocked
from benchmarks.process import beside_floor
from benchmarks.score_benchmark import HORIZON_DAYS, Scoring, fit, predicting
from benchmarks.simulated_log import COLUMNS, CUTOFFS
from benchmarks.sizes import at_each_size, simulated
from regulars.features import stream_features
from regulars.predict import Job, TableFile, write_scores
from regulars.progress import step
from regulars.scorer import Scorer
from regulars.tracking.versions import Registered
from regulars.transactions import Freshness, read_transactions
from regulars.windows import Windows


def predictions(folder: Path, memory_limit: str | None) -> None:
    """The floor: the log is read, and all boosters predict from the features of all customers; nothing is kept."""
    scorer = Scorer.load(folder / "scorer")
    tx = read_transactions(folder / "log.parquet", COLUMNS, memory_limit=memory_limit)
    for features in stream_features(tx, [CUTOFFS[0]]):
        predicting(Scoring.of(scorer, features))()


def scores(folder: Path, memory_limit: str | None) -> None:
    """What `regulars score` does: scores and reasons for all, sorted, in a Parquet file with its manifest."""
    model = Registered(Scorer.load(folder / "scorer"), "models:/benchmark/1", "")
    tx = read_transactions(folder / "log.parquet", COLUMNS, memory_limit=memory_limit)
    windows = Windows.at(CUTOFFS[0], HORIZON_DAYS)
    freshness = Freshness.of(tx, windows, follows_run=False)
    write_scores(Job(tx, model, windows, freshness, memory_limit=memory_limit), TableFile(folder / "scores.parquet"))


CONTESTANTS: tuple[tuple[str, Callable[[Path, str | None], None]], ...] = (
    ("floor: the log read, features, predictions of all boosters", predictions),
    ("regulars score, reasons for all", scores),
)


def benchmark_night(
    customers: Sequence[int] = (1_000_000,), *, seed: int = 0, memory_limit: str | None = None
) -> Benchmark:
    """Time and memory of scoring from a Parquet log to a table, beside features and predictions alone.

    Returns
    -------
    Benchmark
        `table` has one row a size and contestant: `customers`, `contestant`, `cpu_seconds`, `seconds`, `megabytes`
        (most memory of the process, which begins no other), `floors` (CPU-seconds by those of the floor).

    Raises
    ------
    InputError
        If there is nothing to measure.
    """

    def measured(many: int, folder: Path) -> pd.DataFrame:
        fit(folder, many, seed)
        with step(f"simulating {many:,} customers"):
            simulated(folder / "log.parquet", many, seed)
        limit = [memory_limit] if memory_limit else []
        found = beside_floor("night", dict(CONTESTANTS), many, folder, *limit)
        return found.assign(floors=found["cpu_seconds"] / found["cpu_seconds"].iloc[0])

    return at_each_size(customers, measured)


def measure_night(number: int, folder: Path, memory_limit: str | None) -> dict[str, float]:
    """CPU-seconds of all threads, seconds of one run, and most memory of the process in MB while it ran."""
    return clocked(lambda: CONTESTANTS[number][1](folder, memory_limit))
