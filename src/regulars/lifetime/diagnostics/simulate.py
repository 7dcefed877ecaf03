"""Customers drawn from a model: a past as the model has it, or a future for customers whose past is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import singledispatch

import numpy as np
import pandas as pd
from numpy.random import Generator

from regulars.arrays import Floats
from regulars.columns import as_frame
from regulars.errors import ModelError
from regulars.lifetime.fit.rows import Index, Rows
from regulars.lifetime.fit.validate import checked_count, checked_span, spend_columns
from regulars.lifetime.formulas.counts import Numbers
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.betageometric import BetaGeometricModel
from regulars.lifetime.models.gammagamma import GammaGamma
from regulars.lifetime.models.nbd import NBD
from regulars.lifetime.models.paretonbd import ParetoNBD
from regulars.lifetime.models.regular import RegularTimingModel

LEAST_RATE = 1e-290  # so that no wait is infinite


@dataclass(frozen=True)
class Traits:
    """What nobody sees of customers; one value a customer.

    Parameters
    ----------
    rate : ndarray
        Stages a unit of time; every k-th ends in a purchase.
    leaving : ndarray
        Probability of leaving after a purchase.
    lifetime : ndarray
        Time until a customer leaves whether they buy or not; 0 for those who have left.
    passed : ndarray
        Stages that have passed since the last purchase.
    """

    rate: Floats
    leaving: Floats
    lifetime: Floats
    passed: Floats
    k: int = 1


def simulate(model: TransactionModel, summary: pd.DataFrame, t: float = 0.0, *, seed: int) -> pd.DataFrame:
    """Draw customers from a model, from their first purchase on.

    Parameters
    ----------
    model : TransactionModel
        Fitted, or made by `from_params`.
    summary : DataFrame
        One row a customer to be drawn: `T`, the time to the cutoff, and the covariates of the model if it has any; of
        a model with a season, `cutoff`.
    t : float
        Length of the window after the cutoff in which purchases are counted too.
    seed : int
        Same seed, same customers.

    Returns
    -------
    DataFrame
        Index and columns as in `summary`, with `frequency`, `recency`, `T`, `log_gaps` (sum of the logarithms of the
        gaps, 0 without any; not with a season), `there` (has not left by T) and `purchases` in [T, T + t).

    Examples
    --------
    >>> from regulars.lifetime import BGNBD
    >>> model = BGNBD.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> cohort = simulate(model, pd.DataFrame({"T": np.full(100_000, 39.0)}), seed=1)
    >>> print(cohort["frequency"].mean().round(1), model.expected_purchases_new(39).round(1))
    1.2 1.2
    """
    table = as_frame(summary, "The summary")
    rows, t = model.rows(table.assign(frequency=0, recency=0.0)), checked_span("t", t)
    T, t, nothing = rows.T[rows.inverse], rows.span(t), np.zeros_like(rows.T)
    rng = np.random.default_rng(checked_count("seed", seed))
    customers = traits(model, replace(rows, T=nothing), rng)
    left, x, tx, log_gaps, later = customers.lifetime.copy(), *np.zeros((4, len(T)))
    for buyers, clock in purchases(customers, T + t, left, rng):
        past = clock < T[buyers]
        seen, clock = buyers[past], clock[past]
        log_gaps[seen] += np.log(clock - tx[seen])
        x[seen], tx[seen] = x[seen] + 1, clock
        later[buyers[~past]] += 1
    found = {"frequency": x, "recency": tx, "T": T, "log_gaps": log_gaps, "there": left > T, "purchases": later}
    if rows.calendar:  # back to days
        days, silence = rows.calendar.T[rows.inverse], rows.calendar.clock.days_ago(T - tx)
        found |= {"recency": np.where(x > 0, days - silence, 0.0), "T": days}
        del found["log_gaps"]
    return summary.assign(**found)


def simulate_future(model: TransactionModel, summary: pd.DataFrame, t: float, *, seed: int) -> pd.Series:
    """Draw what customers whose past is known buy within `t`.

    Parameters
    ----------
    model : TransactionModel
        A fitted model.
    summary : DataFrame
        `frequency`, `recency`, `T`, and the covariates of the model if it has any.
    t : float
        Length of the window [T, T + t), in the unit of T.
    seed : int
        Of the draws.

    Returns
    -------
    Series
        Numbers of purchases in [T, T + t), with the index of `summary`.

    Examples
    --------
    >>> from regulars.lifetime import BGNBD
    >>> model = BGNBD.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> alike = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]}).loc[[0] * 100_000]
    >>> drawn, expected = simulate_future(model, alike, 39, seed=1), model.expected_purchases(alike, 39)
    >>> print(drawn.mean().round(2), expected.mean().round(2))
    1.23 1.23
    """
    index = as_frame(summary, "The summary").index
    rows, rng = model.rows(summary), np.random.default_rng(checked_count("seed", seed))
    customers = traits(model, rows, rng)
    counts = np.zeros(len(index))
    end = np.full(len(counts), rows.span(checked_span("t", t)))
    for buyers, _ in purchases(customers, end, customers.lifetime.copy(), rng):
        counts[buyers] += 1
    return pd.Series(counts, index=index, name="purchases")


def simulate_spend(model: GammaGamma, summary: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Draw the mean spend of the repeat order days of new customers.

    Parameters
    ----------
    model : GammaGamma
    summary : DataFrame
        One row a customer to be drawn: `frequency`, the number of order days that are averaged.
    seed : int
        Of the draws.

    Returns
    -------
    DataFrame
        Index and columns as in `summary`, with `monetary_value`; 0 where frequency is 0.

    Examples
    --------
    >>> model = GammaGamma.from_params({"p": 6.25, "q": 3.74, "gamma": 15.44})
    >>> drawn = simulate_spend(model, pd.DataFrame({"frequency": np.full(100_000, 3)}), seed=1)
    >>> print(drawn["monetary_value"].mean().round(1), round(6.25 * 15.44 / 2.74, 1))
    35.3 35.2
    """
    p, q, gamma = model._values()
    table = as_frame(summary, "The summary")
    (x, _), rng = spend_columns(table.assign(monetary_value=1.0)), np.random.default_rng(checked_count("seed", seed))
    rate = _above_0(rng.gamma(q, size=len(x)) / gamma)
    mean = rng.gamma(np.where(x > 0, p * x, 1.0)) / (rate * np.maximum(x, 1))
    return summary.assign(monetary_value=np.where(x > 0, mean, 0.0))


