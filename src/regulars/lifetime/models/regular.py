"""BG/CNBD-k and MBG/CNBD-k: what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.lifetime.fit.optimise import Optimum
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.fit.season import Season, checked_season
from regulars.lifetime.fit.validate import (
    LOG_GAPS,
    Summary,
    as_summary,
    checked_params,
    checked_span,
    checked_spans,
    checked_weights,
    log_gaps_column,
)
from regulars.lifetime.formulas import erlang
from regulars.lifetime.formulas.betageometric import starting_points, with_those_gone
from regulars.lifetime.formulas.residual import residual_purchases
from regulars.lifetime.models.maximum_likelihood import MaximumLikelihoodModel

MOST_REGULAR = 12  # the largest k that is tried


class RegularTimingModel(MaximumLikelihoodModel):
    """BG/CNBD-k or MBG/CNBD-k, according to `coin_at_birth`.

    Parameters
    ----------
    k : int, optional
        Degree of regularity, 1 being purely random; chosen by likelihood where it is not given.
    seasonality : Season, optional
        How much customers buy on each day of the year; see `TransactionModel`. `log_gaps` is not read then: gaps in
        days are none in operational time.
    """

    parameter_names = ("r", "alpha", "a", "b")  # those that are climbed; k is counted up
    coin_at_birth: ClassVar[int]
    likelihoods_: dict[int, float]
    optima_: dict[int, Optimum]
    log_gaps_: Floats | None
    _k: int

    def __init__(self, k: int | None = None, seasonality: Season | None = None) -> None:
        self.k = k
        self.seasonality = seasonality

    @classmethod
    def from_params(cls, params: Mapping[str, float]) -> Self:
        """Make a fitted model from its parameters `k`, `r`, `alpha`, `a` and `b`, without data.

        Raises
        ------
        ModelError
            If a parameter is missing, unknown or not a positive number, or k is not a whole one.
        """
        params = checked_params(cls.name, params)
        k = _checked_k(cls.name, params.get("k"))
        model = super().from_params({name: value for name, value in params.items() if name != "k"})
        return model._regular(k)

    def fit(self, summary: Summary, weights: ArrayLike | None = None, *, near: Self | None = None) -> Self:
        """Estimate the parameters by maximum likelihood, and k with them unless it was given.

        Parameters
        ----------
        summary : DataFrame, or ndarray of shape (rows, 3)
            One row a customer: `frequency`, `recency`, `T` in any one unit of time and, where it is known, `log_gaps`:
            the sum of the natural logarithms of the gaps between the customer's order days in that unit (not read where
            frequency is 0; from days to weeks it falls by frequency · ln 7). It decides k and nothing else. Without it
            k is chosen by the likelihood of the other three columns, the mean over all gaps that sum to recency, which
            tells k less surely.
        weights : array_like of shape (rows,), optional
            How many customers each row stands for; a Series has the index of the summary.
        near : the same kind of model, optional
            Fitted on much the same customers; the climb for each k begins at its parameters for that k.

        Raises
        ------
        InputError
            Naming every fault of the summary.
        ModelError
            If k is not a whole number, nobody bought twice, or the likelihood has no maximum that can be found.
        """
        candidates = range(1, MOST_REGULAR + 1) if self.k is None else [_checked_k(self.name, self.k)]
        begin = self._fit_near(near).optima_ if near is not None else {}
        self.rows_ = self.rows(summary, weights)
        excess = self._take_gaps(as_summary(summary, self.summary_columns), weights)
        optima: dict[int, Optimum] = {}
        for k in candidates:
            optimum = type(self)(k)._regular(k)._climb(self.rows_, begin.get(k))
            optima[k] = optimum.shifted(np.zeros(4), excess(k))
            if k - 1 in optima and optima[k].log_likelihood < optima[k - 1].log_likelihood:
                break
        self.optima_ = optima
        self.likelihoods_ = {k: float(optimum.log_likelihood) for k, optimum in optima.items()}
        best = max(self.likelihoods_, key=lambda k: self.likelihoods_[k])
        return self._take(optima[best])._regular(best)

    def training_data(self) -> tuple[pd.DataFrame, Floats]:
        """Unique customers that the model was fitted on, with their mean `log_gaps`, and how many each stands for."""
        summary, weight = super().training_data()
        return (summary if self.log_gaps_ is None else summary.assign(log_gaps=self.log_gaps_)), weight

    def _log_likelihood_of(self, summary: pd.DataFrame) -> Floats:
        """Without `log_gaps` the mean over all gaps that sum to recency."""
        equal_gaps = super()._log_likelihood_of(summary)
        if self._k == 1:
            return equal_gaps
        x, tx = (summary[name].to_numpy(dtype=float) for name in ("frequency", "recency"))
        if LOG_GAPS not in summary or checked_season(self.seasonality):
            return equal_gaps + erlang.log_any_gaps(self._k, x)
        return equal_gaps + (self._k - 1) * erlang.irregularity(x, tx, log_gaps_column(summary))

    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Expected repeat purchases of a new customer within `t` of the first purchase, E[X(t)], shaped like `t`."""
        r, alpha, a, b = self._values()
        survived = self.coin_at_birth
        spans, which = np.unique(checked_spans(t), return_inverse=True)
        expected = erlang.expected_purchases(self._k, 0, r, alpha, a, b + survived, spans)[which]
        return (b / (a + b)) ** survived * expected

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
        pmf = erlang.purchase_pmf(self._k, 0, one[0], one[1], a, one[2], checked_span("t", t), n)[:, 0]
        return with_those_gone(pmf, (b / (a + b)) ** survived)

    def _regular(self, k: int) -> Self:
        """Keep k, beside the parameters where there are any."""
        self._k = k
        if hasattr(self, "params_"):
            self.params_ = {"k": k, **self.params_}
        return self

    def _take_gaps(self, summary: pd.DataFrame, weights: ArrayLike | None) -> Callable[[int], float]:
        """Keep the mean gaps of each row, where they are known; what they add to the likelihood at any k.

        Their irregularity is summed exactly: in any order the same.
        """
        rows, self.log_gaps_ = self.rows_, None
        if self.k == 1 or LOG_GAPS not in summary or rows.calendar:
            return lambda k: rows.total(erlang.log_any_gaps(k, rows.x))
        weight, gaps = checked_weights(weights, summary), log_gaps_column(summary)
        self.log_gaps_ = np.bincount(rows.inverse, weights=weight * gaps) / rows.weight
        excess = fsum(weight * erlang.irregularity(rows.x[rows.inverse], rows.tx[rows.inverse], gaps))
        return lambda k: (k - 1) * excess

    def _log_likelihood(self, theta: Floats, rows: Rows) -> tuple[Floats, Floats]:
        return erlang.log_likelihood(theta, self._k, rows, self.coin_at_birth)

    def _starts(self, rows: Rows) -> Sequence[Floats]:
        return starting_points(self._k * rows.total(rows.x) / rows.total(rows.T))

    def _stages(self, rows: Rows) -> erlang.Stages:
        r, alpha, _, _ = self._values()
        return erlang.stages_passed(self._k, r, alpha, rows)

    def _alive(self, rows: Rows) -> Floats:
        silence = self._stages(rows).log_chance
        odds = erlang.log_odds_left(self._k, self._values(), rows, self.coin_at_birth, silence)
        return expit(-odds)

    def _from_now_on(self, stage: int, rows: Rows) -> tuple[Floats, Floats, float, Floats]:
        """Parameters of the process that a customer is who has passed so many stages since the last purchase."""
        r, alpha, a, b = self._values()
        return r + self._k * rows.x + stage, alpha + rows.T, a, b + rows.x + self.coin_at_birth

    def _over_stages(self, rows: Rows, answer: Callable[..., Floats], *window: float) -> Floats:
        """Mean of the answers for every stage, which depend on (x, T) alone; rows last."""
        ages = rows.ages
        total: Floats = np.zeros(1)
        for stage, share in enumerate(self._stages(rows).shares):
            total = total + share * answer(self._k, stage, *self._from_now_on(stage, ages), *window)[..., ages.inverse]
        return total

    def _mean_if_alive(self, rows: Rows, t: float) -> Floats:
        return self._over_stages(rows, erlang.expected_purchases, t)

    def _square_if_alive(self, rows: Rows, t: float) -> Floats:
        return self._over_stages(rows, erlang.squared_purchases, t)

    def _stay_if_alive(self, rows: Rows, t: float) -> Floats:
        return self._over_stages(rows, erlang.staying, t)

    def _any_if_alive(self, rows: Rows, t: float) -> Floats:
        r, alpha, _, _ = self._from_now_on(0, rows)
        return erlang.any_purchase(self._stages(rows).shares, r, alpha, t)

    def _pmf_if_alive(self, rows: Rows, t: float, n: int) -> Floats:
        return self._over_stages(rows, erlang.purchase_pmf, t, n).T

    def _wait_if_alive(self, rows: Rows, q: float) -> Floats:
        r, alpha, _, _ = self._from_now_on(0, rows)
        return erlang.wait_quantile(self._stages(rows).shares, r, alpha, q)

    def _discounted_if_alive(self, rows: Rows, t: float, rate: float) -> Floats:
        return self._over_stages(rows, erlang.discounted_purchases, t, rate)

    def _residual_if_alive(self, rows: Rows, rate: float) -> Floats:
        return self._over_stages(rows, residual_purchases, rate)


def _checked_k(name: str, k: object) -> int:
    if not isinstance(k, int | float) or isinstance(k, bool) or not (np.isfinite(k) and k == int(k) and k >= 1):
        raise ModelError(f"{name} cannot have k = {k!r}. Give a whole number of 1 or more.")
    return int(k)
