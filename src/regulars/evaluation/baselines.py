"""Naive rules, given what they lack: a probability and a level.

A rule of thumb ("who has not bought for long is gone") ranks customers but names no number. So
that it can be judged beside the models, its value becomes a probability by logistic
calibration, and an amount by one ratio, both learnt on the same training slices that the models
learn from. Rules take plain arrays; which feature a rule goes by is the caller's to say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, xlog1py, xlogy
from sklearn.linear_model import LogisticRegression

from regulars.arrays import Floats
from regulars.errors import Faults, InputError


@dataclass(frozen=True)
class NaiveRule:
    """Churn probability from one value: expit(intercept + slope · ln(1 + value)).

    Examples
    --------
    >>> NaiveRule(intercept=-2.0, slope=0.5).p_churn([0, 100]).round(3)
    array([0.119, 0.576])
    """

    intercept: float
    slope: float

    def p_churn(self, values: npt.ArrayLike) -> Floats:
        """Churn probability of each value; monotone in it, a value below 0 counting as 0."""
        probabilities: Floats = expit(self.intercept + self.slope * _log_values(values))
        return probabilities


@dataclass(frozen=True)
class NaiveAmount:
    """Expected amount from a past amount: ratio · amount.

    Examples
    --------
    >>> NaiveAmount(ratio=0.5).expected([0, 30])
    array([ 0., 15.])
    """

    ratio: float

    def expected(self, past: npt.ArrayLike) -> Floats:
        """Expected amount of each past amount; one below 0 counts as 0."""
        return self.ratio * np.maximum(np.asarray(past, dtype=np.float64), 0)


@dataclass(frozen=True)
class HiatusRule:
    """Gone is who has not bought for longer than a limit.

    Examples
    --------
    >>> HiatusRule(limit=90.0, within=0.3, beyond=0.8).p_churn([30, 120])
    array([0.3, 0.8])
    """

    limit: float
    within: float
    beyond: float

    def p_churn(self, days_since_last: npt.ArrayLike) -> Floats:
        """Churn probability: one up to the limit, the other beyond."""
        return np.where(np.asarray(days_since_last, dtype=np.float64) > self.limit, self.beyond, self.within)


def choose_hiatus(days_since_last: npt.ArrayLike, churned: npt.ArrayLike) -> HiatusRule:
    """Choose the limit that would have told churners apart best on closed training slices.

    Notes
    -----
    Of the percentiles of days since the last purchase, the limit with the lowest log-loss; on
    each side of it the probability is (churners + ½) / (customers + 1).

    Examples
    --------
    >>> choose_hiatus([1, 5, 40, 200, 300, 3], [0, 0, 1, 1, 1, 0]).limit
    5.0
    """
    x, y = _checked(days_since_last, churned)
    ascending = np.argsort(x, kind="stable")
    limits = np.unique(np.quantile(x, np.linspace(0.01, 0.99, 99), method="lower"))
    upto = np.searchsorted(x[ascending], limits, "right")
    churned_within = np.cumsum(y[ascending])[upto - 1]
    customers = np.array([upto, len(y) - upto])  # within each limit, and beyond
    churners = np.array([churned_within, y.sum() - churned_within])
    p_churn = (churners + 0.5) / (customers + 1)
    losses = -(xlogy(churners, p_churn) + xlog1py(customers - churners, -p_churn)).sum(axis=0)
    best = int(np.argmin(losses))
    return HiatusRule(float(limits[best]), *p_churn[:, best].tolist())


def calibrate_rule(values: npt.ArrayLike, churned: npt.ArrayLike) -> NaiveRule:
    """Learn what a rule's value meant for churn on closed training slices.

    Parameters
    ----------
    values : array of shape (rows,)
        What the rule goes by (days since the last purchase, past spend), finite.
    churned : array of shape (rows,)
        Whether no purchase came in the label window.

    Raises
    ------
    InputError
        Without rows, or with values that are not finite.

    Notes
    -----
    Platt's (1999) logistic calibration on ln(1 + value), so that the rule's order of customers is
    kept or turned round as a whole. With one class only, or one value only, the probability is
    the constant (churners + ½) / (rows + 1), which is never 0 or 1.

    Examples
    --------
    >>> rule = calibrate_rule([1, 5, 40, 200, 300, 3], [0, 0, 1, 1, 1, 0])
    >>> bool(rule.p_churn([2])[0] < 0.5 < rule.p_churn([250])[0])
    True
    """
    x, y = _checked(values, churned)
    x = _log_values(x)
    if y.min() == y.max() or x.min() == x.max():
        share = (y.sum() + 0.5) / (len(y) + 1)
        return NaiveRule(math.log(share / (1 - share)), 0.0)
    centre, spread = x.mean(), x.std()
    fitted = LogisticRegression().fit(((x - centre) / spread)[:, None], y)
    slope = float(fitted.coef_[0, 0]) / spread
    return NaiveRule(float(fitted.intercept_[0]) - slope * centre, slope)


def calibrate_amount(past: npt.ArrayLike, actual: npt.ArrayLike) -> NaiveAmount:
    """Learn how much of past amounts continued in training slices: Σ actual / Σ past.

    Parameters
    ----------
    past : array_like of shape (rows,)
        Order days or money of each customer in the horizon before the cutoff.
    actual : array_like of shape (rows,)
        The same in the label window after it.

    Returns
    -------
    NaiveAmount

    Raises
    ------
    InputError
        Without rows, or with amounts that are not finite.

    Examples
    --------
    >>> calibrate_amount([10, 30], [4, 16])
    NaiveAmount(ratio=0.5)
    """
    x, y = (np.maximum(amounts, 0) for amounts in _checked(past, actual))
    return NaiveAmount(float(y.sum() / x.sum()) if x.sum() > 0 else 0.0)


def past_purchase_rate(frequency: npt.ArrayLike, T: npt.ArrayLike, horizon_days: int) -> Floats:
    """Order days per horizon so far: what comes if all customers go on as before.

    Parameters
    ----------
    frequency : array
        Order days after the first.
    T : array
        Days from the first order day to the cutoff.
    horizon_days : int

    Notes
    -----
    (frequency + 1) · horizon / max(T, horizon): a customer younger than one horizon keeps the count
    so far, so that a purchase yesterday is not taken for one every day.

    Examples
    --------
    >>> past_purchase_rate([3, 0], [360, 10], 180)
    array([2., 1.])
    """
    orders = np.asarray(frequency, dtype=np.float64) + 1
    return orders * horizon_days / np.maximum(np.asarray(T, dtype=np.float64), horizon_days)


def _log_values(values: npt.ArrayLike) -> Floats:
    logs: Floats = np.log1p(np.maximum(np.asarray(values, dtype=np.float64), 0))
    return logs


def _checked(values: npt.ArrayLike, outcomes: npt.ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(values, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    faults = Faults("A naive rule cannot be calibrated")
    if len(x) != len(y) or len(x) == 0:
        faults.add(f"{len(x)} values and {len(y)} outcomes; expected one outcome per value, and at least one")
    for what, numbers in (("values", x), ("outcomes", y)):
        if wrong := int((~np.isfinite(numbers)).sum()):
            faults.add(f"{wrong} of {len(numbers)} {what} are not finite; fill them before")
    faults.raise_if_any(InputError)
    return x, y
