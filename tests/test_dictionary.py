"""The data dictionary says what every column means, and the committed page is the generated one."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars import tables
from regulars.dictionary import OWN, dictionary
from regulars.features import CATALOGUE
from regulars.features.catalogue import Feature
from regulars.meanings import FAMILIES, PREDICTIONS, SCORES, TARGETS

PAGE = Path(__file__).parents[1] / "docs" / "data-dictionary.md"


def test_the_committed_page_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == dictionary(), "The catalogue has changed: run make docs"


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
def test_every_feature_has_one_row_with_unit_meaning_and_needs(feature: Feature) -> None:
    rows = [line for line in dictionary().splitlines() if line.startswith(f"| `{feature.name}` | {feature.unit} | ")]
    mine = [row for row in rows if feature.meaning in row]
    assert len(mine) == 1
    assert all(f"`{column}`" in mine[0] for column in feature.needs)


@pytest.mark.parametrize(
    ("meanings", "columns"),
    [(SCORES, tables.SCORES), (TARGETS, tables.TARGETS), (PREDICTIONS, tables.PREDICTIONS)],
    ids=["scores", "targets", "predictions"],
)
def test_every_column_has_a_meaning_in_the_order_in_which_it_is_written(
    meanings: dict[str, tuple[str, str]], columns: tuple[str, ...]
) -> None:
    assert tuple(meanings) == columns


def test_families_are_those_of_the_catalogue() -> None:
    assert set(FAMILIES) == {feature.family for feature in (*CATALOGUE, *OWN)}


def test_no_cell_breaks_its_table() -> None:
    rows = [line for line in dictionary().splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {4, 5}
