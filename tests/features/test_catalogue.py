from __future__ import annotations

import re
from functools import partial

import pytest

from regulars.features import CATALOGUE, Feature, available, catalogue_hash
from regulars.features.measures import MEASURES
from regulars.features.past import Past
from tests.features.logs import COLUMNS

NAMES = {feature.name for feature in CATALOGUE}
UNITS = {"days", "orders", "money", "ratio", "share", "count"}
EVERY = pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)


def words(expression: str) -> set[str]:
    return set(re.findall(r"[a-z_][a-z_0-9]*", expression))


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
def test_an_expression_knows_nothing_but_measures(feature: Feature) -> None:
    numpy_words = {"where", "maximum", "sqrt", "log", "sin", "cos", "pi", "nan"}
    assert words(feature.expression) - numpy_words <= set(MEASURES)


def test_every_measure_is_used() -> None:
    used = set().union(*(words(feature.expression) for feature in CATALOGUE))
    assert set(MEASURES) <= used


def test_measures_are_looks_at_the_past() -> None:
    looks = set(vars(Past).values())
    assert all(isinstance(look, partial) and look.func in looks for look in MEASURES.values())


def test_there_are_some_eighty_features() -> None:
    assert len(CATALOGUE) >= 80


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
    monkeypatch.setitem(MEASURES, "first_age", partial(Past.age, order=2))
    assert catalogue_hash(["tenure", "recency"]) != before
