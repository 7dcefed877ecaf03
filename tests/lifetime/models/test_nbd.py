from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom

from regulars.lifetime import NBD

MODEL = NBD.from_params({"r": 0.6, "alpha": 12.0})
CUSTOMERS = pd.DataFrame({"frequency": [0, 2, 9], "recency": [0.0, 3.0, 30.0], "T": [40.0, 30.0, 31.0]})


def test_counts_are_negative_binomial():
    pmf = MODEL.purchase_pmf(CUSTOMERS, 20, 30)
    shape, rate = 0.6 + CUSTOMERS["frequency"], 12.0 + CUSTOMERS["T"]
    expected = nbinom.pmf(np.arange(31), shape.to_numpy()[:, None], (rate / (rate + 20)).to_numpy()[:, None])
    np.testing.assert_allclose(pmf, expected, rtol=1e-10)
    np.testing.assert_allclose(MODEL.purchase_pmf_new(20, 30), nbinom.pmf(np.arange(31), 0.6, 12 / 32), rtol=1e-10)
    mean, variance = nbinom.stats(shape, rate / (rate + 20))
    np.testing.assert_allclose(MODEL.expected_purchases(CUSTOMERS, 20), mean)
    np.testing.assert_allclose(MODEL.purchase_variance(CUSTOMERS, 20), variance)
    assert MODEL.expected_purchases_new([20, 40]) == pytest.approx([1.0, 2.0])


def test_nobody_leaves():
    np.testing.assert_array_equal(MODEL.probability_alive(CUSTOMERS), 1.0)
    np.testing.assert_array_equal(MODEL.probability_alive(CUSTOMERS, 1000), 1.0)
    residual = MODEL.residual_purchases(CUSTOMERS, 0.01)
    np.testing.assert_allclose(residual, MODEL.expected_purchases(CUSTOMERS, 1) / 0.01, rtol=1e-12)


def test_the_wait_is_the_quantile_of_the_chance_to_buy():
    waits = MODEL.next_purchase_quantile(CUSTOMERS, 0.3)
    bought = [MODEL.probability_of_purchase(CUSTOMERS.iloc[[i]], wait).item() for i, wait in enumerate(waits)]
    np.testing.assert_allclose(bought, 0.3)


def test_recency_says_nothing(leavers):
    shuffled = leavers.assign(recency=np.minimum(leavers["recency"] / 2, leavers["T"]))
    assert NBD().fit(shuffled).params_ == NBD().fit(leavers).params_


def test_the_truth_comes_back(stayers):
    fitted = NBD().fit(stayers)
    for name, value in {"r": 1.5, "alpha": 25.0}.items():
        assert abs(fitted.params_[name] - value) < 3 * fitted.certificate_.standard_errors[name]
