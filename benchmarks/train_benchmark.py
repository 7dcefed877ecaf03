"""`regulars train` on many customers, beside their features at one cutoff; every contestant has its own process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.lifetime_benchmark import Benchmark
from benchmarks.measure import clocked
from benchmarks.process import beside_floor
from benchmarks.simulated_log import COLUMNS, CUTOFFS
from benchmarks.sizes import at_each_size, simulated
from regulars.features import stream_features
from regulars.params import Params, load_params
from regulars.progress import step
from regulars.transactions import read_transactions

HORIZON_DAYS = 90


def features(log: Path, memory_limit: str | None) -> None:
    """The floor: the log is read, and all features of all customers are computed once."""
    tx = read_transactions(log, COLUMNS, memory_limit=memory_limit)
    for _ in stream_features(tx, [CUTOFFS[0]]):
        pass


def training(log: Path, memory_limit: str | None) -> None:
    """All of `regulars train` with one origin, into a store that does not exist yet."""
    _train(log, memory_limit, "backtest.origins=1")


def training_by_default(log: Path, memory_limit: str | None) -> None:
    """The same with as many origins as there are by default."""
    _train(log, memory_limit)


def _train(log: Path, memory_limit: str | None, *asked: str) -> None:
    from regulars.pipelines.train import train  # MLflow, which is not to count in what others hold

    limit = [f"transactions.memory_limit={memory_limit}"] if memory_limit else []
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
        train(params_of(log, Path(folder), *limit, *asked), force="a benchmark")


def params_of(log: Path, folder: Path, *also: str) -> Params:
    """The defaults, but for the log, the windows, a store in a folder, and what else is asked."""
    asked = (
        f"transactions.path={log}",
        f"windows.cutoff={CUTOFFS[0]}",
        f"windows.horizon_days={HORIZON_DAYS}",
        f"mlflow.tracking_uri=sqlite:///{folder / 'mlflow.db'}",
        *also,
    )
    return load_params(overrides=asked, environment={})


CONTESTANTS: tuple[tuple[str, Callable[[Path, str | None], None]], ...] = (
    ("floor: the log read, features at one cutoff", features),
    ("regulars train, one origin", training),
    ("regulars train, default backtest", training_by_default),
)


def benchmark_train(
    customers: Sequence[int] = (300_000, 1_000_000), *, seed: int = 0, memory_limit: str | None = None
) -> Benchmark:
    """Time and memory of training from a Parquet log, beside features at one cutoff.

    Parameters
    ----------
    customers : sequence of int
        How many to simulate, one part of the table each.
    seed : int
        Same seed, same lines.
    memory_limit : str, optional
        What DuckDB may hold, as "2GB"; `transactions.memory_limit` of the parameters.

    Returns
    -------
    Benchmark
        `table` has one row a size and contestant: `customers`, `contestant`, `cpu_seconds`, `seconds`, `megabytes`
        (most memory of the process, which begins no other), `floors` (seconds by those of the features).

    Raises
    ------
    InputError
        If there is nothing to measure.
    """

    def measured(many: int, folder: Path) -> pd.DataFrame:
        with step(f"simulating {many:,} customers"):
            log = simulated(folder / "log.parquet", many, seed)
        return beside_floor("train", dict(CONTESTANTS), many, log, *([memory_limit] if memory_limit else []))

    return at_each_size(customers, measured)


def measure_train(number: int, log: Path, memory_limit: str | None) -> dict[str, float]:
    """CPU-seconds of all threads, seconds of one run, and most memory of the process in MB while it ran."""
    return clocked(lambda: CONTESTANTS[number][1](log, memory_limit))
