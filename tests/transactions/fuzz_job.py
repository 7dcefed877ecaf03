"""Read many logs and exports with bytes changed: `python -m tests.transactions.fuzz_job 20000 [FIRST]`.

Each number is one log, the same on every run. It should be read, and its ledger add up, or be refused in words;
anything else is shown with its number, and the exit code is 1.
"""

from __future__ import annotations

import logging
import random
import sys
import time
import traceback
import warnings
from collections import Counter

from tests.transactions.mutations import exports, files, mutated
from tests.transactions.test_fuzz import COLUMNS, outcome_of_file


def main(count: int, first: int = 0) -> int:
    """Try so many logs; return the number of those that ended otherwise than they should."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("error")
    mapped, ended, failures, slowest = files(), Counter[tuple[str, str]](), 0, (0.0, 0)
    logs = mapped | exports()
    for number in range(first, first + count):
        chance = random.Random(number)
        name = chance.choice(sorted(logs))
        started = time.monotonic()
        try:
            read = outcome_of_file(mutated(name, logs[name], chance), name, COLUMNS if name in mapped else None)
            ended[name, "read" if read else "refused"] += 1
        except Exception:
            failures += 1
            print(f"log {number} ({name}):\n{traceback.format_exc()}", flush=True)
        slowest = max(slowest, (time.monotonic() - started, number))
        if (number - first + 1) % 500 == 0:
            print(f"{number - first + 1:,} logs, {failures} failures", file=sys.stderr, flush=True)
    for (name, how), times in sorted(ended.items()):
        print(f"{name:27} {how:8} {times:7,}")
    print(f"{count:,} logs, {failures} failures; the slowest took {slowest[0]:.1f} s (log {slowest[1]})")
    return failures


if __name__ == "__main__":
    sys.exit(min(main(*map(int, sys.argv[1:])), 1))
