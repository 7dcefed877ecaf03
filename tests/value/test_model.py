from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_poisson_deviance, mean_tweedie_deviance

from regulars.value import (
    COUNTS,
    POWER,
    SPEND,
    CountModel,
    average,
    corrected,
    deviance_weights,
    fit_correction,
    scales_to,
)
from regulars.value.model import tweedie_deviance

GRID = np.linspace(0, 1, 2001)
POWERS = pytest.mark.parametrize("power", [1.0, 1.5])


@POWERS
@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), blur=st.floats(0.05, 1.5), off=st.floats(0.5, 2.0))
def test_the_weight_is_the_best_of_a_fine_grid_at_the_level_of_what_came(
    power: float, seed: int, blur: float, off: float
) -> None:
    rng = np.random.default_rng(seed)
    mean = rng.gamma(1, 2, 300)
    actual = rng.poisson(mean).astype(float)
    first, second = mean * np.exp(rng.normal(0, blur, 300)), mean * np.exp(rng.normal(0, 0.4, 300))
    weights = deviance_weights((off * first, second), actual, power)
    assert weights == deviance_weights((first, 100 * second), actual, power)
    first, second = (opinion * actual.sum() / opinion.sum() for opinion in (first, second))
    losses = [tweedie_deviance(actual, w * first + (1 - w) * second, power) for w in GRID]
    assert tweedie_deviance(actual, average((first, second), weights, (1.0, 1.0)), power) <= min(losses) + 1e-5
    assert abs(weights[0] - GRID[int(np.argmin(losses))]) < 2e-2
    assert sum(weights) == pytest.approx(1.0)


def test_the_deviance_is_that_of_scikit_learn_but_for_a_constant() -> None:
    rng = np.random.default_rng(0)
    actual, one, other = rng.poisson(2.0, 200).astype(float), rng.gamma(2, 1, 200), rng.gamma(3, 1, 200)
    ours = tweedie_deviance(actual, one, 1.0) - tweedie_deviance(actual, other, 1.0)
    assert ours == pytest.approx(mean_poisson_deviance(actual, one) - mean_poisson_deviance(actual, other))
    ours = tweedie_deviance(actual, one, 1.5) - tweedie_deviance(actual, other, 1.5)
    theirs = [mean_tweedie_deviance(actual, mean, power=1.5) for mean in (one, other)]
    assert ours == pytest.approx(theirs[0] - theirs[1])


@POWERS
def test_the_true_mean_has_the_least_deviance(power: float) -> None:
    actual = np.random.default_rng(0).poisson(3.0, 500).astype(float)
    at = [tweedie_deviance(actual, np.full(500, actual.mean() * factor), power) for factor in (0.8, 1.0, 1.25)]
    assert min(at) == at[1]


@POWERS
def test_an_expected_zero_is_survived(power: float) -> None:
    assert np.isfinite(tweedie_deviance(np.array([0.0, 1.0]), np.zeros(2), power))


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(2000, 3)), columns=list("abc"))


class TestCorrection:
    @pytest.mark.parametrize("objective", [COUNTS, SPEND])
    def test_trees_find_what_the_lifetime_model_misses(self, table: pd.DataFrame, objective: dict[str, str]) -> None:
        rng = np.random.default_rng(1)
        lifetime = rng.gamma(2, 0.5, 2000)
        factor = np.where(table["a"] > 0, 1.6, 0.6)
        actual = rng.poisson(factor * lifetime).astype(float)
        booster = fit_correction(table, actual, lifetime, objective=objective, seed=0, weight=np.ones(2000))
        found = corrected(booster, table, lifetime) / lifetime
        assert found[table["a"] > 0.1].mean() == pytest.approx(1.6, rel=0.25)
        assert found[table["a"] < -0.1].mean() == pytest.approx(0.6, rel=0.3)
        weights = deviance_weights((lifetime, found * lifetime), actual, POWER[objective["objective"]])
        assert weights[1] > 0.8

    def test_levels_follow_the_lifetime_model_where_trees_have_never_been(self, table: pd.DataFrame) -> None:
        lifetime = np.full(2000, 1.0)
        actual = np.random.default_rng(1).poisson(lifetime).astype(float)
        booster = fit_correction(table, actual, lifetime, objective=COUNTS, seed=0, weight=np.ones(2000))
        model = CountModel(booster, (0.3, 0.7), (1.0, 1.0))
        np.testing.assert_allclose(model.predict(table, 50 * lifetime), 50 * model.predict(table, lifetime), rtol=1e-9)

    def test_the_blend_lies_between(self, table: pd.DataFrame) -> None:
        lifetime = np.random.default_rng(2).gamma(2, 1, 2000)
        booster = fit_correction(table, lifetime.round(), lifetime, objective=COUNTS, seed=0, weight=np.ones(2000))
        own = corrected(booster, table, lifetime)
        for weights, expected in (
            ((1.0, 0.0), lifetime),
            ((0.0, 1.0), own),
            ((0.75, 0.25), 0.25 * own + 0.75 * lifetime),
        ):
            np.testing.assert_allclose(CountModel(booster, weights, (1.0, 1.0)).predict(table, lifetime), expected)
        half = CountModel(booster, (1.0, 0.0), (0.5, 1.0)).predict(table, lifetime)
        np.testing.assert_allclose(half, 0.5 * lifetime)


def test_scales_bring_each_opinion_to_the_total() -> None:
    opinions = (np.array([1.0, 3.0]), np.array([10.0, 10.0]), np.zeros(2))
    scales = scales_to(8.0, opinions)
    assert scales == (2.0, 0.4, 1.0)
    assert average(opinions, (0.5, 0.5, 0.0), scales).sum() == pytest.approx(8.0)
