from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime import BGCNBD, BGNBD, MBGCNBD
from regulars.lifetime.formulas.residual import mean_inverse

pytestmark = pytest.mark.slow

PARAMS = {"r": 0.9, "alpha": 4.0, "a": 0.6, "b": 2.1}
CUSTOMERS = pd.DataFrame(
    {"frequency": [0, 2, 8, 40], "recency": [0.0, 20.0, 30.0, 34.0], "T": [40.0, 30.0, 35.0, 36.0]}
)


@pytest.mark.parametrize(("x", "tx", "expected"), [(0, 0, 1.01875), (2, 30.43, 5.16955), (7, 35, 16.69884)])
def test_published_values_without_regularity(x, tx, expected):
    model = BGCNBD.from_params({"k": 1, "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    customer = pd.DataFrame({"frequency": [x], "recency": [tx], "T": [38.86]})
    assert model.residual_purchases(customer, np.log(1.15) / 52)[0] == pytest.approx(expected, abs=2e-5)


def test_with_one_stage_it_is_that_of_the_plain_model():
    one, other = BGCNBD.from_params({"k": 1, **PARAMS}), BGNBD.from_params(PARAMS)
    np.testing.assert_allclose(
        one.residual_purchases(CUSTOMERS, 0.01), other.residual_purchases(CUSTOMERS, 0.01), rtol=1e-7
    )


@pytest.mark.parametrize("k", [2, 5])
def test_a_long_horizon_comes_near_to_all_the_future(k):
    model = MBGCNBD.from_params({"k": k, **PARAMS})
    forever, long = model.residual_purchases(CUSTOMERS, 1.0), model.discounted_purchases(CUSTOMERS, 30.0, 1.0)
    np.testing.assert_allclose(forever, long, rtol=1e-9)


@pytest.mark.parametrize("k", [2, 3])
def test_it_is_the_mean_over_all_rates_and_chances(k):
    model, rate, size = BGCNBD.from_params({"k": k, **PARAMS}), 0.01, 400_000
    rng, row = np.random.default_rng(0), model.rows(CUSTOMERS.iloc[[1]])
    stages = rng.choice(k, size, p=model._stages(row).shares[:, 0])
    r, alpha, a, b = model._from_now_on(0, row)
    worth = 1 / (1 + rate / (rng.gamma(r[0] + stages) / alpha[0]))
    drawn = worth ** (k - stages) / (1 - (1 - rng.beta(a, b[0], size)) * worth**k)
    one = CUSTOMERS.iloc[[1]]
    expected = (model.residual_purchases(one, rate) / model.probability_alive(one)).item()
    assert abs(drawn.mean() - expected) < 4 * drawn.std() / np.sqrt(size)


@pytest.mark.parametrize(("a", "b"), [(0.5, 3.0), (40.0, 0.1), (1.0, 1.0), (2000.0, 5000.0)])
@pytest.mark.parametrize("c", [1e-3, 0.4, 50.0])
def test_the_mean_of_an_inverse(a, b, c):
    import mpmath as mp

    exact = float(mp.hyp2f1(1, b, a + b, 1 / (1 + mp.mpf(c))) / (1 + mp.mpf(c)))
    assert mean_inverse(np.array([c]), a, b)[0] == pytest.approx(exact, rel=1e-9)
