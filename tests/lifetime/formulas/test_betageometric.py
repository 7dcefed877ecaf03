from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.special import betainc, betaln

from regulars.lifetime.fit.rows import BLOCK, compressed
from regulars.lifetime.formulas import betageometric as bg

REGIMES = [
    (0.243, 4.414, 0.793, 2.426, 39.0),
    (0.243, 4.414, 1.0, 2.426, 39.0),
    (40.0, 60.0, 0.5, 41.0, 52.0),
    (0.243, 0.05, 0.05, 0.1, 39.0),
    (5.0, 4.0, 20.0, 0.01, 30.0),
    (28.3, 1.5, 12.0, 29.0, 92.0),
    (0.35, 10.4, 70_200.0, 162_800.0, 50.0),
]


def series(r, alpha, a, b, t):
    """Σ P(X ≥ k), all terms positive."""
    k = np.arange(1.0, 60_000.0)
    return float(np.sum(np.exp(betaln(a, b + k - 1) - betaln(a, b)) * betainc(k, r, t / (alpha + t))))


@pytest.mark.parametrize("regime", REGIMES)
def test_the_mean_is_the_sum_of_the_tail(regime):
    assert bg.expected_purchases(*regime) == pytest.approx(series(*regime), rel=1e-9)


def test_nothing_happens_near_a_equal_to_one():
    means = [float(bg.expected_purchases(0.243, 4.414, a, 2.426, 39.0)) for a in (1 - 1e-9, 1.0, 1 + 1e-9)]
    assert means[0] > means[1] > means[2]
    np.testing.assert_allclose(means, means[1], rtol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [1e-4, 3e-3, 0.05])
@pytest.mark.parametrize("regime", REGIMES)
def test_discounting_weighs_every_purchase_by_its_time(regime, rate):
    r, alpha, a, b, t = regime
    edges = alpha * np.expm1(np.linspace(0, np.log1p(t / alpha), 2001))
    bought = np.diff(bg.expected_purchases(r, alpha, a, b, edges))
    brute = np.sum(bought * np.exp(-rate * (edges[1:] + edges[:-1]) / 2))
    assert bg.discounted_purchases(r, alpha, a, b, t, rate) == pytest.approx(brute, rel=1e-5)


def test_undiscounted_purchases_are_the_expected_ones_to_the_last_bit():
    args = (np.array([0.3, 4.0]), np.array([5.0, 60.0]), 0.8, np.array([2.4, 7.0]), 52.0)
    np.testing.assert_array_equal(bg.discounted_purchases(*args, 0.0), bg.expected_purchases(*args))


@pytest.mark.parametrize("extra", [0, 1])
def test_the_gradient_is_the_slope(extra):
    x, tx, T = np.array([0.0, 1.0, 7.0, 300.0]), np.array([0.0, 2.0, 30.0, 99.0]), np.array([9.0, 20.0, 30.0, 100.0])
    rows, theta, width = compressed(x, tx, T, np.ones(4)), np.log([0.3, 4.0, 0.7, 2.1]), 1e-6
    _, gradient = bg.log_likelihood(theta, rows, extra)
    for i, step in enumerate(np.eye(4) * width):
        up, down = (bg.log_likelihood(theta + sign * step, rows, extra)[0] for sign in (1, -1))
        np.testing.assert_allclose(gradient[i], (up - down) / (2 * width), rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_answers_do_not_depend_on_the_company_of_a_row():
    rng = np.random.default_rng(0)
    r, alpha, b = rng.random(101) * 20 + 0.2, rng.random(101) * 500 + 10, rng.random(101) + 2

    def answers(rows):
        together = bg.discounted_purchases(r[rows], alpha[rows], 0.8, b[rows], 365.0, 3e-4)
        return np.column_stack([together, bg.purchase_pmf(r[rows], alpha[rows], 0.8, b[rows], 180.0, 12)])

    alone = np.concatenate([answers(slice(i, i + 1)) for i in range(101)])
    np.testing.assert_array_equal(alone, answers(slice(None)))


@pytest.mark.medium
@pytest.mark.parametrize("unit", [1.0, 1 / 7])
@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("params", [(0.25, 30.0, 0.8, 2.5), (2.0, 100.0, 0.01, 0.3), (1e-3, 1.0, 50.0, 2.0)])
def test_the_total_is_the_sum_over_customers(params, extra, unit):
    rng = np.random.default_rng(0)
    T = rng.integers(1, 700, 90_000)
    x = rng.geometric(0.4, 90_000) - 1
    tx = np.where(x > 0, rng.integers(0, 700, 90_000) % (T + 1), 0)
    x, tx, T = (column.astype(float) for column in (x, tx, T))
    rows = compressed(x, tx * unit, T * unit, rng.integers(1, 4, 90_000).astype(float))
    assert len(rows.x) > 2 * BLOCK
    each, slopes = bg.log_likelihood(np.log(params), rows, extra)
    value, gradient = bg.total_log_likelihood(np.log(params), rows, extra)
    assert value == pytest.approx(rows.total(each), rel=1e-13)
    np.testing.assert_allclose(gradient, (rows.weight * slopes).sum(axis=1), rtol=1e-10)


@pytest.mark.parametrize("c", [1e-3, 0.3, 40.0, 1e4])
def test_counts_beyond_the_running_sum_keep_their_digits(c):
    n = np.array([0.0, 9_999, 10_000, 10_001, 138_085, 5e6])
    with mpmath.workdps(30):
        shifted = [mpmath.mpf(c) + k for k in n]
        exact = [[mpmath.loggamma(z) - mpmath.loggamma(c), mpmath.psi(0, z) - mpmath.psi(0, c)] for z in shifted]
        exact = np.array(exact, dtype=float)
    np.testing.assert_allclose(np.stack(bg.log_rising(c, n), axis=1), exact, rtol=1e-14)
