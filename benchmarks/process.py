"""Processes of their own for what is measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def in_own_process(*words: object) -> str:
    """What `python -m benchmarks.worker` prints for these words."""
    command = [sys.executable, "-m", "benchmarks.worker", *map(str, words)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout
