"""`regulars train` on many customers, beside their features at one cutoff; every contestant has its own process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.lifetime_benchmark import Benchmark, machine
from benchmarks.measure import forget_peak, peak
from benchmarks.process import beside_floor
from benchmarks.simulated_log import COLUMNS, CUTOFFS, write_log
from regulars.errors import InputError
from regulars.features import stream_features
from regulars.params import Params, load_params
from regulars.progress import step
from regulars.transactions import read_transactions

LEAST = 1_000
OF_CUSTOMER = 4  # lines, each an order
HORIZON_DAYS = 90


def features(log: Path) -> None:
    """The floor: the log is read, and all features of all customers are computed once."""
    tx = read_transactions(log, COLUMNS)
    for _ in stream_features(tx, [CUTOFFS[0]]):
        pass


def training(log: Path) -> None:
    """All of `regulars train` with one origin, into a store that does not exist yet."""
    from regulars.pipelines.train import train  # MLflow, which is not to count in what others hold

    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
        train(params_of(log, Path(folder)), force="a benchmark")


def params_of(log: Path, folder: Path) -> Params:
    """The defaults, but for the log, the windows, one origin and a store in a folder."""
    asked = (
        f"transactions.path={log}",
        f"windows.cutoff={CUTOFFS[0]}",
        f"windows.horizon_days={HORIZON_DAYS}",
        "backtest.origins=1",
        f"mlflow.tracking_uri=sqlite:///{folder / 'mlflow.db'}",
    )
    return load_params(overrides=asked, environment={})


CONTESTANTS: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("floor: the log read, features at one cutoff", features),
    ("regulars train, one origin", training),
)


def benchmark_train(customers: Sequence[int] = (300_000, 1_000_000), *, seed: int = 0) -> Benchmark:
    """Time and memory of training from a Parquet log, beside features at one cutoff.

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
    if not customers or min(customers) < LEAST:
        raise InputError(f"There is nothing to measure with {list(customers)} customers. Give at least {LEAST:,}.")
    found = []
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
        for many in customers:
            log = Path(folder) / f"{many}.parquet"
            with step(f"simulating {many:,} customers"):
                write_log(log, OF_CUSTOMER * many, seed=seed, of_customer=OF_CUSTOMER, of_order=1)
            found.append(beside_floor("train", dict(CONTESTANTS), many, log))
            log.unlink()
    return Benchmark(pd.concat(found, ignore_index=True), machine())


def measure_train(number: int, log: Path) -> dict[str, float]:
    """CPU-seconds of all threads, seconds of one run, and most memory of the process in MB while it ran."""
    forget_peak()
    start, cpu = time.perf_counter(), time.process_time()
    CONTESTANTS[number][1](log)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    return {"cpu_seconds": cpu_seconds, "seconds": seconds, "megabytes": peak()}
