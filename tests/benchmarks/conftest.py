from __future__ import annotations

import io
import runpy
import sys
from contextlib import redirect_stdout

import pytest


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let contestants run here: a process for each would import for four seconds. Other benchmarks begin real ones."""

    def run(*words: object) -> str:
        monkeypatch.setattr(sys, "argv", ["worker", *map(str, words)])
        with redirect_stdout(io.StringIO()) as printed:
            runpy.run_module("benchmarks.worker")
        return printed.getvalue()

    monkeypatch.setattr("benchmarks.process.in_own_process", run)
