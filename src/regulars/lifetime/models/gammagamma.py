"""Gamma-Gamma: what a customer spends on an order day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import gammaincinv, gammaln, psi

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.lifetime.fit.optimise import maximise
from regulars.lifetime.fit.spenders import Spenders
from regulars.lifetime.fit.validate import SPEND_COLUMNS, Summary, checked_weights, spend_columns
from regulars.lifetime.models.answers import labelled_as
from regulars.lifetime.models.fitted import LifetimeModel

SAMPLE = 20_000  # customers with whom the climbs take place where there are more
MEAN_SPEND = 10.0  # the fit measures money in the unit that makes the mean spend ten


@dataclass(frozen=True, eq=False)
class MeanSpend:
    """The mean spend of an order day of each customer, p / ν with ν Gamma distributed.

    Parameters
    ----------
    p : float
    shape, rate : ndarray of shape (customers,)
        Of ν; the rate is in money.
    """

    p: float
    shape: Floats
    rate: Floats

    def mean(self) -> Floats:
        """The expected mean spend."""
        return self.p * self.rate / (self.shape - 1)

    def quantile(self, quantile: float) -> Floats:
        """The mean spend that a customer's own stays below with this probability."""
        shapes, row = np.unique(self.shape, return_inverse=True)  # the inverse takes long, and most shapes are alike
        return self.p * self.rate / gammaincinv(shapes, 1.0 - quantile)[row]


class GammaGamma(LifetimeModel):
    """What a customer spends on an order day, on average and in the long run.

    The mean of the few order days seen is drawn towards the mean of all customers, the more so the fewer they are.

    The money is that of the **order days after the first**, as `rfm_summary` gives it: net of the returns known at the
    cutoff. A scorer fits it on those of them that brought money (`paid_repeats`), and multiplies by their share.
    Customers whose mean is not positive are left out of the fit.
    All order days, the first one included, are another population: CDNOW's p is 6.2 without and 9.9 with it.

    Spend is taken for independent of frequency. The certificate tells their correlation with its interval, and warns
    where it is 0.3 or more.

    Attributes
    ----------
    params_ : dict
        `p` (shape of the spend of one order day), `q`, `gamma` (shape and rate of the Gamma of its rate; gamma in
        money).
    log_likelihood_ : float
        Total over the customers that were used: those with frequency > 0 and monetary_value > 0.

    Notes
    -----
    Fader & Hardie 2013, "The Gamma-Gamma Model of Monetary Value", equation 1a for the likelihood of the mean z of x
    order days; the expectation is

        E[M | x, z] = p (γ + x z) / (p x + q − 1)

    Examples
    --------
    >>> model = GammaGamma.from_params({"p": 6.25, "q": 3.74, "gamma": 15.44})
    >>> customers = pd.DataFrame({"frequency": [2, 0], "monetary_value": [22.35, 0.0]}, index=["ann", "bob"])
    >>> model.expected_spend(customers).round(2)
    ann    24.66
    bob    35.22
    Name: expected_spend, dtype: float64
    """

    name = "gamma_gamma"
    spenders_: Spenders
    summary_columns = SPEND_COLUMNS
    parameter_names = ("p", "q", "gamma")

    def fit(self, summary: Summary, weights: ArrayLike | None = None, *, near: Self | None = None) -> Self:
        """Estimate the parameters by maximum likelihood on the customers with frequency > 0 and monetary_value > 0.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 2)
            `frequency` and `monetary_value`, the mean money of the order days after the first.
        weights : array_like of shape (rows,), optional
            How many customers each row stands for; a Series has the index of the summary.
        near : GammaGamma, optional
            Fitted on much the same customers, as at another cutoff; the climb begins at its parameters.

        Raises
        ------
        InputError
            Naming every fault of the summary.
        ModelError
            If nobody can be used, or the fitted population has no mean (q ≤ 1).
        """
        x, m = spend_columns(summary)
        weight = checked_weights(weights, summary)
        used = (x > 0) & (m > 0)
        if not used.any():
            raise ModelError(
                f"gamma_gamma cannot be fitted: none of {len(x)} rows has frequency > 0 and monetary_value > 0. "
                "Give repeat buyers with positive net money."
            )
        spenders = Spenders(x[used], m[used], weight[used])
        scale = MEAN_SPEND * spenders.customers / (spenders.weight * spenders.m).sum()
        units = np.log(scale) * np.array([0, 0, 1])
        few = spenders.sampled(SAMPLE)

        def total(theta: Floats, spenders: Spenders = spenders) -> tuple[float, Floats]:
            return _total(theta - units, spenders)

        sample = None if few is spenders else partial(total, spenders=few)
        begin = near.optimum_.shifted(-units, 0.0) if near else None
        self._take(maximise(total, _starts(), spenders.customers, sample, begin).shifted(units, 0.0))
        self.spenders_ = spenders
        if self.params_["q"] <= 1:
            raise ModelError(
                f"gamma_gamma has no mean: q = {self.params_['q']:.3g} where more than 1 is needed. A few customers "
                "spend too much more than the rest; look for orders in another currency or unit, or use the mean spend."
            )
        return self

    @labelled_as(pd.Series)
    def expected_spend(self, summary: Summary) -> Floats:
        """Expected spend of one order day for each customer; the mean of all for those who bought once.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 2)
            `frequency` and `monetary_value`; the latter is not read where frequency is 0, and counts as 0 where
            negative.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,), in money
        """
        return self.posterior(*spend_columns(summary)).mean()

    @labelled_as(pd.Series)
    def spend_quantile(self, summary: Summary, quantile: float) -> Floats:
        """Quantile of the mean spend of an order day that each customer's own history leaves possible.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 2)
            As for `expected_spend`.
        quantile : float
            Between 0 and 1.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,), in money

        Notes
        -----
        The mean spend of a customer is p / ν, and ν given the history is Gamma(p x + q, γ + x z); `expected_spend` is
        the mean of this posterior.

        Examples
        --------
        >>> model = GammaGamma.from_params({"p": 6.25, "q": 3.74, "gamma": 15.44})
        >>> customers = pd.DataFrame({"frequency": [0, 2, 20], "monetary_value": [0.0, 50.0, 50.0]})
        >>> [model.spend_quantile(customers, share).round(1).tolist() for share in (0.05, 0.95)]
        [[13.1, 30.9, 42.9], [79.3, 70.6, 57.4]]
        """
        return self.posterior(*spend_columns(summary)).quantile(quantile)

    def posterior(self, days: Floats, mean: Floats) -> MeanSpend:
        """What is known of each customer's mean spend after order days of this mean; their number may be fractional.

        Parameters
        ----------
        days : ndarray of shape (rows,)
            Order days that are averaged.
        mean : ndarray of shape (rows,)
            Mean money of these days; below 0 counts as 0.

        Returns
        -------
        MeanSpend
        """
        p, q, gamma = self._values()
        return MeanSpend(p, p * days + q, gamma + days * np.maximum(mean, 0))

    def _log_likelihood_of(self, summary: pd.DataFrame) -> Floats:
        """Of the mean spend; all rows with frequency > 0 and monetary_value > 0."""
        x, m = spend_columns(summary)
        return _log_likelihood(np.log(self._values()), x, m)

    def training_data(self) -> tuple[pd.DataFrame, Floats]:
        """What the model was fitted on, and the weights."""
        spenders = self._kept("spenders_")
        return pd.DataFrame({"frequency": spenders.x, "monetary_value": spenders.m}), spenders.weight


