"""Whether an offer changes nothing: Savage-Dickey beside marginal likelihoods that are computed without it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from regulars.retention.no_effect import NO_EFFECT, chance_of_no_effect

PRIOR = np.array([0.3, 0.05]), np.diag([0.01, 0.002])


@pytest.mark.parametrize("estimates", [(0.0, 0.0), (0.25, 0.04), (0.1, -0.02), (0.6, 0.3)])
def test_the_chance_is_that_of_two_marginal_likelihoods(estimates: tuple[float, float]) -> None:
    found, errors = np.array(estimates), np.array([[0.004, -0.0005], [-0.0005, 0.0006]])
    spread = np.linalg.inv(np.linalg.inv(PRIOR[1]) + np.linalg.inv(errors))
    centre = spread @ (np.linalg.solve(PRIOR[1], PRIOR[0]) + np.linalg.solve(errors, found))
    nothing = NO_EFFECT * multivariate_normal([0.0, 0.0], errors).pdf(found)
    something = (1 - NO_EFFECT) * multivariate_normal(PRIOR[0], PRIOR[1] + errors).pdf(found)
    assert chance_of_no_effect(centre, spread, *PRIOR) == pytest.approx(nothing / (nothing + something))


def test_without_campaigns_it_is_the_stated_one() -> None:
    assert chance_of_no_effect(*PRIOR, *PRIOR) == pytest.approx(NO_EFFECT)
