from __future__ import annotations

import mpmath
import numpy as np
import pytest

from regulars.lifetime.fit.rows import compressed
from regulars.lifetime.formulas import pareto
from regulars.lifetime.formulas.pareto import never_again

REGIMES = [
    (0.553, 10.578, 0.606, 11.669, 39.0),
    (2.5, 40.0, 0.3, 0.02, 52.0),
    (0.2, 0.5, 1.0, 300.0, 39.0),
    (40.0, 60.0, 5.0, 60.0, 365.0),
    (1500.0, 90.0, 0.4, 70.0, 30.0),
    (3.0, 5.0, 4e4, 9e5, 30.0),
]
THETA = np.log([0.6, 10.0, 0.5, 12.0])


def customers():
    x = np.array([0.0, 0.0, 1.0, 3.0, 7.0, 7.0, 300.0, 2000.0])
    tx = np.array([0.0, 0.0, 2.0, 30.0, 30.0, 1.0, 99.0, 50.0])
    T = np.array([9.0, 90.0, 20.0, 30.0, 31.0, 90.0, 100.0, 104.0])
    return compressed(x, tx, T, np.ones(len(x)))


def one(*values):
    return [np.array([value]) for value in values]


@pytest.mark.parametrize("n", [0.3, 1.0, 1.6, 30.6, 2000.6])
@pytest.mark.parametrize("s", [0.05, 1.0, 7.0])
@pytest.mark.parametrize("ratio", [1e-4, 0.5, 1.0, 1.001, 3e3])
def test_never_buying_again_is_a_hypergeometric_function(n, s, ratio):
    found = never_again(np.array([n]), s, np.log([ratio])).chance[0]
    with mpmath.workdps(40):
        if ratio <= 1:
            exact = s / (n + s) * mpmath.hyp2f1(1, n, n + s + 1, 1 - mpmath.mpf(ratio))
        else:
            exact = s / (n + s) / mpmath.mpf(ratio) * mpmath.hyp2f1(1, s + 1, n + s + 1, 1 - 1 / mpmath.mpf(ratio))
    assert found == pytest.approx(float(exact), rel=2e-11)


def test_its_slopes():
    n, s, log_ratio, width = np.array([0.4, 1.0, 2.5, 60.5]), 0.7, np.array([0.8, -2.0, 3.0, 0.1]), 1e-6
    found = never_again(n, s, log_ratio)
    for slope, (dn, ds, dr) in zip(found[1:], np.eye(3) * width, strict=True):
        up, down = (never_again(n + k * dn, s + k * ds, log_ratio + k * dr).chance for k in (1, -1))
        np.testing.assert_allclose(slope, (up - down) / (2 * width), rtol=1e-6, atol=1e-9)


def test_the_gradient_is_the_slope():
    rows, width = customers(), 1e-6
    for theta in (THETA, np.log([0.6, 10.0, 0.5, 10.0]), np.log([2.0, 3.0, 1.0, 90.0])):
        _, gradient = pareto.log_likelihood(theta, rows)
        for i, step in enumerate(np.eye(4) * width):
            up, down = (pareto.log_likelihood(theta + sign * step, rows)[0] for sign in (1, -1))
            np.testing.assert_allclose(gradient[i], (up - down) / (2 * width), rtol=1e-5, atol=2e-6)


def test_who_bought_on_the_last_day_is_alive():
    rows = compressed(*one(3.0, 30.0, 30.0, 1.0))
    assert pareto.probability_alive(*np.exp(THETA), rows)[0] == pytest.approx(1, abs=1e-13)


def test_nothing_happens_where_alpha_is_beta():
    rows = customers()
    betas = (10 - 1e-9, 10, 10 + 1e-9)
    likelihoods = [pareto.log_likelihood(np.log([0.6, 10.0, 0.5, beta]), rows)[0] for beta in betas]
    np.testing.assert_allclose(likelihoods, np.tile(likelihoods[1], (3, 1)), rtol=1e-9)
    assert (np.diff(likelihoods[::2], axis=0) != 0).any()


