from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.value import (
    POWER,
    SPEND,
    MoneyModel,
    fit_correction,
    fit_factor,
    held_to_orders,
    in_two_parts,
    opinions_of_money,
)


@pytest.mark.parametrize("power", POWER.values(), ids=POWER)
def test_the_regression_finds_a_factor_and_follows_the_lifetime_model(power: float) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"frequency": rng.poisson(3.0, 4000) * 1.0, "tenure": rng.uniform(50, 400, 4000)})
    table["net_total"] = rng.gamma(2, 30, 4000) - 10
    lifetime = rng.gamma(2, 20, 4000)
    factor = 0.8 * np.sqrt((1 + table["frequency"]) / 3).to_numpy()
    actual = factor * lifetime * rng.gamma(4, 0.25, 4000)
    linear = fit_factor(table, actual, lifetime, power=power, weight=np.ones(4000))
    booster = fit_correction(table, actual, lifetime, objective=SPEND, seed=0, weight=np.ones(4000))
    _, _, found, spent = opinions_of_money(booster, linear, table, lifetime)
    np.testing.assert_array_equal(spent, table["net_total"].clip(lower=0))
    assert np.corrcoef(np.log(found / lifetime), np.log(factor))[0, 1] > 0.99
    assert found.sum() == pytest.approx(actual.sum(), rel=0.05)
    np.testing.assert_allclose(opinions_of_money(booster, linear, table, 10 * lifetime)[2], 10 * found)


def test_the_blend_is_of_five_opinions_in_their_order() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"frequency": rng.poisson(2.0, 500) * 1.0, "net_total": rng.gamma(2, 30, 500)})
    lifetime, order_days = rng.gamma(2, 20, 500), rng.gamma(1, 0.5, 500)
    booster = fit_correction(table, lifetime.round(), lifetime, objective=SPEND, seed=0, weight=np.ones(500))
    linear = fit_factor(table, lifetime.round(), lifetime, power=1.5, weight=np.ones(500))
    opinions = (*opinions_of_money(booster, linear, table, lifetime), in_two_parts(table, order_days))
    for place, opinion in enumerate(opinions):
        weights = tuple(float(k == place) for k in range(5))
        model = MoneyModel(booster, linear, weights, (2.0,) * 5)
        np.testing.assert_allclose(model.predict(table, lifetime, order_days), 2.0 * opinion)


MONEY = st.floats(0.0, 1e9)


@given(MONEY, st.floats(0.0, 50.0), MONEY, MONEY)
def test_money_fits_what_order_days_are_likely_to_bring(
    money: float, order_days: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    held = held_to_orders(*(np.array([value]) for value in (money, order_days, low, high))).item()
    assert low * order_days <= held <= high * order_days
    assert held in (money, low * order_days, high * order_days), "what fits stays as it is"
    if low * order_days <= money <= high * order_days:
        assert held == money


def test_who_has_never_paid_may_still_pay_what_others_do() -> None:
    assert held_to_orders(np.array([20.0]), np.array([1.0]), np.array([10.0]), np.array([35.0])).item() == 20.0
