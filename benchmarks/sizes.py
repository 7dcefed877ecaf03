"""The same measured at several sizes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.lifetime_benchmark import Benchmark, machine
from benchmarks.simulated_log import write_log
from regulars.errors import InputError

LEAST = 1_000
OF_CUSTOMER = 4  # lines of a simulated log, each an order


def at_each_size(
    sizes: Sequence[int], measured: Callable[[int, Path], pd.DataFrame], *, of: str = "customers"
) -> Benchmark:
    """What is measured at each size, in a folder that goes afterwards.

    Parameters
    ----------
    sizes : sequence of int
    measured : callable
        From a size and an empty folder to a row a contestant.
    of : str
        What is counted.

    Raises
    ------
    InputError
        If there is nothing to measure.
    """
    if not sizes or min(sizes) < LEAST:
        raise InputError(f"There is nothing to measure with {list(sizes)} {of}. Give at least {LEAST:,}.")
    found = []
    for many in sizes:
        with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
            found.append(measured(many, Path(folder)))
    return Benchmark(pd.concat(found, ignore_index=True), machine())


def simulated(log: Path, customers: int, seed: int, *, sold: bool = False) -> Path:
    """Write a log of so many customers who have ordered, four times on average, one line each, and return its path."""
    lines = OF_CUSTOMER * customers
    write_log(log, lines, seed=seed, of_customer=OF_CUSTOMER, of_order=1, all_order=True, sold=sold)
    return log
