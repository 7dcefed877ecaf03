from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from types import ModuleType

import pytest


@pytest.mark.parametrize("room", ["regulars", "regulars.evaluation", "regulars.plots", "regulars.predict"])
def test_a_lazy_door_gives_all_that_it_names_and_no_module_in_its_place(room: str) -> None:
    door = import_module(room)
    given = {name: getattr(door, name) for name in door.__all__}
    assert not [name for name, value in given.items() if isinstance(value, ModuleType)]
    again = {name: getattr(door, name) for name in door.__all__}  # now that all its modules are loaded
    assert {name for name, value in given.items() if again[name] is not value} == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "heavy"),
    [
        ("import regulars", "pandas"),
        ("from regulars.evaluation import choose_origins", "lightgbm"),
        ("import regulars.pipelines.validate", "lightgbm"),
    ],
)
def test_a_door_loads_nothing_before_it_is_asked_for(asked: str, heavy: str) -> None:
    code = f"{asked}; import sys; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.slow
def test_a_room_behind_a_lazy_door_needs_no_import_of_its_own() -> None:
    code = "import regulars as rg, sys; assert 'matplotlib' not in sys.modules; print(rg.plots.cohorts, dir(rg))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "'plots'" in told.stdout
