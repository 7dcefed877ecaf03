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
from regulars.value.money import MOST_OF_LARGEST


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


@given(MONEY, st.floats(0.0, 50.0), st.one_of(MONEY, st.just(float("nan"))), MONEY)
def test_money_is_never_more_than_the_order_days_can_bring(
    money: float, order_days: float, largest: float, order_value: float
) -> None:
    held = held_to_orders(
        np.array([money]),
        np.array([order_days]),
        pd.DataFrame({"order_value_largest": [largest]}),
        np.array([order_value]),
    ).item()
    most = MOST_OF_LARGEST * order_days * np.fmax(largest, order_value)
    assert 0.0 <= held <= money
    assert held <= most * (1 + 1e-12)
    assert held in (money, pytest.approx(most)), "what fits stays as it is"


def test_who_has_never_paid_may_still_pay_what_others_do() -> None:
    table = pd.DataFrame({"order_value_largest": [0.0]})
    assert held_to_orders(np.array([20.0]), np.array([1.0]), table, np.array([35.0])).item() == 20.0
