"""Contests in rounds, the two sides by turns, so that what else the machine does disturbs both alike."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.lifetime_contests import LIFETIME, Contest
from benchmarks.measure import Measured, Side
from benchmarks.process import in_own_process
from benchmarks.simulated_customers import SimulatedCustomers
from regulars.errors import InputError
from regulars.progress import step

SMALL = 1_000  # customers with whom each side does its work once before the clock runs
ANNUAL_RATE, ALL_BUT_NONE = 0.10, 1e-9
PACKAGES = ("regulars", "lifetimes", "numpy", "scipy", "pandas", "duckdb")


@dataclass(frozen=True)
class Benchmark:
    """What was measured, and on what machine.

    Parameters
    ----------
    table : DataFrame
        One row a number of customers and contest: `customers`, `task`, `rival`; medians over the rounds of `seconds`
        and `rival_seconds`; `ratio`, the median over the rounds of their seconds by ours, with `ratio_low` and
        `ratio_high`, the least and the most; `megabytes` and `rival_megabytes`, the most memory over all rounds that
        the task added to what it began with (NaN where the system does not tell); `agreement`.
    machine : str
        Cores, system and versions.
    """

    table: pd.DataFrame
    machine: str


def benchmark_lifetime(
    customers: Sequence[int] = (10_000, 100_000),
    *,
    rounds: int = 5,
    seed: int = 0,
    contests: Sequence[Contest] = LIFETIME,
) -> Benchmark:
    """Time and memory of lifetime value compared with `lifetimes`, on simulated customers.

    Parameters
    ----------
    customers : sequence of int
        How many customers to simulate, one part of the table each.
    rounds : int
        How often each side does each task, by turns, always in a process of its own.
    seed : int
        Same seed, same customers.

    Raises
    ------
    InputError
        If there is nothing to measure.

    Notes
    -----
    The certificate of a fit is computed when it is first asked for and is not part of the time.
    """
    if rounds < 1 or not customers or min(customers) < SMALL:
        raise InputError(
            f"There is nothing to measure with {rounds} rounds and {list(customers)} customers. "
            f"Give at least one round and {SMALL:,} customers."
        )
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        small = _simulated(Path(folder) / "small", SMALL, seed, ALL_BUT_NONE)
        for count in customers:
            with step(f"simulating {count:,} customers"):
                large = _simulated(Path(folder) / str(count), count, seed, ANNUAL_RATE)
            for contest in contests:
                if count <= contest.most_customers:
                    with step(f"{count:,}: {contest.task}, {contest.rival}"):
                        rows.append({"customers": count, **compete(contest, rounds, small, large)})
    return Benchmark(pd.DataFrame(rows), machine())


def compete(contest: Contest, rounds: int, small: SimulatedCustomers, large: SimulatedCustomers) -> dict[str, object]:
    """One row of the table."""
    sides: tuple[Side, Side] = ("ours", "theirs")
    measured: dict[Side, list[Measured]] = {side: [] for side in sides}
    for k in range(int(min(rounds, contest.most_rounds))):
        for side in sides[:: 1 if k % 2 == 0 else -1]:
            measured[side].append(_measured(contest, side, small, large))
    ours, theirs = (measured[side] for side in sides)
    seconds, rival_seconds = (np.array([one.seconds for one in side]) for side in (ours, theirs))
    ratios = rival_seconds / seconds
    compared, size = (small, "small") if contest.exact_when_small else (large, "large")
    return {
        "task": contest.task,
        "rival": contest.rival,
        "seconds": float(np.median(seconds)),
        "rival_seconds": float(np.median(rival_seconds)),
        "ratio": float(np.median(ratios)),
        "ratio_low": float(ratios.min()),
        "ratio_high": float(ratios.max()),
        "megabytes": max(one.megabytes for one in ours),
        "rival_megabytes": max(one.megabytes for one in theirs),
        "agreement": contest.agreement(compared, getattr(ours[0], size), getattr(theirs[0], size)),
    }


def _simulated(folder: Path, customers: int, seed: int, annual_rate: float) -> SimulatedCustomers:
    in_own_process("simulate", folder, customers, seed, annual_rate)
    return SimulatedCustomers(folder)


def _measured(contest: Contest, side: Side, small: SimulatedCustomers, large: SimulatedCustomers) -> Measured:
    kept = large.folder / "answers.npz"
    words = (LIFETIME.index(contest), side, small.folder, large.folder, kept)
    measured = json.loads(in_own_process("lifetime", *words))
    with np.load(kept) as answers:
        return Measured(measured["seconds"], measured["megabytes"], answers["small"], answers["large"])


def machine() -> str:
    """Cores, system and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    python = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {python}, {versions}"
