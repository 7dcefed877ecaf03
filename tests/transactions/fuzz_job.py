"""Read many logs and exports with bytes changed: `python -m tests.transactions.fuzz_job 20000 [FIRST [PROCESSES]]`.

Each number is one log, the same on every run. It should be read, and its ledger add up, or be refused in words;
anything else is shown with its number, and the exit code is 1.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import time
import traceback
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from typing import Any

import duckdb

from regulars.transactions import log
from regulars.transactions.exports.recognised import AUTO
from regulars.transactions.sql import connect
from tests.transactions.mutations import exports, files, mutated
from tests.transactions.test_fuzz import COLUMNS, outcome_of_file

A_TURN = 250  # logs that a process takes at once


@dataclass
class Tried:
    """How logs ended: read or refused by name, what ended otherwise, and the slowest one."""

    count: int = 0
    ended: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)

    def add(self, other: Tried) -> None:
        """Take in what another process tried."""
        self.count += other.count
        self.ended += other.ended
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)


def main(count: int, first: int = 0, processes: int = os.cpu_count() or 1) -> int:
    """Try so many logs; return the number of those that ended otherwise than they should."""
    turns = [range(start, min(start + A_TURN, first + count)) for start in range(first, first + count, A_TURN)]
    tried = Tried()
    with ProcessPoolExecutor(processes, get_context("spawn"), prepare) as pool:
        for turn in as_completed([pool.submit(attempt, numbers) for numbers in turns]):
            print(*turn.result().failures, sep="\n", end="", flush=True)
            tried.add(turn.result())
            print(f"{tried.count:,} logs, {len(tried.failures)} failures", file=sys.stderr, flush=True)
    for (name, how), times in sorted(tried.ended.items()):
        print(f"{name:27} {how:8} {times:7,}")
    seconds, number = tried.slowest
    print(f"{count:,} logs, {len(tried.failures)} failures; the slowest took {seconds:.1f} s (log {number})")
    return len(tried.failures)


def prepare() -> None:
    """Make a process quiet, and strict with warnings; a query over ten rows gains nothing from a second thread."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("error")
    log.connect = _with_one_thread


def _with_one_thread(memory_limit: str | None = None) -> duckdb.DuckDBPyConnection:
    connection = connect(memory_limit)
    connection.execute("SET threads = 1")
    return connection


@cache
def _logs() -> tuple[dict[str, bytes], dict[str, bytes]]:
    return files(), exports()


def _options(name: str, chance: random.Random, *, shop: bool) -> dict[str, Any]:
    """Read it as most people do, or with options that they may set."""
    platform = name.partition(".")[0].partition("-")[0]
    return {
        "returns": chance.choice(("net", "net", "drop", "keep")),
        "timezone": chance.choice((None, None, "Europe/Berlin")),
        "layout": chance.choice((AUTO, AUTO, platform)) if shop else AUTO,
    }


def attempt(numbers: range) -> Tried:
    """Try the logs of these numbers."""
    mapped, shops = _logs()
    logs, tried = mapped | shops, Tried(len(numbers))
    for number in numbers:
        chance = random.Random(number)
        name = chance.choice(sorted(logs))
        started = time.monotonic()
        try:
            content, columns = mutated(name, logs[name], chance), COLUMNS if name in mapped else None
            read = outcome_of_file(content, name, columns, **_options(name, chance, shop=name in shops))
            tried.ended[name, "read" if read else "refused"] += 1
        except Exception:
            tried.failures.append(f"log {number} ({name}):\n{traceback.format_exc()}")
        tried.slowest = max(tried.slowest, (time.monotonic() - started, number))
    return tried


if __name__ == "__main__":
    sys.exit(min(main(*map(int, sys.argv[1:])), 1))
