"""Base models for the net money in the window, and the bound that keeps it in proportion to the order days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.features import ORDER_AMOUNTS
from regulars.learners import Column, Scales, deviance_weights
from regulars.learners.base_models import BoostedMean, RegressedMean
from regulars.learners.blend import BaseModel, Method
from regulars.learners.regression import Scale
from regulars.lifetime import COLUMN_SCALES
from regulars.value.order_days import CORRECTING

POWER = 1.5  # Tweedie: between Poisson counts and Gamma amounts
MEAN = "lifetime_expected_spend"
ORDER_DAYS = "expected_order_days"  # a column that the ensemble adds to the table, from its own forecast
SCALES: dict[str, Scale] = {**dict.fromkeys(ORDER_AMOUNTS, "log_amount"), **COLUMN_SCALES}
MONEY = Method(partial(deviance_weights, power=POWER), Scales.fit)

OBJECTIVE: dict[str, bool | int | float | str] = {"objective": "tweedie", "tweedie_variance_power": POWER}


@dataclass(frozen=True)
class SpendSoFar:
    """Everything that the customer has spent so far, net."""

    kind: ClassVar[str] = "spend_so_far"

    def predict(self, table: pd.DataFrame) -> Floats:
        """One amount a row."""
        return _spent(table)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"kind": self.kind}


@dataclass(frozen=True)
class OrderDaysTimesValue:
    """The expected order days, times what an order day of the customer has brought so far.

    Examples
    --------
    >>> table = pd.DataFrame({"net_total": [90.0, -5.0], "frequency": [2.0, 0.0], "expected_order_days": [0.5, 0.5]})
    >>> OrderDaysTimesValue().predict(table)
    array([15.,  0.])
    """

    kind: ClassVar[str] = "order_days_times_value"

    def predict(self, table: pd.DataFrame) -> Floats:
        """One amount a row."""
        order_days = table[ORDER_DAYS].to_numpy(np.float64)
        return np.asarray(order_days * _spent(table) / (table["frequency"].to_numpy(np.float64) + 1.0))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"kind": self.kind}


def with_order_days(table: pd.DataFrame, order_days: Floats) -> pd.DataFrame:
    """The design with the order days that the ensemble expects, for the base models that build on them.

    Parameters
    ----------
    table : DataFrame
        The design, one row a customer.
    order_days : ndarray of shape (rows,)
        Expected in the window.

    Returns
    -------
    DataFrame
        A copy with the column.
    """
    return table.assign(**{ORDER_DAYS: order_days})


def base_models(table: pd.DataFrame, spend: Floats, *, seed: int, weight: Floats) -> dict[str, BaseModel]:
    """Fit all base models on the same rows."""
    return {
        "lifetime": Column(MEAN),
        "lightgbm": BoostedMean.fit(
            table, spend, mean=MEAN, objective=OBJECTIVE, params=CORRECTING, seed=seed, weight=weight
        ),
        "regression": RegressedMean.fit(table, spend, mean=MEAN, power=POWER, weight=weight, scales=SCALES),
        "spend_so_far": SpendSoFar(),
        "order_days_times_value": OrderDaysTimesValue(),
    }


def held_to_orders(money: Floats, order_days: Floats, low: Floats, high: Floats) -> Floats:
    """Expected money that fits the expected order days: for each of them, what the customer's history makes likely.

    Total past spend counts in money whether or not the customer is still there, and on a few hundred customers the
    weights of the base predictions are little more than chance. So order days and money may not fit each other.

    Parameters
    ----------
    money, order_days : array of float, shape (n,)
        Expected in the window.
    low, high : array of float, shape (n,)
        The least and most that an order day of the customer is likely to bring on average.

    Examples
    --------
    >>> held_to_orders(np.array([50.0, 50.0, 1.0]), np.array([0.1, 2.0, 0.5]), np.full(3, 20.0), np.full(3, 80.0))
    array([ 8., 50., 10.])
    """
    return np.asarray(np.clip(money, low * order_days, high * order_days))


def _spent(table: pd.DataFrame) -> Floats:
    return np.asarray(np.maximum(table["net_total"].to_numpy(np.float64), 0.0))
