from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from regulars.learners import (
    LogOddsShift,
    deviance_weights,
    log_loss_weights,
    log_odds,
    shift_to_mean,
    tweedie_deviance,
)

GRID = [(i / 40, j / 40, 1 - (i + j) / 40) for i in range(41) for j in range(41 - i)]
FINE_GRID = np.linspace(0, 1, 2001)
NAMES = ("a", "b", "c")


def log_loss(p: np.ndarray, actual: np.ndarray) -> float:
    return float(-np.mean(np.where(actual == 1, np.log(p), np.log(1 - p))))


def seen_through_noise(rng: np.random.Generator, truth: np.ndarray, sharpness: float) -> np.ndarray:
    return np.asarray(expit(sharpness * log_odds(truth) + rng.normal(0, 1, len(truth))))


@pytest.mark.slow
@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0.2, 3.0), st.floats(-1.5, 1.5))
def test_log_loss_weights_are_the_best_of_a_grid_once_means_are_calibrated(
    seed: int, sharpness: float, off: float
) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.beta(1, 1, 300)
    actual = (rng.random(300) < truth).astype(float)
    predictions = {
        name: seen_through_noise(rng, truth, s) for name, s in zip(NAMES, (1.0, sharpness, 0.5), strict=True)
    }
    moved = {**predictions, "a": expit(log_odds(predictions["a"]) + off)}
    weights = log_loss_weights(moved, actual)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert min(weights.values()) >= 0
    calibrated = {
        name: expit(log_odds(p) + shift_to_mean(log_odds(p), actual.mean())) for name, p in predictions.items()
    }
    candidates = [*(dict(zip(NAMES, point, strict=True)) for point in GRID), weights]
    losses = [log_loss(LogOddsShift().combine(calibrated, candidate), actual) for candidate in candidates]
    assert losses[-1] <= min(losses) + 1e-6
    again = log_loss_weights(predictions, actual)
    np.testing.assert_allclose(list(again.values()), list(weights.values()), atol=5e-3)


def test_a_base_model_that_adds_nothing_gets_no_weight() -> None:
    rng = np.random.default_rng(0)
    truth = rng.beta(1, 1, 2000)
    actual = (rng.random(2000) < truth).astype(float)
    one, other = expit(rng.normal(0, 2, (2, 2000)))
    assert log_loss_weights({"truth": truth, "one": one, "other": other}, actual)["truth"] > 0.9


def test_certain_and_wrong_predictions_are_survived() -> None:
    actual = np.array([1.0, 0.0, 1.0])
    weights = log_loss_weights({"wrong": 1 - actual, "even": np.full(3, 0.5)}, actual)
    assert weights == {"wrong": 0.0, "even": 1.0}


@pytest.mark.slow
@pytest.mark.parametrize("power", [1.0, 1.5])
@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), blur=st.floats(0.05, 1.5), off=st.floats(0.5, 2.0))
def test_deviance_weights_are_the_best_of_a_grid_once_totals_are_calibrated(
    power: float, seed: int, blur: float, off: float
) -> None:
    rng = np.random.default_rng(seed)
    mean = rng.gamma(1, 2, 300)
    actual = rng.poisson(mean).astype(float)
    first, second = mean * np.exp(rng.normal(0, blur, 300)), mean * np.exp(rng.normal(0, 0.4, 300))
    weights = deviance_weights({"first": off * first, "second": second}, actual, power)
    assert weights == deviance_weights({"first": first, "second": 100 * second}, actual, power)
    first, second = (values * actual.sum() / values.sum() for values in (first, second))
    losses = [tweedie_deviance(actual, w * first + (1 - w) * second, power) for w in FINE_GRID]
    found = weights["first"] * first + weights["second"] * second
    assert tweedie_deviance(actual, found, power) <= min(losses) + 1e-5
    assert abs(weights["first"] - FINE_GRID[int(np.argmin(losses))]) < 2e-2
    assert sum(weights.values()) == pytest.approx(1.0)


def test_where_nothing_happened_the_first_base_model_has_all_the_weight() -> None:
    weights = deviance_weights({"one": np.ones(3), "other": np.full(3, 2.0)}, np.zeros(3), 1.5)
    assert weights == {"one": 1.0, "other": 0.0}
