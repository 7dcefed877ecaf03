"""Every figure of the report is defined once, and the committed page is the generated one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regulars.definitions import DEFINITIONS, Definition, definitions

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "definitions.md"
TEMPLATES = "".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "src/regulars/report/templates/sections").glob("*.html")
)
OF_TILES = (ROOT / "src/regulars/report/tiles.py").read_text(encoding="utf-8")


def test_the_committed_page_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == definitions(), "The definitions have changed: run make docs"


def test_names_are_unique() -> None:
    assert len({found.name for found in DEFINITIONS.values()}) == len(DEFINITIONS)


@pytest.mark.parametrize("key", DEFINITIONS)
def test_every_definition_is_opened_somewhere_on_the_page(key: str) -> None:
    by_list = {"due", "falling_off"}  # of a list without offers, by its own term
    assert f'"{key}"' in TEMPLATES + OF_TILES or key in by_list


@pytest.mark.parametrize("found", DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_definition_is_short_and_says_what_it_needs(found: Definition) -> None:
    assert found.meaning.endswith(".")
    assert len(found.meaning) <= 300
    assert {"customer_id", "ordered_at"} <= set(found.columns)
    assert found.where


def test_the_page_opens_nothing_else() -> None:
    opened = set(re.findall(r'term\("(\w+)"', TEMPLATES))
    assert opened <= DEFINITIONS.keys()
