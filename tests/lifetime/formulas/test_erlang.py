from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import beta, gamma, poisson

from regulars.lifetime.fit.rows import compressed
from regulars.lifetime.formulas import betageometric, erlang

X, TX, T = np.array([0.0, 1.0, 7.0, 300.0]), np.array([0.0, 2.0, 30.0, 99.0]), np.array([9.0, 20.0, 30.0, 100.0])
ROWS = compressed(X, TX, T, np.ones(4))
THETA = np.log([0.3, 4.0, 0.7, 2.1])


@pytest.mark.parametrize("extra", [0, 1])
def test_one_stage_is_no_regularity(extra):
    for ours, theirs in zip(
        erlang.log_likelihood(THETA, 1, ROWS, extra), betageometric.log_likelihood(THETA, ROWS, extra), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("extra", [0, 1])
def test_the_gradient_is_the_slope(k, extra):
    width = 1e-6
    _, gradient = erlang.log_likelihood(THETA, k, ROWS, extra)
    for i, step in enumerate(np.eye(4) * width):
        up, down = (erlang.log_likelihood(THETA + sign * step, k, ROWS, extra)[0] for sign in (1, -1))
        np.testing.assert_allclose(gradient[i], (up - down) / (2 * width), rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("extra", [0, 1])
def test_the_likelihood_is_that_of_the_story(k, extra):
    """Erlang-k gaps at a rate, coins at a chance, integrated over all rates and chances."""
    r, alpha, a, b = np.exp(THETA)
    for x, tx, T in [(0, 0.0, 9.0), (1, 2.0, 20.0), (4, 6.0, 7.0)]:
        gaps = np.full(x, tx / max(x, 1))

        def timing(rate, there, gaps=gaps, tx=tx, T=T):
            silence = poisson.cdf(k - 1, rate * (T - tx)) if there else 1.0
            return gamma.pdf(rate, r, scale=1 / alpha) * np.prod(gamma.pdf(gaps, k, scale=1 / rate)) * silence

        there, left = (quad(timing, 0, np.inf, args=(flag,), epsabs=0, limit=200)[0] for flag in (True, False))
        y = x + extra
        survived = quad(lambda p, y=y: (1 - p) ** y * beta.pdf(p, a, b), 0, 1)[0]
        lost = quad(lambda p, y=y: p * (1 - p) ** (y - 1) * beta.pdf(p, a, b), 0, 1)[0] if y else 0.0
        row = compressed(np.array([x * 1.0]), np.array([tx]), np.array([T]), np.ones(1))
        ours = erlang.log_likelihood(THETA, k, row, extra)[0][0]
        assert ours == pytest.approx(np.log(there * survived + left * lost), rel=1e-7)


def test_gaps_count_for_regularity():
    x, tx = np.array([0.0, 3.0]), np.array([0.0, 12.0])
    np.testing.assert_allclose(erlang.irregularity(x, tx, np.array([0.0, 3 * np.log(4)])), 0, atol=1e-14)
    uneven = erlang.irregularity(x, tx, np.array([0.0, np.log(1 * 1 * 10)]))
    np.testing.assert_allclose(uneven, [0, np.log(10) - 3 * np.log(4)])
    rows = compressed(x, tx, np.array([20.0, 20.0]), np.ones(2))
    density = gamma.logpdf([1, 1, 10], 4, scale=1).sum()  # rate 1: Σ ln g^3 / Γ(4) − g
    np.testing.assert_allclose(erlang.log_equal_gaps(4, rows)[1] + 3 * uneven[1] - 12, density)
    assert gammaln(4) == pytest.approx(np.log(6))


@pytest.mark.parametrize("k", [1, 2, 4])
def test_stages_are_those_of_a_poisson_process(k):
    r, alpha = 0.8, 5.0
    rows = compressed(np.array([3.0]), np.array([10.0]), np.array([14.0]), np.ones(1))
    stages = erlang.stages_passed(k, r, alpha, rows)
    n, rate = r + 3 * k, alpha + 10.0

    def chance(j):
        return quad(lambda u: poisson.pmf(j, 4 * u) * gamma.pdf(u, n, scale=1 / rate), 0, np.inf)[0]

    chances = np.array([chance(j) for j in range(k)])
    np.testing.assert_allclose(stages.shares[:, 0], chances / chances.sum(), rtol=1e-8)
    np.testing.assert_allclose(np.exp(stages.log_chance), chances.sum() / chances[0], rtol=1e-8)


@pytest.mark.parametrize("k", [2, 6])
@pytest.mark.parametrize("stage", [0, 1])
def test_discounting_weighs_every_purchase_by_its_time(k, stage):
    who = (np.array([0.8, 60.0]), np.array([30.0, 40.0]), 0.8, np.array([2.4, 9.0]))
    edges = np.linspace(0, 60, 2001)[:, None]
    bought = np.diff(erlang.expected_purchases(k, stage, *who, edges), axis=0)
    brute = (bought * np.exp(-0.02 * (edges[1:] + edges[:-1]) / 2)).sum(axis=0)
    np.testing.assert_allclose(erlang.discounted_purchases(k, stage, *who, 60.0, 0.02), brute, rtol=1e-6)


def test_a_very_regular_customer_waits_for_the_due_day():
    r, alpha = np.array([1200.0]), np.array([1000.0])  # 12 stages in 10 days, each time
    fresh, due = np.array([[1.0], *[[0.0]] * 11]), np.array([*[[0.0]] * 11, [1.0]])
    assert erlang.wait_quantile(fresh, r, alpha, 0.5)[0] == pytest.approx(9.7, abs=0.1)
    assert erlang.wait_quantile(due, r, alpha, 0.5)[0] == pytest.approx(0.58, abs=0.01)
    assert erlang.any_purchase(fresh, r, alpha, 5.0)[0] < 0.03
