from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betainc, betaln

from regulars.errors import InputError
from regulars.lifetime.formulas import betageometric as bg
from regulars.lifetime.formulas.counts import _blocks, count_sums

REGIMES = [
    (0.243, 4.414, 0.793, 2.426, 39.0),
    (0.243, 4.414, 1.0, 2.426, 39.0),
    (40.0, 60.0, 0.5, 41.0, 52.0),
    (5.0, 4.0, 20.0, 0.01, 30.0),
    (0.243, 0.05, 0.05, 0.1, 39.0),
    (0.05, 1e-3, 0.1, 5.0, 400.0),
    (400.0, 1.0, 0.8, 2000.0, 50.0),
    (3.0, 50.0, 0.8, 2.0, 1e-9),
]


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
def test_the_mean_agrees_with_the_integral(regime):
    assert float(count_sums(*regime).mean) == pytest.approx(float(bg.expected_purchases(*regime)), rel=2e-11)


def test_published_mean_and_variance():
    sums = count_sums(0.243, 4.414, 0.793, 2.426, 39.0)
    assert float(sums.mean) == pytest.approx(1.1967231933, abs=1e-10)
    assert float(sums.square - sums.mean**2) == pytest.approx(6.4479508, abs=1e-7)


def test_blocks_cover_every_number_once_and_sum_cubics():
    total, end = 0.0, 0
    for nodes, size in _blocks():
        total += size * np.mean(np.array(nodes) ** 3)
        end += size
        if end > 20_000:
            break
    assert total == pytest.approx((end * (end + 1) / 2) ** 2, rel=1e-12)


@pytest.mark.parametrize(("k", "stage"), [(1, 0), (2, 0), (2, 1), (5, 3)])
def test_sums_are_the_sums_of_their_terms(k, stage):
    r, alpha, a, b, t = 0.8, 3.0, 0.7, 1.9, 40.0
    m = np.arange(1.0, 4000.0)
    at_least = np.exp(betaln(a, b + m - 1) - betaln(a, b)) * betainc(k * m - stage, r, t / (alpha + t))
    sums = count_sums(r, alpha, a, b, t, k, stage)
    assert float(sums.mean) == pytest.approx(at_least.sum(), rel=1e-12)
    assert float(sums.square) == pytest.approx(((2 * m - 1) * at_least).sum(), rel=1e-12)
    assert float(sums.left) == pytest.approx((a / (a + b + m - 1) * at_least).sum(), rel=1e-12)


@pytest.mark.slow
def test_no_time_means_nothing_and_rows_do_not_depend_on_their_company():
    r, t = np.array([0.3, 2.0, 0.05]), np.array([0.0, 10.0, 1e4])
    together = count_sums(r, 4.0, 0.8, 2.4, t)
    np.testing.assert_array_equal([row[0] for row in together], 0)
    for i in range(3):
        alone = count_sums(r[i], 4.0, 0.8, 2.4, t[i])
        np.testing.assert_array_equal([row[i] for row in together], [float(row) for row in alone])


def test_what_is_lost_in_rounding_is_refused_at_once():
    with pytest.raises(InputError, match="t is 1e\\+20, and more than 1e\\+15 times alpha"):
        count_sums(0.243, 4.414, 0.793, 2.426, 1e20)
    assert np.isfinite(count_sums(0.243, 4.414, 0.793, 2.426, 4e15).mean)
