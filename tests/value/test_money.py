from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from regulars.value import SpendSoFar, held_to_orders
from regulars.value.money import base_models, with_order_days


def test_base_models_by_name() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"frequency": rng.poisson(2.0, 500) * 1.0, "net_total": rng.gamma(2, 30, 500) - 10})
    table["lifetime_expected_spend"], order_days = rng.gamma(2, 20, 500), rng.gamma(1, 0.5, 500)
    models = base_models(table, table["lifetime_expected_spend"].round().to_numpy(), seed=0, weight=np.ones(500))
    assert list(models) == ["lifetime", "lightgbm", "regression", "spend_so_far", "order_days_times_value"]
    asked = with_order_days(table, order_days)
    spent = table["net_total"].clip(lower=0)
    np.testing.assert_array_equal(models["lifetime"].predict(asked), table["lifetime_expected_spend"])
    np.testing.assert_array_equal(models["spend_so_far"].predict(asked), spent)
    expected = order_days * spent / (table["frequency"] + 1)
    np.testing.assert_allclose(models["order_days_times_value"].predict(asked), expected)


def test_returns_above_purchases_count_as_nothing_spent() -> None:
    assert SpendSoFar().predict(pd.DataFrame({"net_total": [-5.0, 7.0]})).tolist() == [0.0, 7.0]


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
