from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.churn import Booster, ChurnModel, log_loss_weight
from regulars.churn.model import OBJECTIVE, blend
from tests.churn.conftest import Sample

GRID = np.linspace(0, 1, 2001)


def log_loss(p: np.ndarray, churned: np.ndarray) -> float:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return float(-np.mean(np.where(churned == 1, np.log(p), np.log(1 - p))))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0.2, 5.0), st.floats(0.2, 5.0))
def test_the_weight_is_the_best_of_a_fine_grid(seed: int, sharp_booster: float, sharp_lifetime: float) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.beta(1, 1, 300)
    churned = (rng.random(300) < truth).astype(float)
    odds = np.log(truth / (1 - truth))
    booster = 1 / (1 + np.exp(-sharp_booster * odds - rng.normal(0, 1, 300)))
    lifetime = 1 / (1 + np.exp(-sharp_lifetime * odds - rng.normal(0, 1, 300)))
    losses = [log_loss(w * booster + (1 - w) * lifetime, churned) for w in GRID]
    weight = log_loss_weight(booster, lifetime, churned)
    assert abs(weight - GRID[int(np.argmin(losses))]) < 2e-3
    assert log_loss(blend(booster, lifetime, weight), churned) <= min(losses) + 1e-7


def test_the_same_opinion_twice_is_settled() -> None:
    p = np.array([0.2, 0.7])
    assert 0.0 <= log_loss_weight(p, p, np.array([0.0, 1.0])) <= 1.0


def test_a_sure_and_wrong_opinion_is_survived() -> None:
    churned = np.array([1.0, 0.0, 1.0])
    assert log_loss_weight(1 - churned, np.full(3, 0.5), churned) == 0.0


def test_the_blend_lies_between_the_opinions(sample: Sample) -> None:
    booster = Booster.fit(sample.table, sample.churned, objective=OBJECTIVE, params={"num_iterations": 20}, seed=0)
    bought = np.linspace(0, 1, 900)
    own = booster.predict(sample.table)
    for weight in (0.0, 0.3, 1.0):
        p = ChurnModel(booster, weight).p_churn(sample.table, bought)
        np.testing.assert_allclose(p, weight * own + (1 - weight) * (1 - bought), rtol=1e-12)
    np.testing.assert_array_equal(ChurnModel(booster, 0.0).p_churn(sample.table, bought), 1 - bought)
