"""What a log says about every customer, beside features at one cutoff; each contestant has a process of its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.lifetime_benchmark import Benchmark, machine
from benchmarks.measure import forget_peak, peak
from benchmarks.process import beside_floor
from benchmarks.simulated_log import COLUMNS, CUTOFFS, SOLD, write_log
from regulars.errors import InputError
from regulars.features import build_features
from regulars.loyalty import drivers, dynamics, loyalty_index, next_sale, preferences, segment
from regulars.progress import step
from regulars.transactions import Transactions, read_transactions

LEAST = 1_000
OF_CUSTOMER = 4  # lines, each an order
CUTOFF = str(CUTOFFS[0])

CONTESTANTS: tuple[tuple[str, Callable[[Transactions], Any]], ...] = (
    ("floor: features at one cutoff", lambda tx: build_features(tx, CUTOFF)),
    ("states of every customer", lambda tx: segment(tx, CUTOFF)),
    ("how the customers move", lambda tx: dynamics(tx, CUTOFF)),
    ("both, as regulars segment makes them", lambda tx: (segment(tx, CUTOFF), dynamics(tx, CUTOFF))),
    ("what goes with loyalty", lambda tx: drivers(tx, CUTOFF)),
    ("measures of loyalty and the index", lambda tx: loyalty_index(tx, CUTOFF)),
    ("what every customer prefers", lambda tx: preferences(tx, CUTOFF)),
    ("what to offer to every customer next", lambda tx: next_sale(tx, CUTOFF)),
)


def benchmark_loyalty(customers: Sequence[int] = (1_000_000,), *, seed: int = 0) -> Benchmark:
    """Time and memory of what a log with products says about its customers, once read, beside features at one cutoff.

    Returns
    -------
    Benchmark
        `table` has one row a size and contestant: `customers`, `contestant`, `cpu_seconds` and `seconds` of one run,
        `megabytes` (most memory of the process while the clock ran, the log included), `floors` (CPU-seconds by those
        of the features).

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
                _write(log, many, seed=seed)
            table = beside_floor("loyalty", dict(CONTESTANTS), many, log)
            found.append(table.assign(floors=table["cpu_seconds"] / table["cpu_seconds"].iloc[0]))
            log.unlink()
    return Benchmark(pd.concat(found, ignore_index=True), machine())


def measure_loyalty(number: int, log: Path) -> dict[str, float]:
    """CPU-seconds of all threads, seconds of one run, and most memory of the process in MB while it ran."""
    run = CONTESTANTS[number][1]
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
        _write(few := Path(folder) / "few.parquet", LEAST, seed=0)
        run(read_transactions(few, COLUMNS | SOLD))  # so that nothing is loaded while the clock runs
    tx = read_transactions(log, COLUMNS | SOLD)
    forget_peak()
    start, cpu = time.perf_counter(), time.process_time()
    run(tx)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    return {"cpu_seconds": cpu_seconds, "seconds": seconds, "megabytes": peak()}


def _write(log: Path, customers: int, *, seed: int) -> None:
    write_log(log, OF_CUSTOMER * customers, seed=seed, of_customer=OF_CUSTOMER, of_order=1, sold=True)
