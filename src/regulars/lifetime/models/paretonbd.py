"""Pareto/NBD: customers may leave at any moment, not only after a purchase."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.fit.validate import checked_span, checked_spans
from regulars.lifetime.formulas import pareto
from regulars.lifetime.formulas.counts import Numbers
from regulars.lifetime.models.covariates import DROPOUT, PURCHASE, CovariateModel


class ParetoNBD(CovariateModel):
    """How often customers buy, and whether they have left, if they can leave at any moment.

    A customer who is alive need not buy again: `probability_of_return` is less than P(alive), and
    `next_purchase_quantile` is that of the wait given that another purchase comes.

    Parameters
    ----------
    purchase_covariates, dropout_covariates : sequence of str
        Columns of the summary that shift how often customers buy, and how soon they leave; numbers, categories as 0
        and 1. With α_i = α exp(−γ z_i) and β_i = β exp(−γ z_i) a positive coefficient means more frequent purchases,
        or sooner leaving.
    seasonality : Season, optional
        How much customers buy on each day of the year. The summary then is in days, with a column `cutoff`. Customers
        leave in operational time as well: more of them a day in a busy season.

    Attributes
    ----------
    params_ : dict
        `r`, `alpha` (shape and rate of the Gamma of purchase rates), `s`, `beta` (shape and rate of the Gamma of the
        rates of leaving), alpha and beta in the summary's unit of time; then the coefficients `purchase:<name>` and
        `dropout:<name>`.
    log_likelihood_ : float
        Total over customers, in the summary's unit of time.

    Notes
    -----
    Schmittlein, Morrison & Colombo 1987, Management Science 33(1); in the form of Fader & Hardie 2005, "A Note on
    Deriving the Pareto/NBD Model and Related Expressions", equation 18 before integration:

        L = Γ(r + x) α^r β^s / Γ(r)
            · [ (α + T)^−(r+x) · (β + T)^−s + s ∫ (α + y)^−(r+x) · (β + y)^−(s+1) dy ],   y from t_x to T.

    Answers about new customers hold where all covariates are 0.

    Examples
    --------
    >>> import pandas as pd
    >>> model = ParetoNBD.from_params({"r": 0.553277, "alpha": 10.577683, "s": 0.60624, "beta": 11.668736})
    >>> customer = pd.DataFrame({"frequency": [26], "recency": [216 / 7], "T": [31]})
    >>> customer.assign(orders=model.expected_purchases(customer, 52), alive=model.probability_alive(customer)).round(4)
       frequency  recency   T   orders   alive
    0         26  30.8571  31  25.4552  0.9979
    """

    name = "pareto_nbd"
    parameter_names = ("r", "alpha", "s", "beta")
    time_parameters = ("alpha", "beta")
    signs = {PURCHASE: {"alpha": -1}, DROPOUT: {"beta": -1}}  # noqa: RUF012

    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Expected repeat purchases of a new customer within `t` of the first purchase, E[X(t)], shaped like `t`."""
        r, alpha, s, beta = self._values()
        return pareto.expected_purchases(r, alpha, s, beta, checked_spans(t))

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
        r, alpha, s, beta = self._values()
        pmf: Floats = pareto.purchase_pmf(np.array([r]), alpha, s, beta, checked_span("t", t), n)[0]
        return pmf

    def _log_likelihood(self, theta: Floats, rows: Rows) -> tuple[Floats, Floats]:
        value, gradient = pareto.log_likelihood(self._logs_at(theta, rows), rows)
        return value, self._with_coefficients(gradient, rows)

    def _starts(self, rows: Rows) -> Sequence[Floats]:
        pace = rows.total(rows.x) / rows.total(rows.T)
        shapes = ((0.5, 0.5, 10.0), (2.0, 0.3, 3.0), (0.7, 2.0, 60.0))
        return [np.log([r, r / (2 * pace), s, beta]) for r, s, beta in shapes]

    def _alive(self, rows: Rows) -> Floats:
        return pareto.probability_alive(*self._at(rows), rows)

    def _from_now_on(self, rows: Rows) -> tuple[Floats, Floats, Numbers, Floats]:
        """Parameters of the fresh process that an alive customer is at T."""
        r, alpha, s, beta = self._at(rows)
        return r + rows.x, alpha + rows.T, s, beta + rows.T

    def _mean_if_alive(self, rows: Rows, t: float) -> Floats:
        return pareto.expected_purchases(*self._from_now_on(rows), t)

    def _square_if_alive(self, rows: Rows, t: float) -> Floats:
        ages = rows.ages
        return pareto.expected_square(*self._from_now_on(ages), t)[ages.inverse]

    def _stay_if_alive(self, rows: Rows, t: float) -> Floats:
        _, _, s, B = self._from_now_on(rows)
        stays: Floats = np.exp(-s * np.log1p(t / B))
        return stays

    def _any_if_alive(self, rows: Rows, t: float) -> Floats:
        ages = rows.ages
        return pareto.probability_of_purchase(*self._from_now_on(ages), t)[ages.inverse]

    def _return_if_alive(self, rows: Rows) -> Floats:
        ages = rows.ages
        n, A, s, B = self._from_now_on(ages)
        return pareto.never_again(n, s, np.log(B / A)).returns[ages.inverse]

    def _pmf_if_alive(self, rows: Rows, t: float, n: int) -> Floats:
        ages = rows.ages
        return pareto.purchase_pmf(*self._from_now_on(ages), t, n)[ages.inverse]

    def _wait_if_alive(self, rows: Rows, q: float) -> Floats:
        ages = rows.ages
        n, A, s, B = self._from_now_on(ages)
        return (A * pareto.wait_quantile(n, s, np.log(B / A), q))[ages.inverse]

    def _discounted_if_alive(self, rows: Rows, t: float, rate: float) -> Floats:
        ages = rows.ages
        return pareto.discounted_purchases(*self._from_now_on(ages), t, rate)[ages.inverse]
