"""One side of one contest: how long it takes, how much memory it adds, what it answers."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from benchmarks.lifetime_contests import Contest
from benchmarks.lifetime_ours import Answer
from benchmarks.simulated_customers import SimulatedCustomers

Side = Literal["ours", "theirs"]
STATUS = Path("/proc/self/status")  # of Linux; `getrusage` begins with the peak of the process that started this one


class Measured(NamedTuple):
    """What one side needed, and what it answered for the few customers and for the many."""

    seconds: float
    megabytes: float
    small: Answer
    large: Answer


def measure(contest: Contest, side: Side, small: SimulatedCustomers, large: SimulatedCustomers) -> Measured:
    """Let one side do its work; memory is what its peak adds to what was there before."""
    contender = contest.ours if side == "ours" else contest.theirs
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        np.random.seed(0)  # `lifetimes` draws where its fits begin: a bad draw ends Pareto/NBD far from the optimum
        before, run = contender(small)(), contender(large)
        forget_peak()
        base, start = peak(), time.perf_counter()
        answer = run()
        seconds = time.perf_counter() - start
        return Measured(seconds, peak() - base, before, answer)


def clocked(run: Callable[[], object]) -> dict[str, float]:
    """CPU-seconds of all threads, seconds of one run, and most memory of the process in MB while it ran."""
    forget_peak()
    start, cpu = time.perf_counter(), time.process_time()
    run()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    return {"cpu_seconds": cpu_seconds, "seconds": seconds, "megabytes": peak()}


def peak() -> float:
    """Most memory that this process has held since `forget_peak`, in MB; NaN on systems that do not tell."""
    if not STATUS.exists():
        return np.nan
    told = re.search(r"^VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
    return int(told[1]) * 1024 / 1e6 if told else np.nan


def forget_peak() -> None:
    """Let the peak begin at what is held now."""
    with suppress(OSError):
        (STATUS.parent / "clear_refs").write_text("5")
