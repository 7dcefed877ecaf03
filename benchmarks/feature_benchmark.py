"""Features at six cutoffs compared with plain queries, pandas and the floor; every contestant has its own process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.feature_contest import CONTESTANTS
from benchmarks.lifetime_benchmark import Benchmark
from benchmarks.process import in_own_process
from benchmarks.simulated_log import write_log
from benchmarks.sizes import at_each_size
from regulars.progress import step

SAME = 1e-9
FLOOR = [contestant.name for contestant in CONTESTANTS].index("floor: one group-by scan")


def benchmark_features(
    rows: Sequence[int] = (1_000_000, 10_000_000), *, seed: int = 0, memory_limit: str | None = None
) -> Benchmark:
    """Time and memory of features at six cutoffs, and of the RFM summary, compared with what people use instead.

    Parameters
    ----------
    rows : sequence of int
        Lines of the simulated logs, one part of the table each.
    seed : int
        Same seed, same lines.
    memory_limit : str, optional
        What DuckDB may hold, ours and that of the plain queries, as "2GB".

    Returns
    -------
    Benchmark
        `table` has one row a log and contestant: `rows`, `contestant`, `cpu_seconds` (all threads), `seconds`,
        `megabytes` (most memory of the process while the clock ran), `floors` (CPU-seconds by those of the group-by
        scan), `agrees` (means of all features at all cutoffs equal to 1e-9, None where nothing is compared).

    Raises
    ------
    InputError
        If there is nothing to measure.
    """

    def measured(count: int, folder: Path) -> pd.DataFrame:
        with step(f"simulating {count:,} rows"):
            write_log(log := folder / "log.parquet", count, seed=seed)
        return _contest(log, count, memory_limit)

    return at_each_size(rows, measured, of="rows")


def _contest(log: Path, rows: int, memory_limit: str | None) -> pd.DataFrame:
    found = []
    for number, contestant in enumerate(CONTESTANTS):
        if rows <= contestant.most_rows:
            with step(f"{rows:,}: {contestant.name}"):
                measured = _measured(number, log, memory_limit)
            found.append({"rows": rows, "contestant": contestant.name, "same": contestant.same, **measured})
    table = pd.DataFrame(found)
    table["floors"] = table["cpu_seconds"] / table["cpu_seconds"][FLOOR]
    first = table.groupby("same")["answer"].transform("first")
    table["agrees"] = [
        bool(np.allclose(answer, leader, rtol=SAME, atol=0)) if same else None
        for same, answer, leader in zip(table["same"], table["answer"], first, strict=True)
    ]
    return table.drop(columns=["same", "answer"])


def _measured(number: int, log: Path, memory_limit: str | None) -> dict[str, Any]:
    words = ["features", number, log, *([memory_limit] if memory_limit else [])]
    measured: dict[str, Any] = json.loads(in_own_process(*words))
    return measured