def _starts() -> list[Floats]:
    return [np.log(start) for start in ([1.0, 3.0, 20.0], [6.0, 4.0, 5.0], [0.5, 1.5, 10.0], [20.0, 2.0, 0.5])]


def _log_likelihood(theta: Floats, x: Floats, m: Floats) -> Floats:
    """Log-likelihood of the mean spend of every row, at log-parameters."""
    p, q, gamma = np.exp(theta)
    n = p * x + q
    constant = gammaln(n) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
    likelihood: Floats = constant + p * x * np.log(x * m) - np.log(m) - n * np.log(gamma + x * m)
    return likelihood


def _total(theta: Floats, spenders: Spenders) -> tuple[float, Floats]:
    """Sum over customers, and its gradient; Gamma functions are computed once a number of order days."""
    p, q, gamma = np.exp(theta)
    x, customers = spenders.counts
    n, many = p * x + q, spenders.customers
    logs, shares = spenders.pooled(gamma)
    value = (customers * (gammaln(n) - gammaln(p * x))).sum() + many * (q * np.log(gamma) - gammaln(q))
    value += p * spenders.log_sums - spenders.log_means - q * logs[0] - p * logs[1]
    gradient = [
        p * ((customers * x * (psi(n) - psi(p * x))).sum() + spenders.log_sums - logs[1]),
        q * ((customers * psi(n)).sum() + many * (np.log(gamma) - psi(q)) - logs[0]),
        q * many - q * shares[0] - p * shares[1],
    ]
    return float(value), np.array(gradient)
