from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from regulars.churn import (
    Booster,
    ChurnModel,
    blend,
    fit_booster,
    fit_logistic,
    log_loss_weights,
    log_odds,
    shift_to_mean,
)
from tests.churn.conftest import Sample

GRID = [(i / 40, j / 40, 1 - (i + j) / 40) for i in range(41) for j in range(41 - i)]


def log_loss(p: np.ndarray, churned: np.ndarray) -> float:
    return float(-np.mean(np.where(churned == 1, np.log(p), np.log(1 - p))))


def seen_through_noise(rng: np.random.Generator, truth: np.ndarray, sharpness: float) -> np.ndarray:
    return np.asarray(expit(sharpness * log_odds(truth) + rng.normal(0, 1, len(truth))))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0.2, 3.0), st.floats(-1.5, 1.5))
def test_the_weights_are_the_best_of_a_grid_at_the_level_of_what_came(seed: int, sharpness: float, off: float) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.beta(1, 1, 300)
    churned = (rng.random(300) < truth).astype(float)
    opinions = tuple(seen_through_noise(rng, truth, s) for s in (1.0, sharpness, 0.5))
    moved = (expit(log_odds(opinions[0]) + off), *opinions[1:])
    weights = log_loss_weights(moved, churned)
    assert sum(weights) == pytest.approx(1.0)
    assert min(weights) >= 0
    levelled = tuple(expit(log_odds(p) + shift_to_mean(log_odds(p), churned.mean())) for p in opinions)
    losses = [log_loss(expit(blend(levelled, weights)), churned) for weights in (*GRID, weights)]
    assert losses[-1] <= min(losses) + 1e-6
    np.testing.assert_allclose(log_loss_weights(opinions, churned), weights, atol=5e-3)


def test_an_opinion_that_adds_nothing_gets_no_weight() -> None:
    rng = np.random.default_rng(0)
    truth = rng.beta(1, 1, 2000)
    churned = (rng.random(2000) < truth).astype(float)
    blind = rng.normal(0, 2, (2, 2000))
    assert log_loss_weights((truth, *expit(blind)), churned)[0] > 0.9


def test_a_sure_and_wrong_opinion_is_survived() -> None:
    churned = np.array([1.0, 0.0, 1.0])
    assert log_loss_weights((1 - churned, np.full(3, 0.5)), churned) == (0.0, 1.0)


@given(st.integers(0, 1000), st.floats(0.01, 0.99))
def test_a_shift_sets_the_mean_and_keeps_the_order(seed: int, mean: float) -> None:
    odds = np.random.default_rng(seed).normal(0, 2, 50)
    moved = expit(odds + shift_to_mean(odds, mean))
    assert moved.mean() == pytest.approx(min(max(mean, 0.01), 0.99), abs=1e-9)
    assert (np.argsort(moved) == np.argsort(odds)).all()


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_nobody_is_lost_for_certain(mean: float) -> None:
    assert abs(expit(np.zeros(10) + shift_to_mean(np.zeros(10), mean)).mean() - mean) == pytest.approx(0.05)


def quick(table: pd.DataFrame, churned: np.ndarray, **params: bool | str) -> Booster:
    return fit_booster(table, churned, params={"num_iterations": 20, **params}, seed=0, weight=np.ones(len(table)))


def test_the_risk_never_rises_with_what_the_lifetime_model_expects(sample: Sample) -> None:
    """Here it rises by nature, which shows what the constraint does; one's own parameters go over it."""
    table = sample.table.rename(columns={"a": "lifetime_p_purchase"})
    steps = pd.concat([table.iloc[:50].assign(lifetime_p_purchase=value) for value in np.linspace(-3, 3, 30)])
    turned = {"extra_trees": False}
    for own, rises in (({}, False), ({"monotone_constraints": "0,0,0,0,0"}, True)):
        p = quick(table, sample.churned, **turned, **own).predict(steps).reshape(30, 50)
        assert (np.diff(p, axis=0) > 1e-12).any() == rises


def test_the_blend_lies_between_the_opinions(sample: Sample) -> None:
    booster = quick(sample.table, sample.churned)
    table = sample.table.rename(columns={"a": "days_since_last", "c": "gap_mean"})
    linear = fit_logistic(table, sample.churned, np.ones(900))
    bought = np.linspace(0.01, 0.99, 900)
    opinions = (1 - bought, booster.predict(sample.table), expit(linear.predict(table)))
    both = sample.table.join(table[["days_since_last", "gap_mean"]])
    for weights in ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.2, 0.3, 0.5)):
        p = ChurnModel(booster, linear, weights).p_churn(both, bought)
        assert ((np.min(opinions, axis=0) - 1e-9 <= p) & (p <= np.max(opinions, axis=0) + 1e-9)).all()
    np.testing.assert_allclose(ChurnModel(booster, linear, (1.0, 0.0, 0.0)).p_churn(both, bought), 1 - bought)
    assert (ChurnModel(booster, linear, (0.2, 0.3, 0.5), shift=0.4).p_churn(both, bought) > p).all()
