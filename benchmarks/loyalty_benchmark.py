"""What a log says about every customer, beside features at one cutoff; each contestant has a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.lifetime_benchmark import Benchmark
from benchmarks.measure import clocked
from benchmarks.process import beside_floor
from benchmarks.simulated_log import COLUMNS, CUTOFFS, SOLD
from benchmarks.sizes import LEAST, at_each_size, simulated
from regulars.features import build_features
from regulars.loyalty import drivers, dynamics, loyalty_index, next_sale, preferences, segment
from regulars.progress import step
from regulars.transactions import Transactions, read_transactions

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

    def measured(many: int, folder: Path) -> pd.DataFrame:
        with step(f"simulating {many:,} customers"):
            log = simulated(folder / "log.parquet", many, seed, sold=True)
        table = beside_floor("loyalty", dict(CONTESTANTS), many, log)
        return table.assign(floors=table["cpu_seconds"] / table["cpu_seconds"].iloc[0])

    return at_each_size(customers, measured)


def measure_loyalty(number: int, log: Path) -> dict[str, float]:
    """CPU-seconds of all threads, seconds of one run, and most memory of the process in MB while it ran."""
    run = CONTESTANTS[number][1]
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
        few = simulated(Path(folder) / "few.parquet", LEAST, 0, sold=True)
        run(read_transactions(few, COLUMNS | SOLD))  # so that nothing is loaded while the clock runs
    tx = read_transactions(log, COLUMNS | SOLD)
    return clocked(lambda: run(tx))
