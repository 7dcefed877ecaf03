from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path

import regulars as rg
from regulars.version import STACK, code_version, stack_versions

ROOT = Path(__file__).parents[1]


def test_the_versions_of_the_stack_are_those_installed() -> None:
    assert {name: version(name) for name in STACK}.items() <= stack_versions().items()


def test_the_package_tells_its_version() -> None:
    assert rg.__version__ == version("regulars")
    assert "__version__" in dir(rg)


def test_a_checkout_is_named_by_its_commit() -> None:
    told = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    package, _, commit = code_version().partition("+")
    assert package == version("regulars")
    assert (told.returncode != 0) == (commit == "")
    assert commit.removesuffix("-dirty").endswith(told.stdout.strip())
