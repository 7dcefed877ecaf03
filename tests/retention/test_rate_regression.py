"""The regression behind the rates: least squares, errors clustered by customer, and a Normal prior."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from regulars.retention.rate_regression import Regression


def found(rows: int = 400, slope: float = 0.3, seed: int = 0) -> Regression:
    rng = np.random.default_rng(seed)
    treated, known = (rng.random(rows) < 0.7) * 1.0, rng.normal(size=rows)
    values = slope * treated + 0.5 * known + rng.normal(0, 0.4, rows)
    products = np.column_stack([treated, np.zeros(rows)])
    return Regression.of(values, products, np.column_stack([np.ones(rows), known]), np.arange(rows) // 2)


def test_a_column_without_contacts_has_no_information() -> None:
    assert found().estimates[0] == pytest.approx(0.3, abs=0.1)
    assert (found().information[1] == 0).all()
    mean, spread = found().posterior(np.array([0.0, 0.2]), np.diag([1.0, 0.01]))
    assert mean[1] == pytest.approx(0.2)
    assert spread[1, 1] == pytest.approx(0.01)


def test_the_posterior_lies_between_the_prior_and_the_estimate() -> None:
    made = found()
    vague, firm = (made.posterior(np.zeros(2), np.eye(2) * spread)[0][0] for spread in (100.0, 1e-6))
    assert vague == pytest.approx(made.estimates[0], rel=1e-3)
    assert 0 < firm < 0.01


def test_the_fit_of_a_prior_is_the_integral_that_it_says() -> None:
    made, stated, spread = found(), np.array([0.1, 0.0]), 0.05
    information = made.information[0, 0]

    def integrand(b: float) -> float:
        off = b - made.estimates[0]
        density = np.exp(-0.5 * ((b - stated[0]) / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
        return float(np.exp(-0.5 * information * off**2) * density)

    by_hand = np.log(quad(integrand, -1, 1.5, points=[made.estimates[0], stated[0]])[0])
    assert made.fit_of(stated, np.diag([spread**2, 0.3])) == pytest.approx(by_hand, abs=1e-6)


def test_rows_of_one_customer_do_not_count_as_many() -> None:
    rng = np.random.default_rng(1)
    treated, values = (rng.random(200) < 0.5) * 1.0, rng.normal(size=200)
    once = Regression.of(values, treated[:, None], np.ones((200, 1)), np.arange(200))
    ten_times = Regression.of(
        np.repeat(values, 10), np.repeat(treated, 10)[:, None], np.ones((2000, 1)), np.repeat(np.arange(200), 10)
    )
    assert ten_times.information[0, 0] == pytest.approx(once.information[0, 0], rel=0.05)


def test_weights_make_estimates_more_precise_and_errors_stay_right() -> None:
    rng, n = np.random.default_rng(3), 400
    found: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for _ in range(200):
        treated, spread = (rng.random(n) < 0.8) * 1.0, np.where(rng.random(n) < 0.5, 0.1, 0.5)
        values = 0.2 * treated + rng.normal(0.0, spread)
        for weighted, made in found.items():
            weights = 1 / spread**2 if weighted else None
            fit = Regression.of(values, treated[:, None], np.ones((n, 1)), np.arange(n), weights)
            made.append((fit.estimates[0], fit.information[0, 0] ** -0.5))
    (plain, _), (precise, errors) = (np.array(found[weighted]).T for weighted in (False, True))
    assert precise.std() < 0.6 * plain.std()
    assert precise.mean() == pytest.approx(0.2, abs=0.005)
    assert errors.mean() == pytest.approx(precise.std(), rel=0.15)