@pytest.mark.slow
def test_every_corner_of_the_domain_has_an_answer():
    """Warnings are errors here, so that no logarithm of 0 and no overflow passes."""
    x, tx = np.array([0, 0, 1, 1, 5, 50, 2000, 2000, 3.0]), np.array([0, 0, 10, 1e-9, 5, 20, 9.99, 0.1, 0])
    rows = compressed(x, tx, np.array([10, 1e-6, 10, 10, 10, 20, 10, 10, 10.0]), np.ones(9))
    corners = np.stack(np.meshgrid(*[[-12.0, 12.0]] * 4), axis=-1).reshape(-1, 4)
    for theta in corners:
        value, gradient = pareto.log_likelihood(theta, rows)
        r, alpha, s, beta = np.exp(theta)
        now = r + rows.x, alpha + rows.T, s, beta + rows.T
        answers = [
            pareto.probability_alive(r, alpha, s, beta, rows),
            pareto.expected_purchases(*now, 7.0),
            pareto.probability_of_purchase(*now, 7.0),
            pareto.purchase_pmf(*now, 7.0, 2).sum(axis=1),
        ]
        assert np.isfinite(np.stack([value, *gradient, *answers])).all()
        assert not np.isnan(pareto.wait_quantile(now[0], s, np.log(now[3] / now[1]), 0.5)).any()


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
def test_counts_add_up_to_mean_square_and_chance(regime):
    n, A, s, B, t = regime
    k = np.arange(3001)
    pmf = pareto.purchase_pmf(*one(n, A), s, np.array([B]), t, 3000)[0]
    assert pmf.sum() == pytest.approx(1, abs=1e-10)
    assert pmf @ k == pytest.approx(float(pareto.expected_purchases(n, A, s, B, t)), rel=1e-7)
    assert pmf @ k**2 == pytest.approx(float(pareto.expected_square(n, A, s, B, t)), rel=1e-6)
    assert 1 - pmf[0] == pytest.approx(pareto.probability_of_purchase(*one(n, A), s, np.array([B]), t)[0], abs=1e-11)


def test_a_tiny_window_has_all_its_digits():
    n, A, B, t = np.array([0.6, 2.6]), np.array([40.0, 50.0]), np.array([41.0, 51.0]), 1e-9
    np.testing.assert_allclose(pareto.probability_of_purchase(n, A, 0.6, B, t), n / A * t, rtol=1e-8)
    np.testing.assert_allclose(pareto.purchase_pmf(n, A, 0.6, B, t, 2)[:, 2], n * (n + 1) / 2 * (t / A) ** 2, rtol=1e-8)


@pytest.mark.parametrize("rate", [1e-4, 3e-3, 0.05])
@pytest.mark.parametrize("regime", REGIMES)
def test_discounting_weighs_every_purchase_by_its_time(regime, rate):
    n, A, s, B, t = regime
    c = (1 + s) / B
    edges = np.expm1(np.linspace(0, np.log1p(c * t), 4001)) / c
    bought = np.diff(pareto.expected_purchases(n, A, s, B, edges))
    brute = np.sum(bought * np.exp(-rate * (edges[1:] + edges[:-1]) / 2))
    assert pareto.discounted_purchases(n, A, s, B, t, rate) == pytest.approx(brute, rel=1e-5)


def test_undiscounted_purchases_are_the_expected_ones_to_the_last_bit():
    args = (np.array([0.3, 4.0]), np.array([5.0, 60.0]), 1.0, np.array([2.4, 70.0]), 52.0)
    np.testing.assert_array_equal(pareto.discounted_purchases(*args, 0.0), pareto.expected_purchases(*args))


@pytest.mark.slow
@pytest.mark.parametrize("q", [0.001, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("regime", REGIMES)
def test_the_wait_is_the_quantile_given_that_a_purchase_comes(regime, q):
    n, A, s, B, _ = regime
    log_ratio = np.log([B / A])
    wait = A * pareto.wait_quantile(np.array([n]), s, log_ratio, q)[0]
    comes = never_again(np.array([n]), s, log_ratio).returns
    assert pareto.probability_of_purchase(*one(n, A), s, np.array([B]), wait) / comes == pytest.approx(q, abs=1e-10)


@pytest.mark.slow
def test_answers_do_not_depend_on_the_company_of_a_row():
    rng = np.random.default_rng(0)
    x, A, B = rng.integers(0, 40, 101), rng.random(101) * 500 + 10, rng.random(101) * 500 + 10

    def answers(rows):
        now = 0.6 + x[rows], A[rows], 0.7, B[rows]
        wait = pareto.wait_quantile(now[0], 0.7, np.log(B[rows] / A[rows]), 0.8)
        discounted = pareto.discounted_purchases(*now, 365.0, 3e-4)
        never = never_again(now[0], 0.7, np.log(B[rows] / A[rows]))
        return np.column_stack([wait, discounted, *never, pareto.purchase_pmf(*now, 180.0, 12)])

    alone = np.concatenate([answers(slice(i, i + 1)) for i in range(0, 101, 5)])
    np.testing.assert_array_equal(alone, answers(slice(None))[::5])
