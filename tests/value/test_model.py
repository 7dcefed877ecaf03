from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_poisson_deviance, mean_tweedie_deviance

from regulars.value import COUNTS, POWER, SPEND, MeanModel, corrected, deviance_weight, fit_correction
from regulars.value.model import tweedie_deviance

GRID = np.linspace(0, 1, 2001)
POWERS = pytest.mark.parametrize("power", [1.0, 1.5])


@POWERS
@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), blur=st.floats(0.05, 1.5), shift=st.floats(0.5, 2.0))
def test_the_weight_is_the_best_of_a_fine_grid(power: float, seed: int, blur: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    mean = rng.gamma(1, 2, 300)
    actual = rng.poisson(mean).astype(float)
    first, second = mean * np.exp(rng.normal(0, blur, 300)), mean * shift
    losses = [tweedie_deviance(actual, w * first + (1 - w) * second, power) for w in GRID]
    weight = deviance_weight(first, second, actual, power)
    assert tweedie_deviance(actual, weight * first + (1 - weight) * second, power) <= min(losses) + 1e-6
    assert abs(weight - GRID[int(np.argmin(losses))]) < 5e-3


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
        assert found[table["a"] < -0.1].mean() == pytest.approx(0.6, rel=0.25)
        weight = deviance_weight(found * lifetime, lifetime, actual, POWER[objective["objective"]])
        assert weight > 0.8

    def test_levels_follow_the_lifetime_model_where_trees_have_never_been(self, table: pd.DataFrame) -> None:
        lifetime = np.full(2000, 1.0)
        actual = np.random.default_rng(1).poisson(lifetime).astype(float)
        booster = fit_correction(table, actual, lifetime, objective=COUNTS, seed=0, weight=np.ones(2000))
        model = MeanModel(booster, 0.7)
        np.testing.assert_allclose(model.predict(table, 50 * lifetime), 50 * model.predict(table, lifetime), rtol=1e-9)

    def test_the_blend_lies_between(self, table: pd.DataFrame) -> None:
        lifetime = np.random.default_rng(2).gamma(2, 1, 2000)
        booster = fit_correction(table, lifetime.round(), lifetime, objective=COUNTS, seed=0, weight=np.ones(2000))
        own = corrected(booster, table, lifetime)
        np.testing.assert_array_equal(MeanModel(booster, 0.0).predict(table, lifetime), lifetime)
        np.testing.assert_array_equal(MeanModel(booster, 1.0).predict(table, lifetime), own)
        np.testing.assert_allclose(MeanModel(booster, 0.25).predict(table, lifetime), 0.25 * own + 0.75 * lifetime)
