"""NBD: customers who never leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.fit.season import Season
from regulars.lifetime.fit.validate import checked_span, checked_spans
from regulars.lifetime.formulas import betageometric
from regulars.lifetime.models.maximum_likelihood import MaximumLikelihoodModel


class NBD(MaximumLikelihoodModel):
    """How often customers buy, if they never leave: the baseline that shows what leaving explains.

    P(alive) is 1 for everybody, by assumption.

    Parameters
    ----------
    seasonality : Season, optional
        How much customers buy on each day of the year. The summary then is in days, with a column `cutoff`.

    Attributes
    ----------
    params_ : dict
        `r`, `alpha` (shape and rate of the Gamma of purchase rates; alpha in the summary's unit of time).
    log_likelihood_ : float
        Total over customers, in the summary's unit of time.

    Notes
    -----
    Ehrenberg 1959, Applied Statistics 8(1), as the density of x purchase times, comparable with the other models:

        L = Γ(r + x) / Γ(r) · α^r · (α + T)^−(r+x)

    Examples
    --------
    >>> import pandas as pd
    >>> model = NBD.from_params({"r": 0.384766, "alpha": 12.07201})
    >>> customer = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
    >>> customer.assign(orders=model.expected_purchases(customer, 39), alive=model.probability_alive(customer)).round(4)
       frequency  recency      T  orders  alive
    0          2    30.43  38.86  1.8261    1.0
    """

    name = "nbd"
    parameter_names = ("r", "alpha")

    def __init__(self, seasonality: Season | None = None) -> None:
        self.seasonality = seasonality

    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Expected repeat purchases of a new customer within `t` of the first purchase, E[X(t)], shaped like `t`."""
        r, alpha = self._values()
        mean: Floats = r / alpha * checked_spans(t)
        return mean

    def purchase_pmf_new(self, t: float, n: int) -> Floats:
        """Probabilities of 0, 1, …, n repeat purchases of a new customer within `t`, shape (n + 1,).

        Parameters
        ----------
        t : float
            Time since the first purchase, in the unit of T of the fit.
        n : int
            Largest number of purchases asked for.

        Returns
        -------
        ndarray of shape (n + 1,)
            The entry k is P(X(t) = k).
        """
        r, alpha = (np.array([value]) for value in self._values())
        pmf: Floats = betageometric.negative_binomial(r, checked_span("t", t) / (alpha + t), n)[0][0]
        return pmf

    def _log_likelihood(self, theta: Floats, rows: Rows) -> tuple[Floats, Floats]:
        r, alpha = np.exp(theta)
        n, late = r + rows.x, np.log1p(rows.T / alpha)
        rising, d_rising = betageometric.log_rising(r, rows.x)
        gradient = np.stack([r * (d_rising - late), n * rows.T / (alpha + rows.T) - rows.x])
        return rising - rows.x * np.log(alpha) - n * late, gradient

    def _starts(self, rows: Rows) -> Sequence[Floats]:
        pace = rows.total(rows.x) / rows.total(rows.T)
        return [np.log([r, r / pace]) for r in (0.3, 3.0)]

    def _from_now_on(self, rows: Rows) -> tuple[Floats, Floats]:
        r, alpha = self._values()
        return r + rows.x, alpha + rows.T

    def _alive(self, rows: Rows) -> Floats:
        return np.ones_like(rows.x)

    def _stay_if_alive(self, rows: Rows, t: float) -> Floats:
        return np.ones_like(rows.x)

    def _mean_if_alive(self, rows: Rows, t: float) -> Floats:
        n, A = self._from_now_on(rows)
        return n / A * t

    def _square_if_alive(self, rows: Rows, t: float) -> Floats:
        n, A = self._from_now_on(rows)
        return n / A * t * (1 + (n + 1) / A * t)

    def _any_if_alive(self, rows: Rows, t: float) -> Floats:
        return betageometric.probability_of_purchase(*self._from_now_on(rows), t)

    def _pmf_if_alive(self, rows: Rows, t: float, n: int) -> Floats:
        ages = rows.ages
        shape, A = self._from_now_on(ages)
        return betageometric.negative_binomial(shape, t / (A + t), n)[0][ages.inverse]

    def _wait_if_alive(self, rows: Rows, q: float) -> Floats:
        return betageometric.wait_quantile(*self._from_now_on(rows), q)

    def _discounted_if_alive(self, rows: Rows, t: float, rate: float) -> Floats:
        n, A = self._from_now_on(rows)
        discounted: Floats = n / A * (-np.expm1(-rate * t) / rate if rate else t)
        return discounted
