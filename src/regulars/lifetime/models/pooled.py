"""The fallback that always works: counts by cell, without a likelihood to climb."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import gammaln, xlogy

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.lifetime.fit.certificate import Certificate, FitCheck
from regulars.lifetime.fit.rows import Index, Rows
from regulars.lifetime.fit.season import Season
from regulars.lifetime.fit.validate import Summary, checked_params, checked_span, checked_spans
from regulars.lifetime.models.base import TransactionModel

FREQUENCIES = np.array([0, 1, 2, 4, 8, 16, 32, 64, 128, 256])  # cells begin here
SILENCES = np.array([0, 0.01, 0.05, 0.2])  # cells begin here: how improbable so long a silence is for one who stays


class PooledRate(TransactionModel):
    """Purchase rates pooled by frequency cell, and the share still there by frequency and recency cell.

    It stands in where no parametric model can be certified. Within its cell a customer buys as a Poisson process.

    Parameters
    ----------
    seasonality : Season, optional
        How much customers buy on each day of the year. The summary then is in days, with a column `cutoff`.

    Attributes
    ----------
    params_ : dict
        `rates` (purchases a unit of time, one a frequency cell), `alive` (frequency × recency cells) and `shares` of
        customers in the frequency cells.

    Notes
    -----
    With N_x customers of frequency x, those of a cell are expected to buy Σ (x + 1) N_{x+1} times in another T
    (Robbins 1956, "An empirical Bayes approach to statistics"); half a purchase at the overall rate is added, and
    rates are made to rise with frequency. Of a customer who has not left, w = (t_x / T)^x is uniform; those who left
    pile up at small w. The share alive in a recency cell is the density of w above 0.2 over that in the cell (after
    Storey 2002, JRSS B 64(3)).

    Examples
    --------
    >>> customers = pd.DataFrame({"frequency": [0, 0, 1, 3], "recency": [0, 0, 9, 30], "T": [40, 38, 39, 36]})
    >>> model = PooledRate().fit(customers)
    >>> model.expected_purchases(customers, 10).round(2).tolist()
    [0.16, 0.16, 0.16, 0.66]
    """

    name = "pooled_rate"
    parameter_names = ("rates", "alive", "shares")
    time_parameters = ()

    def __init__(self, seasonality: Season | None = None) -> None:
        self.seasonality = seasonality

    def fit(self, summary: Summary, weights: ArrayLike | None = None, *, near: Self | None = None) -> Self:
        """Count the customers of each cell and their purchases; only a faulty summary is refused.

        Nothing is climbed, so that `near` is not read.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            One row a customer: `frequency`, `recency`, `T`, in any one unit of time.
        weights : array_like of shape (rows,), optional
            How many customers each row stands for; a Series has the index of the summary.
        near : PooledRate, optional
            Not read.

        Returns
        -------
        self

        Raises
        ------
        InputError
            Naming every fault of the summary.
        """
        rows = self.rows(summary, weights)
        cell = _frequency_cell(rows.x)
        customers, exposure = _sums(cell, rows.weight), _sums(cell, rows.weight * rows.T)
        again = _sums(_frequency_cell(rows.x - 1), rows.weight * rows.x)
        overall = (rows.total(rows.x) + 0.5) / rows.total(rows.T)
        rates = (again + 0.5) / (exposure + 0.5 / overall)
        self.rows_ = rows
        self.params_ = {
            "rates": np.maximum.accumulate(rates).tolist(),
            "alive": _alive_shares(rows, cell).tolist(),
            "shares": (customers / rows.customers).tolist(),
        }
        self.__dict__.pop("certificate_", None)
        return self

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Make a fitted model from its cells, without data.

        Raises
        ------
        ModelError
            If a table is missing or has another shape than the cells.
        """
        params, cells = checked_params(cls.name, params), len(FREQUENCIES)
        expected = {"rates": (cells,), "alive": (cells, len(SILENCES)), "shares": (cells,)}
        found = {name: np.shape(params[name]) for name in params}
        if found != expected:
            raise ModelError(f"pooled_rate cannot be made of tables of shapes {found}; expected {expected}.")
        model = cls()
        model.params_ = {name: np.asarray(params[name], dtype=float).tolist() for name in expected}
        return model

    @cached_property
    def certificate_(self) -> Certificate:
        """Trivial: counts need not converge."""
        sentence = "Rates are counts by frequency and recency cell: nothing had to converge."
        return Certificate(self.name, (FitCheck("counts", self._kept("rows_").customers, "pass", sentence),))

    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Expected repeat purchases of a new customer within `t`, at the mean rate; shaped like `t`."""
        expected: Floats = checked_spans(t) * (self._table("shares") * self._table("rates")).sum()
        return expected

    def purchase_pmf_new(self, t: float, n: int) -> Floats:
        """Probabilities of 0, 1, …, n repeat purchases of a new customer within `t`, mixed over the cells.

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
        pmf = _poisson(self._table("rates") * checked_span("t", t), n)
        mixed: Floats = (self._table("shares")[:, None] * pmf).sum(axis=0)
        return mixed

    def _log_likelihood_of(self, summary: pd.DataFrame) -> Floats:
        raise ModelError("pooled_rate has no likelihood: it counts. Compare it with other models by choose_model.")

    def _alive(self, rows: Rows) -> Floats:
        return self._table("alive")[_frequency_cell(rows.x), _recency_cell(rows)]

    def _mean_if_alive(self, rows: Rows, t: float) -> Floats:
        return self._rate(rows) * t

    def _square_if_alive(self, rows: Rows, t: float) -> Floats:
        mean = self._rate(rows) * t
        return mean * (1 + mean)

    def _stay_if_alive(self, rows: Rows, t: float) -> Floats:
        return np.ones_like(rows.x)

    def _any_if_alive(self, rows: Rows, t: float) -> Floats:
        return -np.expm1(-self._rate(rows) * t)

    def _pmf_if_alive(self, rows: Rows, t: float, n: int) -> Floats:
        return _poisson(self._rate(rows) * t, n)

    def _wait_if_alive(self, rows: Rows, q: float) -> Floats:
        wait: Floats = -np.log1p(-q) / self._rate(rows)
        return wait

    def _discounted_if_alive(self, rows: Rows, t: float, rate: float) -> Floats:
        return self._rate(rows) * (-np.expm1(-rate * t) / rate if rate else t)

    def _rate(self, rows: Rows) -> Floats:
        rate: Floats = self._table("rates")[_frequency_cell(rows.x)]
        return rate

    def _table(self, name: str) -> Floats:
        return np.array(self._fitted()[name], dtype=float)


