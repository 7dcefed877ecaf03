"""What a contact is expected to bring and to cost, and what a ranking is worth in money.

All of it rests on *assumed* acceptance: the rates are put in by a person, not estimated from
an experiment. It is not causal, and it cannot represent customers whom a contact drives away.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regulars.arrays import Floats

# Below one chance in a hundred of buying, spend and survival are both noise, and so is their
# ratio. Dividing by at least this much can only make a contact look less worth while.
LOWEST_SURVIVAL = 0.01

# Verbraken's Beta(6, 14) for the acceptance: a mean of .3 that weighs as much as 20 observations.
ACCEPTANCE_WEIGHT = 20.0


def value_if_retained(*, p_churn: npt.ArrayLike, expected_spend: npt.ArrayLike, margin: float) -> Floats:
    """Margin of the window, given that the customer buys in it.

    Parameters
    ----------
    p_churn : array_like
        Probability of no purchase in the window `[cutoff, cutoff + horizon_days)`, in [0, 1].
    expected_spend : array_like
        Expected revenue of the same window, in money, churners' zero included.
    margin : float
        Margin as a share of revenue, in (0, 1].

    Returns
    -------
    ndarray of float64, in money

    Notes
    -----
    V = margin · E[spend] / (1 − p_churn). Expected spend and CLV are already multiplied by the
    probability of staying; the expected profit multiplies by it again. Dividing it out first
    keeps survival from being counted twice. 1 − p_churn counts as at least 0.01.

    Examples
    --------
    >>> value_if_retained(p_churn=[0.5, 1.0], expected_spend=[30.0, 0.0], margin=0.4)
    array([24.,  0.])
    """
    survival = 1.0 - np.asarray(p_churn, dtype=np.float64)
    return np.asarray(margin * np.asarray(expected_spend, dtype=np.float64) / np.maximum(survival, LOWEST_SURVIVAL))


def redeem_probability(*, p_churn: npt.ArrayLike, accept_rate: npt.ArrayLike, redeem_rate: npt.ArrayLike) -> Floats:
    """Probability that the incentive has to be paid.

    Parameters
    ----------
    p_churn : array_like
        Probability of churn, in [0, 1].
    accept_rate : array_like
        Share of would-be churners who accept the offer and stay, in [0, 1].
    redeem_rate : array_like
        Share of loyal customers who redeem an incentive that they did not need, in [0, 1].

    Notes
    -----
    P(redeem) = p·γ + (1 − p)·ψ.

    Examples
    --------
    >>> float(redeem_probability(p_churn=0.5, accept_rate=0.3, redeem_rate=1.0))
    0.65
    """
    p = np.asarray(p_churn, dtype=np.float64)
    return np.asarray(p * np.asarray(accept_rate) + (1.0 - p) * np.asarray(redeem_rate))


def expected_cost(
    *,
    p_churn: npt.ArrayLike,
    incentive_cost: npt.ArrayLike,
    contact_cost: npt.ArrayLike,
    accept_rate: npt.ArrayLike,
    redeem_rate: npt.ArrayLike,
) -> Floats:
    """Money that a contact is expected to take from the budget.

    Parameters are those of `expected_profit`.

    Notes
    -----
    c + d·P(redeem), P(redeem) = p·γ + (1 − p)·ψ.

    Examples
    --------
    >>> float(expected_cost(p_churn=0.5, incentive_cost=10, contact_cost=1, accept_rate=0.3, redeem_rate=1.0))
    7.5
    """
    redeemed = redeem_probability(p_churn=p_churn, accept_rate=accept_rate, redeem_rate=redeem_rate)
    return np.asarray(np.asarray(contact_cost) + np.asarray(incentive_cost) * redeemed)


def expected_profit(
    *,
    p_churn: npt.ArrayLike,
    value_if_retained: npt.ArrayLike,
    incentive_cost: npt.ArrayLike,
    contact_cost: npt.ArrayLike,
    accept_rate: npt.ArrayLike,
    redeem_rate: npt.ArrayLike,
) -> Floats:
    """Profit that a contact is expected to add: assumed acceptance, not causal.

    Parameters
    ----------
    p_churn : array_like
        p, probability of churn, in [0, 1].
    value_if_retained : array_like
        V, margin of a customer who stays, in money; not multiplied by any survival.
    incentive_cost : array_like
        d, cost of the incentive when it is redeemed, in money.
    contact_cost : array_like
        c, cost of the contact itself, in money.
    accept_rate : array_like
        γ, share of would-be churners who accept and stay, in [0, 1].
    redeem_rate : array_like
        ψ, share of loyal customers who redeem the incentive, in [0, 1].

    Returns
    -------
    ndarray of float64, in money
        All inputs are broadcast against each other.

    Notes
    -----
    Δ = p·γ·(V − d) − (1 − p)·ψ·d − c: the campaign profit of Neslin et al. 2006 (J. Marketing
    Research 43), as Verbeke et al. 2012 (EJOR 218) and Verbraken et al. 2013 (IEEE TKDE 25) state
    it, for one customer; there ψ is 1.

    Examples
    --------
    >>> offer = {"incentive_cost": 10, "contact_cost": 1, "accept_rate": 0.3, "redeem_rate": 1.0}
    >>> expected_profit(p_churn=[0.1, 0.9], value_if_retained=200, **offer).round(2)
    array([-4.3, 49.3])
    """
    p, d, gamma = np.asarray(p_churn, dtype=np.float64), np.asarray(incentive_cost), np.asarray(accept_rate)
    saved = p * gamma * (np.asarray(value_if_retained) - d)
    given_away = (1.0 - p) * np.asarray(redeem_rate) * d
    return np.asarray(saved - given_away - np.asarray(contact_cost))


def break_even_churn(
    *,
    value_if_retained: npt.ArrayLike,
    incentive_cost: npt.ArrayLike,
    contact_cost: npt.ArrayLike,
    accept_rate: npt.ArrayLike,
    redeem_rate: npt.ArrayLike,
) -> Floats:
    """Churn probability above which a contact pays.

    Parameters are those of `expected_profit`.

    Returns
    -------
    ndarray of float64
        Above 1, or infinite, where the contact pays for nobody.

    Notes
    -----
    The zero of Δ in p: p* = (c + ψ·d) / (γ·(V − d) + ψ·d).

    Examples
    --------
    >>> offer = {"incentive_cost": 10, "contact_cost": 1, "accept_rate": 0.3, "redeem_rate": 1.0}
    >>> round(float(break_even_churn(value_if_retained=200, **offer)), 3)
    0.164
    """
    d = np.asarray(incentive_cost, dtype=np.float64)
    given_away = np.asarray(redeem_rate) * d
    stake = np.asarray(contact_cost) + given_away
    slope = np.asarray(accept_rate) * (np.asarray(value_if_retained) - d) + given_away
    stake, slope = np.broadcast_arrays(stake, slope)
    with np.errstate(over="ignore"):  # a slope of next to nothing: infinite too
        return np.asarray(np.divide(stake, slope, out=np.full(slope.shape, np.inf), where=slope > 0))


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
