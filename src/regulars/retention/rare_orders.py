"""Differences between two groups of whom few ordered: no more certain than without any effect.

Where few or none of a small group ordered, its own spread is near 0, and the intervals of `effects.difference` lie to
one side of 0 far too often. The spread of a group is here that of a share who order, and of what those who order
bring; what the group itself can hardly tell, both groups tell together.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from regulars.arrays import Floats
from regulars.retention.effects import CONFIDENCE, BoolArray, Effect, adjusted, difference, variance_left

LENT = 100  # who ordered, of both groups, that each group's own are filled up with


def cautious_difference(outcome: Floats, ordered: BoolArray, treated: BoolArray) -> Effect:
    """Mean of the treated less mean of the controls, with at least the error that there would be without an effect.

    Parameters
    ----------
    outcome : ndarray of float64, shape (n,)
        One value a customer: whether they ordered (0 or 1), order days, or money.
    ordered : ndarray of bool, shape (n,)
        Who ordered.
    treated : as in `effects.difference`

    Notes
    -----
    The effect of `effects.difference`; its variance is at least that of `spread_without_effect`.

    Examples
    --------
    >>> ordered, treated = np.repeat([True, False], [20, 480]), np.arange(500) < 450
    >>> money = np.where(ordered, 50.0, 0.0)
    >>> difference(money, treated).interval()[0] > 0, cautious_difference(money, ordered, treated).interval()[0] > 0
    (True, False)
    """
    return _at_least(difference(outcome, treated), _variance(outcome, ordered, treated))


def cautious_adjusted(outcome: Floats, ordered: BoolArray, treated: BoolArray, covariates: Floats) -> Effect:
    """The same difference, less what the covariates explain of it.

    Parameters
    ----------
    outcome, ordered, treated : as in `cautious_difference`
    covariates : as in `effects.adjusted`

    Notes
    -----
    The effect of `effects.adjusted`; its variance is at least that of `cautious_difference` times the share of the
    outcome's variance that the regression leaves (with one covariate 1 - R², as in Deng et al. 2013).
    """
    left = variance_left(outcome, treated, covariates)
    return _at_least(adjusted(outcome, treated, covariates), left * _variance(outcome, ordered, treated))


def spread_without_effect(outcomes: Floats, ordered: BoolArray, treated: BoolArray) -> Floats:
    """Covariances of differences of means without an effect, as far as what each group did allows it.

    Parameters
    ----------
    outcomes : ndarray of float64, shape (n, k)
        Values of each customer.
    ordered, treated : as in `cautious_difference`

    Returns
    -------
    ndarray of float64, shape (k, k)

    Notes
    -----
    With p the share who order, and w what orders change in the outcomes of who orders, a customer's outcomes have the
    covariances p·E[w wᵀ] − p²·E[w]·E[w]ᵀ, and 1 − p times those of who did not order. Of the share itself w is 1: this
    is the pooled test of two proportions (Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions,
    chapter 3).

    - p is the share of both groups, with one customer more who ordered and one who did not (Agresti & Caffo 2000,
      American Statistician 54), because a shop in which nobody ordered is not certain of it. Each group takes it as far
      as its own Wilson interval reaches (Wilson 1927, JASA 22), so that a true effect does not widen the interval of
      large groups.
    - The means of w and w wᵀ are those of the group's own customers who ordered and of 100 more who are like those of
      both groups. A few orders hardly ever hold the large ones that make up most of the spread of money, so that a mean
      that is too low comes with an error that is too small (Cressie & Whitford 1986, Biometrical Journal 28). Where
      nobody ordered, w is 1: an order. What it would have brought in money, nobody knows.
    """
    both = (float(ordered.sum()) + 1.0) / (len(ordered) + 2.0)
    groups = [_brought(outcomes[of], ordered[of]) for of in (treated, ~treated)]
    everyone = np.vstack([brought for brought, _ in groups])
    made = np.zeros((outcomes.shape[1], outcomes.shape[1]))
    for brought, others in groups:
        count = len(brought) + len(others)
        p = _share_near(both, len(brought), count)
        mean, square = _moments(brought, everyone)
        made += (p * square - p**2 * np.outer(mean, mean) + (1.0 - p) * _covariance(others)) / count
    return made


def _variance(outcome: Floats, ordered: BoolArray, treated: BoolArray) -> float:
    return float(spread_without_effect(outcome[:, None], ordered, treated)[0, 0])


def _at_least(effect: Effect, variance: float) -> Effect:
    return replace(effect, error=max(effect.error, max(variance, 0.0) ** 0.5))


def _brought(outcomes: Floats, ordered: BoolArray) -> tuple[Floats, Floats]:
    """What orders changed in the outcomes of those who ordered, and the outcomes of the others."""
    others = outcomes[~ordered]  # not 0 in money: a contact has its cost
    return outcomes[ordered] - (others.mean(axis=0) if len(others) else 0.0), others


def _share_near(share: float, ordered: int, count: int) -> float:
    """The share, or the nearest to it in the Wilson interval of a group."""
    from scipy.stats import binomtest

    own = binomtest(ordered, count).proportion_ci(CONFIDENCE, method="wilson")
    return min(max(share, float(own.low)), float(own.high))


def _moments(own: Floats, everyone: Floats) -> tuple[Floats, Floats]:
    """Means of w and of w wᵀ, of a group's own who ordered and of some more like everyone."""
    if not len(everyone):
        everyone = np.ones((1, own.shape[1]))
    lent = LENT / len(everyone)
    count = len(own) + LENT
    mean = (own.sum(axis=0) + lent * everyone.sum(axis=0)) / count
    return mean, (own.T @ own + lent * (everyone.T @ everyone)) / count


def _covariance(values: Floats) -> Floats:
    """Covariances of the columns; 0 where too few differ to tell."""
    return np.atleast_2d(np.cov(values, rowvar=False, ddof=1)) if len(values) > 1 else np.zeros((values.shape[1],) * 2)
