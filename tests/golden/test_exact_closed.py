"""NBD and Gamma-Gamma, whose answers are closed, against 50 digits at random points where floating point suffers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from mpmath import mp, mpf

from regulars.lifetime import NBD, GammaGamma


@pytest.fixture(scope="module", autouse=True)
def fifty_digits():
    with mp.workdps(50):
        yield


def drawn(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def assert_nine_digits(found, exact):
    found, exact = np.asarray(found, dtype=float), np.array([float(value) for value in exact])
    assert np.isfinite(found).all()
    off = np.abs(found - exact)
    assert ((off <= 1e-9 * np.abs(exact)) | (off <= 1e-12)).all(), found / exact - 1


def log_pmf(k, n, A, t):
    """ln P(X = k), purchases within t at a rate from Gamma(n, A)."""
    ways = mp.loggamma(n + k) - mp.loggamma(n) - mp.loggamma(k + 1)
    return ways + n * mp.log(A / (A + t)) + k * mp.log(t / (A + t))


@pytest.mark.parametrize("seed", range(20))
def test_nbd(seed):
    rng = np.random.default_rng(seed)
    r, alpha, t = drawn(rng, 0.05, 20), drawn(rng, 0.5, 500), drawn(rng, 1e-6, 1e3)
    rate, count = drawn(rng, 1e-6, 0.1), int(rng.choice([0, 1, 2, 20, 100]))
    x = np.floor(np.exp(rng.uniform(0, np.log(2001), 10))) - 1
    T = np.exp(rng.uniform(0, np.log(2000), 10))
    customers = pd.DataFrame({"frequency": x, "recency": np.where(x > 0, T, 0.0), "T": T})
    model = NBD.from_params({"r": r, "alpha": alpha})
    known = [(mpf(r) + mpf(n), mpf(alpha) + mpf(age)) for n, age in zip(x, T, strict=True)]
    likelihood = [mp.loggamma(n) - mp.loggamma(r) + r * mp.log(alpha) - n * mp.log(A) for n, A in known]
    assert_nine_digits(model.log_likelihood_of(customers), likelihood)
    assert_nine_digits(model.expected_purchases(customers, t), [n / A * t for n, A in known])
    chances = [mp.exp(log_pmf(count, n, A, mpf(t))) for n, A in known]
    assert_nine_digits(model.purchase_pmf(customers, t, count)[count], chances)
    worth = -mp.expm1(-mpf(rate) * t) / mpf(rate)
    assert_nine_digits(model.discounted_purchases(customers, t, rate), [n / A * worth for n, A in known])
    assert_nine_digits(model.residual_purchases(customers, rate), [n / A / mpf(rate) for n, A in known])


@pytest.mark.parametrize("seed", range(20))
def test_gamma_gamma(seed):
    rng = np.random.default_rng(seed)
    p, q, gamma = drawn(rng, 0.05, 100), 1 + drawn(rng, 1e-6, 50), drawn(rng, 1e-3, 1e6)
    x = np.floor(np.exp(rng.uniform(0, np.log(2001), 10)))
    m = np.exp(rng.uniform(-10, 15, 10))
    customers = pd.DataFrame({"frequency": x, "monetary_value": m})
    model = GammaGamma.from_params({"p": p, "q": q, "gamma": gamma})
    known = [(p * mpf(n), mpf(n) * mpf(mean), mpf(mean)) for n, mean in zip(x, m, strict=True)]
    likelihood = [
        mp.loggamma(px + q)
        - mp.loggamma(px)
        - mp.loggamma(q)
        + q * mp.log(gamma)
        + px * mp.log(total)
        - mp.log(mean)
        - (px + q) * mp.log(gamma + total)
        for px, total, mean in known
    ]
    assert_nine_digits(model.log_likelihood_of(customers), likelihood)
    assert_nine_digits(model.expected_spend(customers), [p * (gamma + total) / (px + q - 1) for px, total, _ in known])
