"""Weighted least squares with errors clustered by customer, and what it makes of a Normal prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.arrays import Floats


@dataclass(frozen=True, eq=False)
class Regression:
    """Estimates of the coefficients that matter; the others, of the outcome without a contact, are left to vary freely.

    Parameters
    ----------
    estimates : ndarray of shape (k,)
    information : ndarray of shape (k, k)
        Inverse of their covariance.
    squares : float
        Weighted sum of the squared residuals.
    freedom : int
        Rows less coefficients.
    """

    estimates: Floats
    information: Floats
    squares: float
    freedom: int

    @classmethod
    def of(
        cls,
        values: Floats,
        products: Floats,
        others: Floats,
        customer: npt.NDArray[np.intp],
        weights: Floats | None = None,
    ) -> Regression:
        """Regress values on the columns of products and others.

        Parameters
        ----------
        values : ndarray of shape (n,)
        products : ndarray of shape (n, k)
            A column that is 0 throughout, such as that of an offer without contacts, has no information.
        others : ndarray of shape (n, j)
        customer : ndarray of int, shape (n,)
            Number of the customer of each row, from 0.
        weights : ndarray of shape (n,), optional
            Best in proportion to one over the variance of each value; the errors hold whatever they are.

        Notes
        -----
        Errors are clustered by customer (Liang & Zeger 1986, Biometrika 73), with residuals as in HC3.

        Examples
        --------
        >>> treated = np.array([1.0, 1.0, 0.0, 0.0] * 5)
        >>> noise = np.tile([0.1, -0.1, 0.1, -0.1], 5)
        >>> found = Regression.of(1.0 + 2.0 * treated + noise, treated[:, None], np.ones((20, 1)), np.arange(20))
        >>> found.estimates.round(2), found.freedom
        (array([2.]), 18)
        """
        design, k = np.hstack([products, others]), products.shape[1]
        if weights is not None:
            root = np.sqrt(weights)
            design, values = design * root[:, None], values * root
        inverse = np.linalg.pinv(design.T @ design)
        fitted = inverse @ (design.T @ values)
        residual = values - design @ fitted
        leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
        scores = design * (residual / np.maximum(1.0 - leverage, 1e-6))[:, None]
        summed = np.zeros((customer.max() + 1, design.shape[1]))
        np.add.at(summed, customer, scores)
        covariance = (inverse @ (summed.T @ summed) @ inverse)[:k, :k]
        seen = np.flatnonzero(np.abs(products).sum(axis=0) > 0)
        information = np.zeros((k, k))
        information[np.ix_(seen, seen)] = np.linalg.pinv(covariance[np.ix_(seen, seen)])
        return cls(fitted[:k], information, float(residual @ residual), len(values) - design.shape[1])

    def posterior(self, centre: Floats, prior: Floats) -> tuple[Floats, Floats]:
        """Mean and covariance of the coefficients, by their prior mean and covariance.

        Notes
        -----
        Gelman et al. 2013, Bayesian Data Analysis, equation 3.12.
        """
        before = np.linalg.inv(prior)
        spread = np.asarray(np.linalg.inv(before + self.information), dtype=np.float64)
        return np.asarray(spread @ (before @ centre + self.information @ self.estimates)), spread

    def fit_of(self, centre: Floats, prior: Floats) -> float:
        """How well the prior fits the estimates: log ∫ exp(−½(b − b̂)'I(b − b̂))·N(b; centre, prior) db."""
        off, (_, spread) = self.estimates - centre, self.posterior(centre, prior)
        within = self.information - self.information @ spread @ self.information
        _, log_volume = np.linalg.slogdet(np.eye(len(centre)) + prior @ self.information)
        return float(-0.5 * (log_volume + off @ within @ off))
