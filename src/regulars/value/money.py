"""Expected money over the horizon: five opinions blended, and held to what fits the order days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import TweedieRegressor

from regulars.churn import Booster, Linear, Weights
from regulars.value.model import FLOOR, average, corrected

Floats = NDArray[np.float64]

RIDGE = 0.1  # scikit-learn's alpha


@dataclass(frozen=True)
class MoneyModel:
    """Expected net money: five opinions, each brought to the level, then averaged.

    Parameters
    ----------
    booster : Booster
        Fitted with the log of the lifetime model's mean as offset.
    linear : Linear
        A regression for the logarithm of the same factor.
    weights : tuple of float
        Shares of the opinions of `opinions_of_money` and of `in_two_parts`, in this order; they sum to 1.
    scales : tuple of float
        What brings each opinion to the level.
    """

    booster: Booster
    linear: Linear
    weights: Weights
    scales: tuple[float, ...]

    def predict(self, table: pd.DataFrame, lifetime: Floats, order_days: Floats) -> Floats:
        """Blend the opinions on rows of the design, the lifetime model's mean and the order days that are expected."""
        opinions = opinions_of_money(self.booster, self.linear, table, lifetime)
        return average((*opinions, in_two_parts(table, order_days)), self.weights, self.scales)


def opinions_of_money(booster: Booster, linear: Linear, table: pd.DataFrame, lifetime: Floats) -> tuple[Floats, ...]:
    """The lifetime model's mean, the booster's and the regression's, and what was spent so far."""
    return lifetime, corrected(booster, table, lifetime), multiplied(linear, table, lifetime), _spent(table)


def in_two_parts(table: pd.DataFrame, order_days: Floats) -> Floats:
    """The order days that are expected, times what an order day of the customer has brought so far.

    Examples
    --------
    >>> in_two_parts(pd.DataFrame({"net_total": [90.0, -5.0], "frequency": [2.0, 0.0]}), np.array([0.5, 0.5]))
    array([15.,  0.])
    """
    return np.asarray(order_days * _spent(table) / (table["frequency"].to_numpy(np.float64) + 1.0))


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


def fit_factor(table: pd.DataFrame, actual: Floats, lifetime: Floats, *, power: float, weight: Floats) -> Linear:
    """Fit a ridge regression for the logarithm of what the lifetime model's mean is to be multiplied by.

    Notes
    -----
    With the logarithm as link, the deviance of y under a mean e·f is that of y/e under f, weighted by e^(2−p)
    (Jørgensen 1987, "Exponential Dispersion Models", the closure under scale): so no offset is needed.
    """
    mean = np.maximum(lifetime, FLOOR)
    model = TweedieRegressor(power=power, alpha=RIDGE, link="log", solver="newton-cholesky", max_iter=100)
    return Linear.fit(model, table, table.columns, actual / mean, weight * mean ** (2.0 - power))


def multiplied(linear: Linear, table: pd.DataFrame, lifetime: Floats) -> Floats:
    """The lifetime model's mean times the regression's factor."""
    return np.asarray(np.maximum(lifetime, FLOOR) * np.exp(linear.predict(table)))


def _spent(table: pd.DataFrame) -> Floats:
    return np.asarray(np.maximum(table["net_total"].to_numpy(np.float64), 0.0))
