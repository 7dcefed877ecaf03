from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_poisson_deviance, mean_tweedie_deviance

from regulars.learners import tweedie_deviance

POWERS = pytest.mark.parametrize("power", [1.0, 1.5])


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
