from __future__ import annotations

import re
import string

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


@EVERY
def test_reasons_name_known_values_and_can_be_said(feature: Feature) -> None:
    assert feature.reason
    for sentence in feature.reason:
        named = {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}
        assert named <= NAMES
        assert sentence.format_map(dict.fromkeys(named, 1.5))
    assert "{" not in feature.if_zero


@EVERY
def test_the_last_reason_needs_no_more_columns_than_the_feature(feature: Feature) -> None:
    needs = {other.name: other.needs for other in CATALOGUE}
    for _, field, _, _ in string.Formatter().parse(feature.reason[-1]):
        if field is not None:
            assert needs[field] <= feature.needs


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
