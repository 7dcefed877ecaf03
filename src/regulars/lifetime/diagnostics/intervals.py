"""How sure a fit is: intervals for parameters, for what each customer will buy, and for what all will."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import gammainc, gammaincinv, ndtri

from regulars.arrays import Floats
from regulars.errors import InputError
from regulars.lifetime.diagnostics.checks import standard_errors
from regulars.lifetime.fit.optimise import Optimum
from regulars.lifetime.fit.validate import as_summary, checked_span
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.fitted import LifetimeModel, UnfittedModelError

FARTHEST = 2.0  # standard deviations of log-parameters that the data leave open; forecasts hardly depend on them
FIRST_COUNTS = 32  # counts that are looked at first; most customers need no more


def parameter_intervals(model: LifetimeModel, level: float = 0.95) -> pd.DataFrame:
    """Interval for every parameter of a fit, from the curvature of the likelihood.

    Parameters
    ----------
    model : LifetimeModel
        Fitted here; stored parameters have no curvature.
    level : float
        Share of such intervals that hold the truth.

    Returns
    -------
    DataFrame
        One row a parameter: `low`, `high`; NaN where the data do not identify it.

    Notes
    -----
    Wald intervals by the Hessian on the scale of the logarithm, where the likelihood is closer to a parabola and no
    bound is below 0; coefficients of covariates on their own scale.

    Examples
    --------
    >>> from regulars.lifetime import MBGNBD, simulate
    >>> truth = MBGNBD.from_params({"r": 1.2, "alpha": 7.0, "a": 0.9, "b": 1.6})
    >>> cohort = simulate(truth, pd.DataFrame({"T": np.full(2000, 50.0)}), seed=0)
    >>> found = parameter_intervals(MBGNBD().fit(cohort), 0.9)
    >>> bool(found.loc["r", "low"] < 1.2 < found.loc["r", "high"])
    True
    """
    reach = ndtri((1 + _checked(level)) / 2)
    _optimum(model)
    found = {}
    for name, error in standard_errors(model).items():
        value = model.params_[name]
        if name in model.parameter_names:
            found[name] = [value * np.exp(sign * reach * error / value) for sign in (-1, 1)]
        else:
            found[name] = [value + sign * reach * error for sign in (-1, 1)]
    return pd.DataFrame.from_dict(found, orient="index", columns=["low", "high"])


def drawn_models(model: TransactionModel, draws: int, seed: int) -> list[TransactionModel]:
    """Draw models that the data could have come from: log-parameters around the estimate, by the curvature there.

    Parameters at the edge of the domain stay where they are.
    """
    optimum = _optimum(model)
    free = optimum.at_bound == 0
    bends, directions = np.linalg.eigh(-optimum.hessian[np.ix_(free, free)])
    spread = 1 / np.sqrt(np.maximum(bends, 1 / FARTHEST**2))
    steps = np.random.default_rng(seed).standard_normal((draws, len(bends))) * spread
    theta = np.tile(optimum.theta, (draws, 1))
    theta[:, free] += (steps[:, None, :] * directions).sum(axis=2)
    return [model.remade(model.params_ | model._named(one)) for one in theta]


def purchase_intervals(
    model: TransactionModel, summary: pd.DataFrame, t: float, level: float = 0.9, *, draws: int = 100, seed: int = 0
) -> pd.DataFrame:
    """Interval for the number of purchases that each customer will make in the next `t` units of time.

    Parameters
    ----------
    model : TransactionModel
        Fitted here.
    summary : DataFrame
        `frequency`, `recency`, `T`.
    t : float
        Length of the window [T, T + t), in the unit of T.
    level : float
        Least probability of the interval: counts are whole, so it may hold more.
    draws, seed : int
        How many models are drawn from what the data leave open, and from where.

    Returns
    -------
    DataFrame
        Index as in `summary`; `low`, `high`, whole numbers, both within the interval.

    Notes
    -----
    Chances of the counts are averaged over the drawn models, on the unique rows: the uncertainty of the parameters and
    the chance in the purchases themselves, without drawing the latter. Alone the former would be far too narrow.

    Examples
    --------
    >>> from regulars.lifetime import MBGNBD, simulate
    >>> truth = MBGNBD.from_params({"r": 1.2, "alpha": 7.0, "a": 0.9, "b": 1.6})
    >>> cohort = simulate(truth, pd.DataFrame({"T": np.full(2000, 50.0)}), 26.0, seed=0)
    >>> told = purchase_intervals(MBGNBD().fit(cohort), cohort, 26.0, 0.9, draws=20)
    >>> bool(cohort["purchases"].between(told["low"], told["high"]).mean() > 0.9)
    True
    """
    tail, t = (1 - _checked(level)) / 2, checked_span("t", t)
    customers = as_summary(summary, model.summary_columns)
    models, rows = drawn_models(model, draws, seed), model.rows(customers)
    bounds, rest, counts = np.zeros((len(rows.x), 2)), np.arange(len(rows.x)), FIRST_COUNTS
    while len(rest):
        asked = rows.at(rest)
        chances = sum(one.purchase_pmf(asked, t, counts) for one in models) / draws
        reached = np.cumsum(chances, axis=1)
        bounds[rest] = np.stack([(reached < bound).sum(axis=1) for bound in (tail, 1 - tail)], axis=1)
        rest, counts = rest[reached[:, -1] < 1 - tail], 4 * counts
    return pd.DataFrame(bounds[rows.inverse], index=customers.index, columns=["low", "high"])


def total_interval(
    model: TransactionModel,
    summary: pd.DataFrame,
    t: float,
    level: float = 0.9,
    weights: ArrayLike | None = None,
    *,
    draws: int = 100,
    seed: int = 0,
) -> tuple[float, float]:
    """Interval for the number of purchases that all customers together will make in the next `t` units of time.

    Parameters
    ----------
    model, summary, t, draws, seed
        As `purchase_intervals` takes them.
    level : float
        Probability of the interval.
    weights : array_like of shape (rows,), optional
        How many customers each row stands for; a Series has the index of the summary.

    Returns
    -------
    low, high : float

    Notes
    -----
    Given the parameters, customers are independent: the total has the sum of their expectations, which every drawn
    model states anew, and the sum of their variances, scaled with it; a Gamma distribution carries both. The interval
    is that of the mixture over the drawn models. It knows nothing of seasons or of a market that changes.

    Examples
    --------
    >>> from regulars.lifetime import MBGNBD, simulate
    >>> truth = MBGNBD.from_params({"r": 1.2, "alpha": 7.0, "a": 0.9, "b": 1.6})
    >>> cohort = simulate(truth, pd.DataFrame({"T": np.full(2000, 50.0)}), 26.0, seed=0)
    >>> low, high = total_interval(MBGNBD().fit(cohort), cohort, 26.0, 0.9)
    >>> bool(low < cohort["purchases"].sum() < high)
    True
    """
    _checked(level)
    if checked_span("t", t) == 0:
        return 0.0, 0.0
    return drawn_totals(model, summary, t, weights, draws=draws, seed=seed).interval(level)


@dataclass(frozen=True)
class Totals:
    """What all customers may buy: a mixture of Gamma distributions, one a drawn model.

    Parameters
    ----------
    means : ndarray
        Expected purchases of all customers, by each model.
    spread : float
        Variance of the total over its mean.
    """

    means: Floats
    spread: float

    def interval(self, level: float) -> tuple[float, float]:
        """The middle of the mixture."""
        tail = (1 - _checked(level)) / 2
        return _mixture_quantile(self.means, self.spread, tail), _mixture_quantile(self.means, self.spread, 1 - tail)


def drawn_totals(
    model: TransactionModel, summary: pd.DataFrame, t: float, weights: ArrayLike | None = None, *, draws: int, seed: int
) -> Totals:
    """What `total_interval` goes by, for intervals of several probabilities."""
    rows = model.rows(summary, weights)
    rows, weight = rows.at(np.arange(len(rows.x))), rows.weight
    means = [_sum(weight, one.expected_purchases(rows, t)) for one in drawn_models(model, draws, seed)]
    spread = _sum(weight, model.purchase_variance(rows, t)) / _sum(weight, model.expected_purchases(rows, t))
    return Totals(np.array(means), spread)


def _mixture_quantile(means: Floats, spread: float, q: float) -> float:
    """Quantile of Gammas with these means and variances of `spread` times as much, one as likely as the other."""

    def beyond(x: float) -> float:
        return float(np.mean(gammainc(means / spread, x / spread)) - q)

    each = spread * gammaincinv(means / spread, q)
    least, most = float(each.min()), float(each.max())
    return float(brentq(beyond, least, most)) if least < most else least


def _optimum(model: LifetimeModel) -> Optimum:
    if not hasattr(model, "optimum_"):
        raise UnfittedModelError(
            f"This {type(model).__name__} was not fitted here, so nothing tells how sure its parameters are. Call fit."
        )
    return model.optimum_


def _sum(weight: Floats, values: Floats) -> float:
    return float((weight * values).sum())


def _checked(level: float) -> float:
    if not 0 < level < 1:
        raise InputError(f"level is {level}; expected a probability between 0 and 1 (0.9 is 90 %).")
    return float(level)
