"""The house holds: floors are linted, and what is shipped is whole."""

import os
import shutil
import subprocess
import sys
import zipfile
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent


@pytest.fixture
def house(tmp_path):
    """A copy of the sources, in which something can be put in the wrong place."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    passing = shutil.ignore_patterns("*.egg-info", "__pycache__")  # which come and go while other tests run
    for name in ("pipelines", "src"):
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True, ignore=passing)
    return tmp_path


def lint(house):
    environment = {**os.environ, "PYTHONPATH": str(house / "src")}
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=house,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_the_floors_hold(house):
    linted = lint(house)
    assert linted.returncode == 0, linted.stdout


def test_a_stray_room_is_noticed(house):
    (house / "src/regulars/utils.py").write_text('"""Anything."""\n')
    linted = lint(house)
    assert linted.returncode != 0
    assert "utils" in linted.stdout


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("pipelines/score.py", "import regulars.cli"),
        ("src/regulars/features/facts.py", "import regulars.lifetime"),
        ("src/regulars/scorer/fit.py", "import mlflow"),
    ],
)
def test_an_import_from_a_higher_floor_is_noticed(house, room, line):
    file = house / room
    file.write_text(file.read_text() + f"\n{line}\n")
    assert lint(house).returncode != 0


@pytest.mark.parametrize(
    ("module", "lines"),
    [
        ("src/regulars/transactions/ledger.py", "import regulars.transactions.log"),
        ("src/regulars/scorer/design.py", "def fitted():\n    import regulars.scorer.fit"),
        ("src/regulars/cli/again.py", "if TYPE_CHECKING:\n    import regulars.cli.options"),
        ("src/regulars/lifetime/fit/optimise.py", "import regulars.lifetime.formulas.counts"),
    ],
)
def test_a_circle_is_noticed(house, module, lines):
    file = house / module
    file.write_text(file.read_text() + f"\n{lines}\n")
    linted = lint(house)
    assert linted.returncode != 0
    assert "No cycles are allowed" in linted.stdout


def test_no_module_imports_the_door_of_its_own_room():
    """Import-linter compares siblings, and a door is the parent of what stands behind it."""
    graph, circle = grimp.build_graph("regulars", cache_dir=None), []
    try:
        TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
    except CycleError as error:
        circle = error.args[1]
    assert circle == []


def test_a_wheel_holds_the_flows_and_the_page(house):
    build = "from setuptools import build_meta; print(build_meta.build_wheel('.'))"
    built = subprocess.run([sys.executable, "-c", build], cwd=house, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = house.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"regulars/pipelines/{file.name}" for file in (ROOT / "pipelines").glob("*.py")}
    templates = {str(file.relative_to(ROOT / "src")) for file in (ROOT / "src/regulars/report/templates").rglob("*.*")}
    assert len(templates) >= 2
    assert expected | templates | {"regulars/py.typed"} <= shipped
