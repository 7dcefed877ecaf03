"""The table of practices is true: its sections, functions and tests exist, and what has none says what is missing."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGE = (DOCS / "practice.md").read_text(encoding="utf-8")
PRACTICES = 32  # rows that were asked for: none is dropped to make the table true
WITHOUT = ("Staff loyalty, love of a product",)
NOTHING = "—"


def rows() -> list[list[str]]:
    table = PAGE.split("## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the site makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_sections_functions_and_tests_of_a_practice_exist(row: list[str]) -> None:
    practice, where, functions, tests, missing = row
    if practice.startswith(WITHOUT):
        assert (where, functions, tests) == (NOTHING,) * 3
        assert missing
        return
    links = re.findall(r"\]\(([\w-]+\.md)#([\w-]+)\)", where)
    assert links
    assert {(page, anchor) for page, anchor in links if anchor not in anchors(DOCS / page)} == set()
    named = re.findall(r"`([\w.]+)`", functions)
    assert named
    for name in named:
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(f"regulars.{module}"), function)), name
    tested = re.findall(r"`([\w/]+\.py)::(\w+)`", tests)
    assert tested
    for file, test in tested:
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, f"{file}::{test}"


def test_every_practice_has_a_row() -> None:
    names = [row[0] for row in rows()]
    assert len(set(names)) == len(names) == PRACTICES
    assert all(any(name.startswith(start) for name in names) for start in WITHOUT)


def test_what_a_log_cannot_tell_names_what_can() -> None:
    told = PAGE.split("## What a log can't tell")[1]
    cells = [line.strip("|").split("|") for line in told.splitlines() if line.startswith("| ")][2:]
    assert len(cells) > 9
    assert all(len(row) == 3 and all(cell.strip() for cell in row) for row in cells)
