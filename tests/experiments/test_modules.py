"""What made the figures of the docs can still be run: every module imports what there is."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

MODULES = sorted(path.stem for path in Path(__file__).parents[2].joinpath("experiments").glob("[!_]*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_every_experiment_imports(name: str) -> None:
    module = importlib.import_module(f"experiments.{name}")
    assert module.__doc__
