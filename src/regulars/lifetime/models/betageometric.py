"""BG/NBD and MBG/NBD: what they share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.fit.validate import checked_span, checked_spans
from regulars.lifetime.formulas import betageometric as formulas
from regulars.lifetime.formulas.counts import Numbers, count_sums
from regulars.lifetime.models.covariates import DROPOUT, PURCHASE, CovariateModel
from regulars.lifetime.models.if_alive import FOREVER


class BetaGeometricModel(CovariateModel):
    """BG/NBD or MBG/NBD, according to `coin_at_birth`."""

    parameter_names = ("r", "alpha", "a", "b")
    coin_at_birth: ClassVar[int]
    signs = {PURCHASE: {"alpha": -1}, DROPOUT: {"a": 1, "b": 1}}  # noqa: RUF012

    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Expected repeat purchases of a new customer within `t` of the first purchase, E[X(t)], shaped like `t`."""
        r, alpha, a, b = self._values()
        survived = self.coin_at_birth
        return (b / (a + b)) ** survived * formulas.expected_purchases(r, alpha, a, b + survived, checked_spans(t))

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
        r, alpha, a, b = self._values()
        survived = self.coin_at_birth
        one = [np.array([value]) for value in (r, alpha, b + survived)]
        pmf = formulas.purchase_pmf(one[0], one[1], a, one[2], checked_span("t", t), n)[0]
        return formulas.with_those_gone(pmf, (b / (a + b)) ** survived)

    def _log_likelihood(self, theta: Floats, rows: Rows) -> tuple[Floats, Floats]:
        value, gradient = formulas.log_likelihood(self._logs_at(theta, rows), rows, self.coin_at_birth)
        return value, self._with_coefficients(gradient, rows)

    def _total(self, theta: Floats, rows: Rows) -> tuple[float, Floats]:
        if rows.covariates:
            return super()._total(theta, rows)
        return formulas.total_log_likelihood(theta, rows, self.coin_at_birth)

    def _starts(self, rows: Rows) -> Sequence[Floats]:
        return formulas.starting_points(rows.total(rows.x) / rows.total(rows.T))

    def _alive(self, rows: Rows) -> Floats:
        return formulas.probability_alive(*self._at(rows), rows, self.coin_at_birth)

    def _from_now_on(self, rows: Rows) -> tuple[Floats, Floats, Numbers, Floats]:
        """Parameters of the fresh process that an alive customer is at T."""
        r, alpha, a, b = self._at(rows)
        return r + rows.x, alpha + rows.T, a, b + rows.x + self.coin_at_birth

    def _mean_if_alive(self, rows: Rows, t: float) -> Floats:
        ages = rows.ages
        return formulas.expected_purchases(*self._from_now_on(ages), t)[ages.inverse]

    def _square_if_alive(self, rows: Rows, t: float) -> Floats:
        ages = rows.ages
        return count_sums(*self._from_now_on(ages), t).square[ages.inverse]

    def _stay_if_alive(self, rows: Rows, t: float) -> Floats:
        ages = rows.ages
        return 1 - count_sums(*self._from_now_on(ages), t).left[ages.inverse]

    def _any_if_alive(self, rows: Rows, t: float) -> Floats:
        r, alpha, _, _ = self._from_now_on(rows)
        return formulas.probability_of_purchase(r, alpha, t)

    def _pmf_if_alive(self, rows: Rows, t: float, n: int) -> Floats:
        ages = rows.ages
        return formulas.purchase_pmf(*self._from_now_on(ages), t, n)[ages.inverse]

    def _wait_if_alive(self, rows: Rows, q: float) -> Floats:
        r, alpha, _, _ = self._from_now_on(rows)
        return formulas.wait_quantile(r, alpha, q)

    def _discounted_if_alive(self, rows: Rows, t: float, rate: float) -> Floats:
        ages = rows.ages
        return formulas.discounted_purchases(*self._from_now_on(ages), t, rate)[ages.inverse]

    def _residual_if_alive(self, rows: Rows, rate: float) -> Floats:
        ages = rows.ages
        grid, nodes = formulas.FINE, formulas.MANY
        return formulas.discounted_purchases(*self._from_now_on(ages), FOREVER / rate, rate, grid, nodes)[ages.inverse]
