"""A Normal law that is cut off at 0 and at 1, beside scipy's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import truncnorm

from regulars.retention.within import centre_of, mean_within


@pytest.mark.parametrize("centre", [-0.1, 0.0, 0.03, 0.5, 0.97, 1.0, 1.2])
@pytest.mark.parametrize("error", [0.01, 0.1, 1.0])
def test_the_mean_is_that_of_a_truncated_normal_law(centre: float, error: float) -> None:
    law = truncnorm(-centre / error, (1.0 - centre) / error, loc=centre, scale=error)
    assert mean_within(centre, error) == pytest.approx(float(law.mean()), abs=1e-9)


@given(st.floats(-2, 3), st.floats(1e-3, 10))
def test_the_mean_lies_within_0_and_1_and_rises_with_the_centre(centre: float, error: float) -> None:
    mean = mean_within(centre, error)
    assert 0.0 <= mean <= mean_within(centre + 0.01, error) + 1e-6
    assert mean <= 1.0


@given(st.floats(0.025, 0.975))
def test_the_centre_of_a_mean_has_that_mean(rate: float) -> None:
    error = (rate * (1.0 - rate) / 20) ** 0.5
    assert mean_within(centre_of(rate, error), error) == pytest.approx(rate, abs=1e-9)
