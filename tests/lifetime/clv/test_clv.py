from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.worlds import PURCHASE_WORLDS
from regulars.errors import InputError, RegularsError
from regulars.lifetime import (
    BGNBD,
    MBGNBD,
    GammaGamma,
    PooledRate,
    discounted_value,
    model_class,
    value_profile,
)
from regulars.lifetime.clv.clv import daily_rate, discounted_purchases

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


WEEKLY = pd.DataFrame(
    {"frequency": [0, 2, 8, 40], "recency": [0.0, 20.0, 30.0, 34.0], "T": [40.0, 30.0, 35.0, 36.0]}
).assign(monetary_value=[0.0, 20.0, 50.0, 10.0])


@pytest.fixture(params=[*PURCHASE_WORLDS, "pooled_rate"])
def model(request):
    if request.param == "pooled_rate":
        return PooledRate().fit(WEEKLY)
    return model_class(request.param).from_params(PURCHASE_WORLDS[request.param])


def test_without_a_rate_it_is_purchases_times_spend(model):
    value = discounted_value(model, SPEND, WEEKLY, horizon_days=50, annual_rate=0, margin=0.3)
    expected = 0.3 * SPEND.expected_spend(WEEKLY) * model.expected_purchases(WEEKLY, 50)
    np.testing.assert_allclose(value, expected, rtol=1e-12)


@pytest.mark.slow
def test_it_adds_up_over_horizons(model):
    """What comes in each stretch is worth between its discount at the beginning and at the end."""
    rate, times = daily_rate(0.2), np.arange(0.0, 101.0, 20.0)
    worth = np.array([discounted_purchases(model, WEEKLY, t, 0.2) for t in times])
    bought = np.diff([model.expected_purchases(WEEKLY, t) for t in times], axis=0)
    early, late = (np.exp(-rate * times[part])[:, None] * bought for part in (slice(-1), slice(1, None)))
    assert (np.diff(worth, axis=0) <= early * (1 + 1e-5)).all()
    assert (np.diff(worth, axis=0) >= late * (1 - 1e-5)).all()


@pytest.mark.slow
def test_it_does_not_depend_on_the_unit_of_time(model):
    """Parameters of the world in days instead of weeks."""
    days = WEEKLY.assign(recency=7 * WEEKLY["recency"], T=7 * WEEKLY["T"])
    if model.name == "pooled_rate":
        other = PooledRate().fit(days)
    else:
        scaled = {name: model.params_[name] * 7 for name in model.time_parameters}
        other = type(model).from_params(model.params_ | scaled)
    rate = np.expm1(0.01 / 7 * 365)
    finite, endless = (discounted_purchases(other, days, horizon, rate) for horizon in (7 * 52, np.inf))
    np.testing.assert_allclose(finite, model.discounted_purchases(WEEKLY, 52, 0.01), rtol=1e-9)
    np.testing.assert_allclose(endless, model.residual_purchases(WEEKLY, 0.01), rtol=1e-9)


@pytest.mark.slow
def test_the_residual_value_is_that_of_a_horizon_without_end(model):
    terms = {"annual_rate": np.expm1(0.05 * 365)}
    forever = discounted_value(model, SPEND, WEEKLY, horizon_days=np.inf, **terms)
    np.testing.assert_allclose(forever, discounted_value(model, SPEND, WEEKLY, horizon_days=800, **terms), rtol=1e-5)
    with pytest.raises(InputError, match="discount rate is 0; expected more than 0"):
        discounted_value(model, SPEND, WEEKLY, horizon_days=np.inf, annual_rate=0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"model": SPEND}, "model is a GammaGamma; expected a fitted TransactionModel"),
        ({"spend": MODEL}, "spend is a MBGNBD; expected a fitted GammaGamma"),
        ({"margin": "x"}, "The margin is 'x'; expected a share of revenue"),
        ({"annual_rate": None}, "The annual discount rate is None; expected a number of 0 or more"),
        ({"annual_rate": -0.1}, "The annual discount rate is -0.1; expected a number of 0 or more"),
    ],
)
def test_what_cannot_be_valued_is_refused_with_what_is_expected(given, said):
    asked = {"model": MODEL, "spend": SPEND, "summary": CUSTOMERS, "horizon_days": 365, "annual_rate": 0.1}
    with pytest.raises(RegularsError, match=said):
        discounted_value(**{**asked, **given})
