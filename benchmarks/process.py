"""Processes of their own for what is measured."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from regulars.progress import step

ROOT = Path(__file__).parent.parent


def in_own_process(*words: object) -> str:
    """What `python -m benchmarks.worker` prints for these words."""
    command = [sys.executable, "-m", "benchmarks.worker", *map(str, words)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def beside_floor(of: str, contestants: Iterable[str], customers: int, *words: object) -> pd.DataFrame:
    """A row a contestant: what `worker OF NUMBER WORDS` measured, and its seconds by those of the first, the floor."""
    found = []
    for number, name in enumerate(contestants):
        with step(f"{customers:,}: {name}"):
            measured = json.loads(in_own_process(of, number, *words))
        found.append({"customers": customers, "contestant": name, **measured})
    table = pd.DataFrame(found)
    return table.assign(floors=table["seconds"] / table["seconds"].iloc[0])
