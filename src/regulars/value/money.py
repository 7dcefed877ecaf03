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
MOST_OF_LARGEST = 1.5  # of the largest order day that is known; an order day is not expected to bring more


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


def held_to_orders(money: Floats, order_days: Floats, table: pd.DataFrame, order_value: Floats) -> Floats:
    """No more money than fits the order days: for each of them, one and a half of the largest that is known.

    What was spent so far has a say in money whether or not the customer is still there; of those who are likely
    gone it would expect more an order day than they have ever spent.

    Parameters
    ----------
    money, order_days : array of float, shape (n,)
        Expected in the window.
    table : DataFrame, n rows
        The design, for `order_value_largest`.
    order_value : array of float, shape (n,)
        What the lifetime model expects of an order day: it counts where the largest was smaller.

    Examples
    --------
    >>> table = pd.DataFrame({"order_value_largest": [80.0, 10.0]})
    >>> held_to_orders(np.array([50.0, 50.0]), np.array([0.1, 2.0]), table, np.array([40.0, 40.0]))
    array([12., 50.])
    """
    largest = np.fmax(table["order_value_largest"].to_numpy(np.float64), order_value)
    return np.asarray(np.minimum(money, MOST_OF_LARGEST * largest * order_days))


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