@singledispatch
def traits(model: TransactionModel, rows: Rows, rng: Generator) -> Traits:
    """Draw the traits of customers given their past; without one (T = 0) they are those of new customers."""
    raise ModelError(f"{model.name} tells no story of customers to draw from. Fit one of the parametric models.")


@traits.register
def _(model: NBD, rows: Rows, rng: Generator) -> Traits:
    r, alpha = (_each(value, rows) for value in model._from_now_on(rows))
    return _customers(model, rows, rng, rng.gamma(r) / alpha)


@traits.register
def _(model: ParetoNBD, rows: Rows, rng: Generator) -> Traits:
    r, alpha, s, beta = (_each(value, rows) for value in model._from_now_on(rows))
    return _customers(model, rows, rng, rng.gamma(r) / alpha, lifetime=rng.exponential(beta / _above_0(rng.gamma(s))))


@traits.register
def _(model: BetaGeometricModel, rows: Rows, rng: Generator) -> Traits:
    r, alpha, a, b = (_each(value, rows) for value in model._from_now_on(rows))
    return _customers(model, rows, rng, rng.gamma(r) / alpha, leaving=rng.beta(a, b))


@traits.register
def _(model: RegularTimingModel, rows: Rows, rng: Generator) -> Traits:
    shares = _each(model._stages(rows).shares, rows)
    passed = (rng.random(shares.shape[1]) > np.cumsum(shares, axis=0)[:-1]).sum(axis=0).astype(float)
    r, alpha, a, b = (_each(value, rows) for value in model._from_now_on(0, rows))
    leaving = rng.beta(a, b)
    return _customers(model, rows, rng, rng.gamma(r + passed) / alpha, leaving=leaving, passed=passed, k=len(shares))


def _customers(
    model: TransactionModel,
    rows: Rows,
    rng: Generator,
    rate: Floats,
    leaving: Numbers = 0.0,
    lifetime: Numbers = np.inf,
    passed: Numbers = 0.0,
    k: int = 1,
) -> Traits:
    size = len(rows.inverse)
    left = rng.random(size) >= model._alive(rows)[rows.inverse]
    lifetime = np.where(left, 0.0, lifetime)
    each = [np.broadcast_to(values, size) for values in (leaving, lifetime, passed)]
    return Traits(_above_0(rate), each[0], each[1], each[2], k)


def purchases(customers: Traits, end: Floats, left: Floats, rng: Generator) -> Iterator[tuple[Index, Floats]]:
    """Let all who are there make their next purchase, round by round; who leaves is noted in `left`, and when.

    Yields
    ------
    Index, Floats
        Who bought before `end`, and when.
    """
    clock, stages = np.zeros(len(end)), customers.k - customers.passed
    buyers = np.flatnonzero(left > 0)
    while len(buyers):
        clock[buyers] += rng.gamma(stages[buyers]) / customers.rate[buyers]
        buyers = buyers[clock[buyers] < np.minimum(end, left)[buyers]]
        yield buyers, clock[buyers]
        lost = rng.random(len(buyers)) < customers.leaving[buyers]
        left[buyers[lost]] = clock[buyers[lost]]
        buyers = buyers[~lost]
        stages[buyers] = customers.k


def _each(values: Numbers, rows: Rows) -> Floats:
    """One value a customer."""
    each: Floats = np.broadcast_to(values, (*np.shape(values)[:-1], len(rows.x)))[..., rows.inverse]
    return each


def _above_0(values: Floats) -> Floats:
    return np.maximum(values, LEAST_RATE)
