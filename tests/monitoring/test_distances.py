from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from regulars.monitoring.distances import compare
from regulars.monitoring.distribution import Distribution
from tests.monitoring.draws import column


def compared(a: np.ndarray, b: np.ndarray, alpha: float = 0.01):
    reference = Distribution.of(a)
    return compare(reference, Distribution.of(b, reference.edges), alpha=alpha)


def test_ks_and_wasserstein_are_those_of_scipy_up_to_the_grid_of_quantiles() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=20_000), rng.normal(0.3, size=20_000)
    found = compared(a, b)
    assert found.distances.ks == pytest.approx(ks_2samp(a, b).statistic, abs=0.005)
    spread = np.abs(a - np.median(a)).mean()
    assert found.distances.wasserstein * spread == pytest.approx(wasserstein_distance(a, b), rel=0.05)


def test_psi_is_the_textbook_sum_over_ten_bins_of_equal_mass() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=50_000), rng.normal(0.5, size=50_000)
    edges = np.quantile(a, np.linspace(0.1, 0.9, 9))
    p, q = (np.bincount(np.searchsorted(edges, x), minlength=10) / len(x) for x in (a, b))
    assert compared(a, b).distances.psi == pytest.approx(float(((q - p) * np.log(q / p)).sum()), rel=0.02)


def test_equal_samples_are_no_distance_apart() -> None:
    a = column(np.random.default_rng(2), 3, 500)
    assert max(compared(a, a).distances) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("change", ["halved", "missing", "shifted"])
def test_a_change_is_far_beyond_chance(change: str) -> None:
    rng = np.random.default_rng(3)
    a, b = rng.lognormal(3, 1, 2_000), rng.lognormal(3, 1, 2_000)
    b = {"halved": b / 2, "missing": np.where(rng.random(2_000) < 0.2, np.nan, b), "shifted": b + 10}[change]
    found = compared(a, b)
    assert found.distances.psi > 2 * found.noise.psi


def test_a_smaller_sample_has_more_noise() -> None:
    rng = np.random.default_rng(4)
    noise = [compared(rng.normal(size=5_000), rng.normal(size=n)).noise for n in (100, 5_000)]
    assert all(few > many for few, many in zip(*noise, strict=True))


@pytest.mark.parametrize("values", [[np.nan] * 4, [5.0] * 4], ids=["all missing", "all equal"])
def test_a_column_without_a_shape_is_compared_too(values: list[float]) -> None:
    found = compared(np.array(values), np.array([5.0, 5.0, np.nan]))
    assert all(np.isfinite(found.distances))


@pytest.mark.parametrize("value", [0.0, 5.0, -1e6])
@pytest.mark.parametrize("shift", [-1.0, 1.0])
def test_a_new_value_in_a_column_that_was_constant_is_a_change(value: float, shift: float) -> None:
    before = np.full(2_000, value)
    same, now = compared(before, before[:500]), compared(before, np.r_[before[:1_500], np.full(500, value + shift)])
    assert same.distances.psi < same.noise.psi
    assert same.distances.ks == 0
    assert now.distances.psi > max(0.1, 2 * now.noise.psi)
    assert now.distances.ks > max(0.1, 2 * now.noise.ks)


def test_a_rare_value_of_a_column_that_becomes_common_is_a_change() -> None:
    before, now = np.zeros(2_000), np.zeros(2_000)
    before[:5], now[:500] = 1.0, 1.0
    found = compared(before, now)
    assert found.distances.psi > max(0.1, 2 * found.noise.psi)
