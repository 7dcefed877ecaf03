"""What all models of purchases share: the questions that they answer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Self

import pandas as pd
from numpy.typing import ArrayLike

from regulars.arrays import Floats
from regulars.columns import number
from regulars.errors import InputError, ModelError
from regulars.lifetime.fit.rows import Given, Rows, rows_of
from regulars.lifetime.fit.season import Season, checked_season, cutoff_of
from regulars.lifetime.fit.validate import (
    Summary,
    as_summary,
    checked_count,
    checked_span,
)
from regulars.lifetime.models.answers import labelled_as
from regulars.lifetime.models.if_alive import IfAlive
from regulars.lifetime.models.seasonal import discounted_by_calendar, residual_by_calendar


class TransactionModel(IfAlive):
    """A model of when customers buy, seen through frequency, recency and T.

    Customers are a summary with the columns `frequency`, `recency` and `T`: a DataFrame, or an array of shape (rows, 3)
    with these columns in this order. What is answered for every customer is a Series with the index of the DataFrame
    (a DataFrame where it is several numbers), or an array for an array.

    A new model states P(alive) and seven answers for customers who are alive (`_..._if_alive`); everything public
    follows.

    With a season (`seasonality`), the summary is in days and has the column `cutoff`, the same calendar day for all.
    Purchases follow the model in operational time (`Season`): so do parameters, the log-likelihood, and answers about
    new customers. Questions and answers are in calendar days. Leaving runs in operational time too: between purchases
    (`ParetoNBD`) a customer is the likelier to leave the busier the season. Discounting runs in calendar time.
    """

    time_parameters: ClassVar[tuple[str, ...]] = ("alpha",)
    rows_: Rows
    seasonality: Season | None

    def to_dict(self) -> dict[str, Any]:
        """Return what `model_from_dict` needs to make this model again; no data of customers."""
        return super().to_dict() | ({"seasonality": self.seasonality.to_dict()} if self.seasonality else {})

    @abstractmethod
    def fit(self, summary: Summary, weights: ArrayLike | None = None, *, near: Self | None = None) -> Self:
        """Estimate the parameters from `frequency`, `recency` and `T` in any one unit; a climb may begin at `near`.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            One row a customer: `frequency`, `recency`, `T`.
        weights : array_like of shape (rows,), optional
            How many customers each row stands for; a Series has the index of the summary.
        near : the same kind of model, optional
            A fit on much the same customers.

        Returns
        -------
        self
        """

    @labelled_as(pd.Series)
    def expected_purchases(self, summary: Given, t: float) -> Floats:
        """Expected number of purchases in the next `t` units of time, E[X(T, T + t)].

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        t : float
            In the unit of T; with a season, the days from the cutoff on.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,)

        Examples
        --------
        >>> from regulars.lifetime import BGNBD
        >>> model = BGNBD.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
        >>> summary = pd.DataFrame({"frequency": [2, 0], "recency": [30, 0], "T": [39, 39]}, index=["ann", "bob"])
        >>> model.expected_purchases(summary, 39).round(2)
        ann    1.21
        bob    0.19
        Name: expected_purchases, dtype: float64
        >>> model.expected_purchases(summary.to_numpy(), 39).round(2)
        array([1.21, 0.19])
        """
        rows, t = self._asked(summary, t)
        return (self._alive(rows) * self._mean_if_alive(rows, t))[rows.inverse]

    @labelled_as(pd.Series)
    def purchase_variance(self, summary: Given, t: float) -> Floats:
        """Variance of the number of purchases in the next `t` units of time, Var X(T, T + t).

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        t : float
            Length of the window [T, T + t), in the unit of T; with a season, the days from the cutoff on.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,)
        """
        rows, t = self._asked(summary, t)
        alive = self._alive(rows)
        mean = alive * self._mean_if_alive(rows, t)
        return (alive * self._square_if_alive(rows, t) - mean**2)[rows.inverse]

    @labelled_as(pd.Series)
    def probability_alive(self, summary: Given, t: float = 0.0) -> Floats:
        """Probability that a customer has not left for good by T + t, if nothing more is known than at T.

        It is not 1 − the probability of churn.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        t : float
            Time after T, in its unit.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,)
        """
        rows, t = self._asked(summary, t)
        stays = self._stay_if_alive(rows, t) if t else 1.0
        return (self._alive(rows) * stays)[rows.inverse]

    @labelled_as(pd.Series)
    def probability_of_purchase(self, summary: Given, t: float) -> Floats:
        """Probability of at least one purchase in the next `t` units of time, R = P(X(T, T + t) ≥ 1).

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        t : float
            Length of the window [T, T + t), in the unit of T; with a season, the days from the cutoff on.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,)
        """
        rows, t = self._asked(summary, t)
        return (self._alive(rows) * self._any_if_alive(rows, t))[rows.inverse]

    @labelled_as(pd.Series)
    def probability_of_return(self, summary: Given) -> Floats:
        """Probability that another purchase ever comes; less than P(alive) where one may leave between purchases."""
        rows = self.rows(summary)
        return (self._alive(rows) * self._return_if_alive(rows))[rows.inverse]

    @labelled_as(pd.DataFrame)
    def purchase_pmf(self, summary: Given, t: float, n: int) -> Floats:
        """Probabilities of 0, 1, …, n purchases in the next `t` units of time: the columns 0 to n.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        t : float
            Length of the window [T, T + t), in the unit of T; with a season, the days from the cutoff on.
        n : int
            Largest number of purchases asked for.

        Returns
        -------
        DataFrame with the index of the DataFrame, or ndarray of shape (rows, n + 1)
        """
        (rows, t), most = self._asked(summary, t), checked_count("n", n)
        alive = self._alive(rows)[:, None]
        pmf = alive * self._pmf_if_alive(rows, t, most)
        pmf[:, :1] += 1 - alive
        return pmf[rows.inverse]

    @labelled_as(pd.Series)
    def next_purchase_quantile(self, summary: Given, q: float) -> Floats:
        """Quantile `q` of the wait from the cutoff to the next purchase, given that one comes.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        q : float
            In [0, 1); 0.5 is the median.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,)
            In the unit of T; with a season, days.

        Raises
        ------
        ModelError
            If `q` is not in [0, 1).
        """
        q = number(q, "The quantile", "a number in [0, 1)")
        if not 0 <= q < 1:
            raise ModelError(f"The quantile is {q}; expected a number in [0, 1).")
        rows = self.rows(summary)
        wait = self._wait_if_alive(rows, float(q))
        return (rows.calendar.clock.days_ahead(wait) if rows.calendar else wait)[rows.inverse]

    @labelled_as(pd.Series)
    def discounted_purchases(self, summary: Given, t: float, rate_per_unit: float) -> Floats:
        """Expected purchases in the next `t` units of time, each worth e^(−δs) after a wait s.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        t : float
            Length of the window [T, T + t), in the unit of T; with a season, the days from the cutoff on.
        rate_per_unit : float
            Continuous discount rate δ per unit of time, ln(1 + annual rate) ÷ units a year.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,)
        """
        t, rate = checked_span("t", t), checked_span("rate_per_unit", rate_per_unit)
        rows = self.rows(summary)
        return (self._alive(rows) * self._discounted(rows, t, rate))[rows.inverse]

    @labelled_as(pd.Series)
    def residual_purchases(self, summary: Given, rate_per_unit: float) -> Floats:
        """Expected purchases in all the future, each worth e^(−δs) after a wait s: discounted residual transactions.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        rate_per_unit : float
            Continuous discount rate δ per unit of time, more than 0.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,)

        Raises
        ------
        InputError
            If the rate is 0: what never ends may be worth infinitely much.

        Notes
        -----
        DERT of Fader, Hardie & Lee 2005, Journal of Marketing Research 42(4), "RFM and CLV", equation 2.
        """
        rate = checked_span("rate_per_unit", rate_per_unit)
        if rate == 0:
            raise InputError("The discount rate is 0; expected more than 0, else the value may be infinite.")
        rows = self.rows(summary)
        return (self._alive(rows) * self._residual(rows, rate))[rows.inverse]

    @labelled_as(pd.Series)
    def time_profile(self, summary: Given, t: float, long_t: float, rate_per_unit: float) -> Floats:
        """Discounted purchases within `long_t` for each purchase expected within `t`.

        P(alive) cancels, so customers who are all but surely gone have a profile too, not 0/0.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        t, long_t : float
            Lengths of the windows from T on, in its unit.
        rate_per_unit : float
            Continuous discount rate δ per unit of time.

        Returns
        -------
        Series with the index of the DataFrame, or ndarray of shape (rows,)

        Raises
        ------
        InputError
            If `t` is 0: nothing is expected within it.
        """
        t, long_t, rate = checked_span("t", t), checked_span("long_t", long_t), checked_span("rate", rate_per_unit)
        if t == 0:
            raise InputError("t is 0; expected more than 0: no purchase is expected within no time.")
        rows = self.rows(summary)
        return (self._discounted(rows, long_t, rate) / self._mean_if_alive(rows, rows.span(t)))[rows.inverse]

    @abstractmethod
    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Expected repeat purchases of a new customer within `t` of the first purchase, E[X(t)]."""

    @abstractmethod
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

    def rows(self, summary: Given, weights: ArrayLike | None = None) -> Rows:
        """Check a summary and compress it; each question takes the result in place of the summary, as this does.

        Parameters
        ----------
        summary : DataFrame, ndarray of shape (rows, 3), or Rows
            `frequency`, `recency`, `T`, and the covariates of the model if it has any.
        weights : array_like of shape (rows,), optional
            How many customers each row stands for; a Series has the index of the summary.

        Returns
        -------
        Rows

        Raises
        ------
        InputError
            Naming every fault of the summary.
        """
        if isinstance(summary, Rows):
            return summary
        rows = rows_of(summary, weights, self._covariate_columns())
        if not (season := checked_season(self.seasonality)):
            return rows
        return rows.by(season.clock(cutoff_of(as_summary(summary, self.summary_columns))))

    def remade(self, params: Mapping[str, Any]) -> Self:
        """The same model, with its season if it has one, but other parameters."""
        made = type(self).from_params(params)
        made.seasonality = self.seasonality
        return made

    def _asked(self, summary: Given, t: float) -> tuple[Rows, float]:
        """The rows, and the span on the clock on which they are."""
        t = checked_span("t", t)
        rows = self.rows(summary)
        return rows, rows.span(t)

    def _discounted(self, rows: Rows, t: float, rate: float) -> Floats:
        """Discounted purchases in the next `t` units of calendar time of those who are alive."""
        if not rows.calendar:
            return self._discounted_if_alive(rows, t, rate)
        return discounted_by_calendar(rows.calendar.clock, t, rate, partial(self._mean_if_alive, rows))

    def _residual(self, rows: Rows, rate: float) -> Floats:
        """The same for all the future."""
        if not rows.calendar:
            return self._residual_if_alive(rows, rate)
        mean, discounted = partial(self._mean_if_alive, rows), partial(self._discounted_if_alive, rows, rate=rate)
        residual = self._residual_if_alive(rows, rate)
        return residual_by_calendar(rows.calendar.clock, rate, mean=mean, discounted=discounted, residual=residual)

    def _covariate_columns(self) -> tuple[str, ...]:
        """Columns of the summary that are read beside frequency, recency and T."""
        return ()
