from __future__ import annotations

import re

import pytest

from regulars.features import CATALOGUE, available, catalogue_hash
from regulars.features import catalogue as catalogue_module
from regulars.features.catalogue import SUMS, Feature
from tests.features.logs import COLUMNS

NAMES = {feature.name for feature in CATALOGUE}
UNITS = {"days", "orders", "money", "ratio", "share", "count"}
EVERY = pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)


def words(sql: str) -> set[str]:
    return set(re.findall(r"[a-z_][a-z_0-9]*", sql))


def test_names_are_unique_and_plain() -> None:
    assert len(NAMES) == len(CATALOGUE)
    assert all(re.fullmatch(r"[a-z][a-z_0-9]*", name) for name in NAMES)
    assert not NAMES & {"customer_id", "cutoff"}


@EVERY
def test_a_feature_is_declared_in_full(feature: Feature) -> None:
    assert feature.unit in UNITS
    assert feature.meaning
    assert not feature.meaning.endswith(".")
    assert feature.needs <= set(COLUMNS) - {"amount"} | {"money"}


@EVERY
def test_an_expression_knows_nothing_but_sums(feature: Feature) -> None:
    sql_words = {"coalesce", "sqrt"}
    assert words(feature.sql) - sql_words <= set(SUMS)


def test_every_sum_is_used() -> None:
    used = set().union(*(words(feature.sql) for feature in CATALOGUE))
    assert set(SUMS) <= used


def test_no_sum_looks_at_a_day_but_by_its_age() -> None:
    """`age` counts back from the cutoff; a bare `day` may only order the facts or tell the weekday."""
    for name, sql in SUMS.items():
        bare = re.sub(r"arg_(max|min)\(\w+, day\)|isodow\(day\)", "", sql)
        assert "day" not in words(bare), name


def test_available_features_are_those_whose_columns_are_there() -> None:
    plain = available({"customer_id", "day", "is_purchase"})
    assert [feature for feature in CATALOGUE if not feature.needs] == list(plain)
    everything = set(COLUMNS) | {"money"}
    assert available(everything) == CATALOGUE


def test_the_hash_tells_what_is_declared_and_in_which_order(monkeypatch: pytest.MonkeyPatch) -> None:
    before = catalogue_hash(["tenure", "recency"])
    assert re.fullmatch(r"[0-9a-f]{12}", before)
    assert catalogue_hash(["tenure", "recency"]) == before
    assert catalogue_hash(["recency", "tenure"]) != before
    monkeypatch.setitem(catalogue_module.SUMS, "first_age", "min(age)")
    assert catalogue_hash(["tenure", "recency"]) != before