def _frequency_cell(x: Floats) -> Index:
    cell: Index = np.searchsorted(FREQUENCIES, np.maximum(x, 0), side="right") - 1
    return cell


def _recency_cell(rows: Rows) -> Index:
    cell: Index = np.searchsorted(SILENCES, np.power(rows.tx / rows.T, rows.x), side="right") - 1
    return cell


def _alive_shares(rows: Rows, cell: Index) -> Floats:
    """Share still there by frequency and recency cell; one-time buyers take that of all repeat buyers."""
    expected = np.diff(SILENCES, append=1.0)
    counts = np.tile(expected, (len(FREQUENCIES), 1))  # one customer a frequency, so that few decide little
    np.add.at(counts, (cell, _recency_cell(rows)), rows.weight)
    alive = np.maximum.accumulate(np.minimum(expected * counts[:, -1:] / (expected[-1] * counts), 1), axis=1)
    repeaters = counts[1:]
    alive[0] = min(1.0, repeaters[:, -1].sum() / (expected[-1] * repeaters.sum()))
    return alive


def _sums(cell: Index, values: Floats) -> Floats:
    sums: Floats = np.bincount(cell, weights=values, minlength=len(FREQUENCIES)).astype(float)
    return sums


def _poisson(mean: Floats, n: int) -> Floats:
    k = np.arange(n + 1.0)
    pmf: Floats = np.exp(xlogy(k, mean[:, None]) - mean[:, None] - gammaln(k + 1))
    return pmf
