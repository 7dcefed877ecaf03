"""Transaction models that are fitted by maximum likelihood."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.lifetime.fit.optimise import Optimum, maximise
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.fit.validate import Summary
from regulars.lifetime.models.base import TransactionModel

SAMPLE = 20_000  # unique rows on which the climbs take place where there are more
MEAN_T = 10.0  # the fit measures time in the unit that makes the mean T ten


class MaximumLikelihoodModel(TransactionModel):
    """A transaction model with a likelihood to climb: it states the likelihood, its gradient and where to start."""

    def fit(self, summary: Summary, weights: ArrayLike | None = None, *, near: Self | None = None) -> Self:
        """Estimate the parameters by maximum likelihood.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            One row a customer: `frequency` (order days after the first), `recency` (last − first order day), `T`
            (cutoff − first order day), in any one unit of time.
        weights : array_like of shape (rows,), optional
            How many customers each row stands for; a Series has the index of the summary.
        near : the same kind of model, optional
            Fitted on much the same customers, as at another cutoff. The climb begins at its parameters, which takes a
            fraction of the time and ends at the same ones.

        Raises
        ------
        InputError
            Naming every fault of the summary.
        ModelError
            If nobody bought twice, or the likelihood has no maximum that can be found.
        """
        begin = self._fit_near(near).optimum_ if near is not None else None
        self.rows_ = self.rows(summary, weights)
        return self._take(self._climb(self.rows_, begin))

    def _fit_near(self, near: Self) -> Self:
        """The model to begin at, which has to be of the same kind and fitted here."""
        kind = type(self)
        if not isinstance(near, kind):
            raise ModelError(f"near is a {type(near).__name__}; expected a fitted {kind.__name__}, or None.")
        if not hasattr(near, "optimum_"):
            raise ModelError(f"near is a {kind.__name__} that was not fitted here. Call its fit, or leave it out.")
        return near

    def _climb(self, rows: Rows, near: Optimum | None) -> Optimum:
        """The highest likelihood of these rows, in their unit of time."""
        if not rows.x.any():
            raise ModelError(
                f"{self.name} cannot be fitted: none of {rows.customers:g} customers bought a second time, so the data "
                "say nothing of how often customers return. Wait for repeat purchases, or use the pooled rate."
            )
        scale = MEAN_T * rows.customers / rows.total(rows.T)
        starts = [np.pad(start, (0, len(self.estimated) - len(start))) for start in self._starts(rows.in_unit(scale))]
        units = np.log(scale) * np.array([name in self.time_parameters for name in self.estimated])
        few = rows.sampled(SAMPLE)

        def total(theta: Floats, rows: Rows = rows) -> tuple[float, Floats]:
            return self._total(theta - units, rows)

        sample = None if few is rows else partial(total, rows=few)
        begin = near.shifted(-units, 0.0) if near else None
        return maximise(total, starts, rows.customers, sample, begin).shifted(units, 0.0)

    def _total(self, theta: Floats, rows: Rows) -> tuple[float, Floats]:
        values, gradient = self._log_likelihood(theta, rows)
        return rows.total(values), np.array([rows.total(row) for row in gradient])

    def _log_likelihood_of(self, summary: pd.DataFrame) -> Floats:
        rows = self.rows(summary)
        return self._log_likelihood(self._theta(), rows)[0][rows.inverse]

    def _theta(self) -> Floats:
        """What the likelihood is asked at, in units of the data."""
        theta: Floats = np.log(self._values())
        return theta

    def training_data(self) -> tuple[pd.DataFrame, Floats]:
        """Unique customers that the model was fitted on, and how many each stands for."""
        rows: Rows = self._kept("rows_")
        return rows.as_summary()

    @abstractmethod
    def _log_likelihood(self, theta: Floats, rows: Rows) -> tuple[Floats, Floats]:
        """Log-likelihood of every row, and its gradient (parameters, rows), at log-parameters."""

    @abstractmethod
    def _starts(self, rows: Rows) -> Sequence[Floats]:
        """Log-parameters to climb from, where the mean T is ten."""
