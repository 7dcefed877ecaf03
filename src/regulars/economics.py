"""What a contact is expected to bring and to cost, and what a ranking is worth in money.

All of it rests on *assumed* acceptance: the rates are put in by a person, not estimated from
an experiment. It is not causal, and it cannot represent customers whom a contact drives away.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regulars.arrays import Floats

# Verbraken's Beta(6, 14) for the acceptance: a mean of .3 that weighs as much as 20 observations.
ACCEPTANCE_WEIGHT = 20.0


def redeem_probability(
    *,
    p_quiet: npt.ArrayLike,
    p_lost: npt.ArrayLike,
    accept_rate: npt.ArrayLike,
    winback_rate: npt.ArrayLike,
    redeem_rate: npt.ArrayLike,
) -> Floats:
    """Probability that the incentive has to be paid.

    Parameters are those of `expected_profit`.

    Notes
    -----
    P(redeem) = q·γ + l·ω + (1 − q − l)·ψ.

    Examples
    --------
    >>> rates = {"accept_rate": 0.3, "winback_rate": 0.1, "redeem_rate": 1.0}
    >>> float(redeem_probability(p_quiet=0.4, p_lost=0.1, **rates))
    0.63
    """
    quiet, lost = np.asarray(p_quiet, dtype=np.float64), np.asarray(p_lost, dtype=np.float64)
    comes = np.maximum(1.0 - quiet - lost, 0.0)
    return np.asarray(quiet * np.asarray(accept_rate) + lost * np.asarray(winback_rate) + comes * redeem_rate)


def expected_cost(
    *,
    p_quiet: npt.ArrayLike,
    p_lost: npt.ArrayLike,
    incentive_cost: npt.ArrayLike,
    contact_cost: npt.ArrayLike,
    accept_rate: npt.ArrayLike,
    winback_rate: npt.ArrayLike,
    redeem_rate: npt.ArrayLike,
) -> Floats:
    """Money that a contact is expected to take from the budget.

    Parameters are those of `expected_profit`.

    Notes
    -----
    c + d·P(redeem), see `redeem_probability`.

    Examples
    --------
    >>> rates = {"accept_rate": 0.3, "winback_rate": 0.1, "redeem_rate": 1.0}
    >>> round(float(expected_cost(p_quiet=0.4, p_lost=0.1, incentive_cost=10, contact_cost=1, **rates)), 2)
    7.3
    """
    redeemed = redeem_probability(
        p_quiet=p_quiet, p_lost=p_lost, accept_rate=accept_rate, winback_rate=winback_rate, redeem_rate=redeem_rate
    )
    return np.asarray(np.asarray(contact_cost) + np.asarray(incentive_cost) * redeemed)


def expected_profit(
    *,
    p_quiet: npt.ArrayLike,
    p_lost: npt.ArrayLike,
    value_if_quiet: npt.ArrayLike,
    value_if_lost: npt.ArrayLike,
    incentive_cost: npt.ArrayLike,
    contact_cost: npt.ArrayLike,
    accept_rate: npt.ArrayLike,
    winback_rate: npt.ArrayLike,
    redeem_rate: npt.ArrayLike,
) -> Floats:
    """Profit that a contact is expected to add: assumed acceptance, not causal.

    Parameters
    ----------
    p_quiet, p_lost : array_like
        q and l, probabilities of no order in the window from a customer who is still there, and from one who is gone
        for good; in [0, 1], their sum the probability of churn.
    value_if_quiet : array_like
        V, margin of the one order that an accepted offer brings from a quiet customer, in money. What would have
        followed that order would have followed anyway.
    value_if_lost : array_like
        W, margin of the window from a lost customer who is won back, in money.
    incentive_cost : array_like
        d, cost of the incentive when it is redeemed, in money.
    contact_cost : array_like
        c, cost of the contact itself, in money.
    accept_rate, winback_rate : array_like
        γ and ω, shares of the quiet and of the lost who order because of the contact, in [0, 1].
    redeem_rate : array_like
        ψ, share of those who would order anyway who redeem the incentive, in [0, 1].

    Returns
    -------
    ndarray of float64, in money
        All inputs are broadcast against each other.

    Notes
    -----
    Δ = q·γ·(V − d) + l·ω·(W − d) − (1 − q − l)·ψ·d − c. With l = 0 it is the campaign profit of Neslin et al. 2006 (J.
    Marketing Research 43), as Verbeke et al. 2012 (EJOR 218) and Verbraken et al. 2013 (IEEE TKDE 25) state it, for one
    customer; there ψ is 1. Who is gone can neither be valued nor won as one who is only late.

    Examples
    --------
    >>> offer = {"incentive_cost": 10, "contact_cost": 1, "accept_rate": 0.3, "winback_rate": 0.03, "redeem_rate": 1.0}
    >>> expected_profit(p_quiet=[0.1, 0.8], p_lost=[0.0, 0.1], value_if_quiet=50, value_if_lost=90, **offer).round(2)
    array([-8.8 ,  7.84])
    """
    quiet, lost, d = np.asarray(p_quiet, np.float64), np.asarray(p_lost, np.float64), np.asarray(incentive_cost)
    moved = quiet * np.asarray(accept_rate) * (np.asarray(value_if_quiet) - d)
    won_back = lost * np.asarray(winback_rate) * (np.asarray(value_if_lost) - d)
    given_away = np.maximum(1.0 - quiet - lost, 0.0) * np.asarray(redeem_rate) * d
    return np.asarray(moved + won_back - given_away - np.asarray(contact_cost))


def mpc(
    churned: npt.ArrayLike,
    p_churn: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    value_if_retained: float = 200.0,
    incentive_cost: float = 10.0,
    contact_cost: float = 1.0,
    accept_rate: float = 0.3,
    redeem_rate: float = 1.0,
) -> float:
    """Profit a customer at the best cut-off of a ranking (maximum profit criterion).

    Parameters
    ----------
    churned : array_like of bool, shape (n,)
        Who did churn.
    p_churn : array_like, shape (n,)
        Any score that ranks by risk; equal scores are contacted together.
    weights : array_like, shape (n,), optional
        A row of weight 2 counts as two equal rows.
    value_if_retained, incentive_cost, contact_cost : float
        V, d and c, in money; the defaults are the paper's.
    accept_rate, redeem_rate : float
        γ and ψ, in [0, 1]. The paper's ψ is 1.

    Returns
    -------
    float
        Money a customer of the base, contacted or not; at least 0 (contact nobody). It is
        assumed acceptance, not causal. nan without customers.

    Notes
    -----
    max over t of π₀F₀(t)·(γ(V − d) − c) − π₁F₁(t)·(ψd + c); class 0 are the churners
    (Verbeke et al. 2012, EJOR 218; Verbraken et al. 2013, IEEE TKDE 25).

    Examples
    --------
    >>> round(mpc([1, 1, 0, 0], [0.9, 0.8, 0.3, 0.2]), 6)
    28.0
    """
    reached, bothered = _reached(churned, p_churn, weights)
    profit = reached * (accept_rate * (value_if_retained - incentive_cost) - contact_cost)
    return float(np.max(profit - bothered * (redeem_rate * incentive_cost + contact_cost)))


def empc(
    churned: npt.ArrayLike,
    p_churn: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    value_if_retained: float = 200.0,
    incentive_cost: float = 10.0,
    contact_cost: float = 1.0,
    accept_rate: float = 0.3,
    redeem_rate: float = 1.0,
) -> float:
    """Expected maximum profit of a ranking when the accept rate is uncertain.

    Parameters and result are those of `mpc`, but that `accept_rate` is the mean of the
    acceptance, and the cut-off is the best one for each acceptance that may turn out.

    Notes
    -----
    EMPC = ∫ max_t P(t; γ)·h(γ) dγ, h = Beta(20·γ̄, 20·(1 − γ̄)), which is the paper's Beta(6, 14) at
    γ̄ = .3 (Verbraken, Verbeke & Baesens 2013, IEEE TKDE 25). P is linear in γ, so the best
    cut-offs are the corners of the ROC's convex hull, and the integral is a sum over them of
    incomplete beta functions: no quadrature.

    Examples
    --------
    >>> round(empc([0, 1, 0, 1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]), 10)
    23.8755934183
    """
    from scipy.special import betainc  # slow to import, and a work list does not need it

    saved = value_if_retained - incentive_cost
    reached, bothered = _reached(churned, p_churn, weights)
    if saved <= 0:
        return 0.0 * float(reached[0])  # nobody is worth the incentive; nan without customers
    corners = _upper_hull(bothered, reached)
    reached, bothered = reached[corners], bothered[corners]
    spent = contact_cost * reached + (redeem_rate * incentive_cost + contact_cost) * bothered
    switches = np.clip(np.diff(spent) / (saved * np.diff(reached)), 0.0, 1.0)
    edges = np.concatenate([[0.0], switches, [1.0]])
    alpha, beta = ACCEPTANCE_WEIGHT * accept_rate, ACCEPTANCE_WEIGHT * (1.0 - accept_rate)
    mass = np.diff(betainc(alpha, beta, edges))
    mean = accept_rate * np.diff(betainc(alpha + 1.0, beta, edges))
    return float(np.sum(saved * reached * mean - spent * mass))


def _reached(churned: npt.ArrayLike, score: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Shares of the base that are churners and loyal customers above each cut-off, nobody first."""
    y = np.asarray(churned, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.sum() <= 0:
        return np.full(1, np.nan), np.full(1, np.nan)
    distinct, place = np.unique(-np.asarray(score, dtype=np.float64), return_inverse=True)
    churners, loyal = (np.bincount(place, share * w, len(distinct)) / w.sum() for share in (y, 1.0 - y))
    return np.concatenate([[0.0], np.cumsum(churners)]), np.concatenate([[0.0], np.cumsum(loyal)])


def _upper_hull(across: Floats, up: Floats) -> list[int]:
    """Positions of the corners of the concave hull over points that rise in both directions, while `up` still rises."""
    x, y = across.tolist(), up.tolist()  # one by one, numbers of Python are four times as fast as those of NumPy
    hull = [0]
    for k in range(1, len(x)):
        if y[k] <= y[hull[-1]]:
            continue
        while len(hull) > 1 and (
            (y[hull[-1]] - y[hull[-2]]) * (x[k] - x[hull[-1]]) <= (y[k] - y[hull[-1]]) * (x[hull[-1]] - x[hull[-2]])
        ):
            hull.pop()
        hull.append(k)
    return hull
