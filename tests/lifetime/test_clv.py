from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.lifetime import BGNBD, MBGNBD, GammaGamma, discounted_value, value_profile
from regulars.lifetime.clv import daily_rate, discounted_purchases

MODEL = MBGNBD.from_params({"r": 0.5, "alpha": 40.0, "a": 0.8, "b": 1.6})
SPEND = GammaGamma.from_params({"p": 6, "q": 4, "gamma": 15})
CUSTOMERS = pd.DataFrame(
    {
        "frequency": [0, 2, 8, 1000],
        "recency": [0.0, 200.0, 300.0, 50.0],
        "T": [400.0, 300.0, 350.0, 104.0],
        "monetary_value": [0.0, 20.0, 50.0, 10.0],
    }
)


def test_a_year_costs_the_annual_rate():
    assert np.exp(-365 * daily_rate(0.25)) == pytest.approx(1 / 1.25)
    with pytest.raises(InputError, match=r"annual discount rate is -0\.1"):
        daily_rate(-0.1)


def test_value_is_purchases_times_spend_times_margin():
    terms = {"horizon_days": 365, "annual_rate": 0.1}
    value = discounted_value(MODEL, SPEND, CUSTOMERS, margin=0.3, **terms)
    expected = 0.3 * SPEND.expected_spend(CUSTOMERS) * discounted_purchases(MODEL, CUSTOMERS, **terms)
    np.testing.assert_allclose(value, expected, rtol=1e-15)


def test_equal_horizons_at_no_rate_have_the_profile_one_exactly():
    np.testing.assert_array_equal(value_profile(MODEL, CUSTOMERS, 180, 180, 0.0), 1.0)


def test_the_profile_scales_expected_into_discounted_purchases():
    profile = value_profile(MODEL, CUSTOMERS, 180, 365, 0.1)
    np.testing.assert_allclose(
        profile * MODEL.expected_purchases(CUSTOMERS, 180), discounted_purchases(MODEL, CUSTOMERS, 365, 0.1), rtol=1e-12
    )
    assert ((profile > 1) & (profile < 365 / 180)).all()


def test_the_gone_have_a_finite_profile():
    model = BGNBD.from_params({"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426})
    gone = pd.DataFrame({"frequency": [3000], "recency": [1100], "T": [9000]})
    assert model.expected_purchases(gone, 180)[0] == 0
    assert 1 < value_profile(model, gone, 180, 365, 0.1)[0] < 3


def test_a_higher_rate_is_worth_less():
    values = [discounted_purchases(MODEL, CUSTOMERS, 365, rate) for rate in (0.0, 0.1, 0.5)]
    assert (values[0] > values[1]).all()
    assert (values[1] > values[2]).all()
