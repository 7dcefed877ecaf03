"""Customer lifetime value over a horizon, discounted.

Money that comes after s days is worth e^(−δs) today, with δ = ln(1 + annual rate)/365 a day: a purchase a year from now
is worth 1/(1 + annual rate).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.columns import number
from regulars.errors import InputError
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.fitted import needed_model
from regulars.lifetime.models.gammagamma import GammaGamma

DAYS_A_YEAR = 365


def daily_rate(annual_rate: float) -> float:
    """Continuous discount rate a day that makes one year cost `annual_rate`.

    Examples
    --------
    >>> round(365 * daily_rate(0.10), 6)
    0.09531
    """
    expected = "a number of 0 or more (0.10 is 10 %)"
    rate = number(annual_rate, "The annual discount rate", expected)
    if rate < 0:
        raise InputError(f"The annual discount rate is {annual_rate}; expected {expected}.")
    return float(np.log1p(rate) / DAYS_A_YEAR)


def discounted_purchases(
    model: TransactionModel, summary: pd.DataFrame, horizon_days: float, annual_rate: float
) -> pd.Series:
    """Expected purchases within `horizon_days`, each discounted to the cutoff.

    Parameters
    ----------
    model : TransactionModel
        Fitted on days.
    summary : DataFrame
        `frequency`, `recency`, `T` in days.
    horizon_days : float
        Infinite for the residual value: all the future, at a rate of more than 0.
    annual_rate : float
        0 for purchases that are not discounted.

    Returns
    -------
    Series
        With the index of `summary`.

    Examples
    --------
    >>> from regulars.lifetime import BGNBD
    >>> model = BGNBD.from_params({"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426})
    >>> customer = pd.DataFrame({"frequency": [2], "recency": [213], "T": [272]}, index=["ann"])
    >>> discounted_purchases(model, customer, 365, 0.0).round(3)
    ann    1.562
    Name: discounted_purchases, dtype: float64
    >>> [discounted_purchases(model, customer, days, 0.1).round(3)["ann"].item() for days in (365, np.inf)]
    [1.495, 6.37]
    """
    if horizon_days == np.inf:
        return model.residual_purchases(summary, daily_rate(annual_rate))
    return model.discounted_purchases(summary, horizon_days, daily_rate(annual_rate))


def discounted_value(
    model: TransactionModel,
    spend: GammaGamma,
    summary: pd.DataFrame,
    *,
    horizon_days: float,
    annual_rate: float,
    margin: float = 1.0,
) -> pd.Series:
    """Customer lifetime value: discounted purchases × expected spend of an order day × margin.

    Parameters
    ----------
    model, spend : TransactionModel, GammaGamma
        Fitted; the first one on days.
    summary : DataFrame
        `frequency`, `recency`, `T` in days, and `monetary_value`.
    horizon_days : float
        Infinite for the residual value.
    annual_rate : float
        0 for money that is not discounted.
    margin : float
        Share of revenue that is kept; 1 for revenue.

    Returns
    -------
    Series
        Money, with the index of `summary`.

    Examples
    --------
    >>> from regulars.lifetime import BGNBD, GammaGamma
    >>> model = BGNBD.from_params({"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426})
    >>> spend = GammaGamma.from_params({"p": 6.25, "q": 3.74, "gamma": 15.44})
    >>> ann = {"frequency": 2, "recency": 213, "T": 272, "monetary_value": 22.35}
    >>> discounted_value(model, spend, pd.DataFrame([ann], index=["ann"]), horizon_days=365, annual_rate=0.1).round(2)
    ann    36.88
    Name: discounted_value, dtype: float64
    """
    needed_model(model, TransactionModel, "model")
    needed_model(spend, GammaGamma, "spend")
    share = number(margin, "The margin", "a share of revenue, as 0.4")
    orders = discounted_purchases(model, summary, horizon_days, annual_rate)
    return (share * spend.expected_spend(summary) * orders).rename("discounted_value")


def value_profile(
    model: TransactionModel, summary: pd.DataFrame, horizon_days: float, clv_horizon_days: float, annual_rate: float
) -> pd.Series:
    """Discounted purchases over the CLV horizon for each purchase expected within `horizon_days`.

    It turns the expected spend of one window into a lifetime value, and is exactly 1 for equal horizons at rate 0.
    P(alive) cancels, so it is finite for customers who are all but surely gone.

    Parameters
    ----------
    model : TransactionModel
        Fitted in days.
    summary : DataFrame
        One row a customer: `frequency`, `recency`, `T`, in days.
    horizon_days : float
        Days of the window whose spend is known.
    clv_horizon_days : float
        Days that the lifetime value looks ahead.
    annual_rate : float
        Discount rate a year: 0.1 is 10 %.

    Returns
    -------
    Series
        With the index of `summary`.

    Examples
    --------
    >>> from regulars.lifetime import BGNBD
    >>> model = BGNBD.from_params({"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426})
    >>> gone = pd.DataFrame({"frequency": [1000], "recency": [1100], "T": [9000]}, index=["bob"])
    >>> model.expected_purchases(gone, 180)["bob"].item()
    0.0
    >>> [value_profile(model, gone, 180, *terms).round(3)["bob"].item() for terms in ((365, 0.1), (180, 0.0))]
    [1.919, 1.0]
    """
    return model.time_profile(summary, horizon_days, clv_horizon_days, daily_rate(annual_rate))
