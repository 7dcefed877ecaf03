"""Mathematics of regular buying with a coin for every purchase: BG/CNBD-k and MBG/CNBD-k.

While a customer is there, time passes in stages, Poisson at rate λ ~ Gamma(r, α), and every k-th stage ends in
a purchase, so that the gaps between purchases are Erlang-k: the larger k, the more regular. Coins are as in the
BG/NBD (k = 1), y survived after x repeat purchases.

Of a customer alive at T, j = 0, …, k − 1 stages have passed since the last purchase, with probabilities that depend on
how long ago that was. Given j the future is a fresh process with (r + kx + j, α + T, a, b + y) that lacks only k − j
stages to the next purchase: every answer below is the exact mixture over j.

Reference: Reutterer, Platzer & Schröder (2021), "Leveraging purchase regularity for predicting customer behavior the
easy way", International Journal of Research in Marketing 38(1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize.elementwise import find_root
from scipy.special import betainc, betaincinv, expit, gammaln, xlogy

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.formulas import betageometric
from regulars.lifetime.formulas.betageometric import log_rising, negative_binomial, times_within, tossed
from regulars.lifetime.formulas.counts import Numbers, count_sums

# Nodes of a window in which so many stages are expected: the mean of the very regular has steps.
NODES = ((24, 0, 60), (48, 60, 300), (120, 300, np.inf))
AT_ONCE = 16_384  # expectations


class Stages(NamedTuple):
    """Stages since the last purchase, of customers who are alive.

    Parameters
    ----------
    log_chance : ndarray of shape (rows,)
        ln of how much likelier so long a silence is than without any stage, Σ_j (n)_j z^j / j!, n = r + kx.
    shares : ndarray of shape (k, rows)
        Probability that 0, …, k − 1 stages have passed.
    slope : ndarray of shape (rows,)
        Derivative of `log_chance` in n.
    """

    log_chance: Floats
    shares: Floats
    slope: Floats


def stages_passed(k: int, r: float, alpha: float, rows: Rows) -> Stages:
    """Poisson stages from the last purchase to T, mixed over the rates."""
    n, z = r + k * rows.x, (rows.T - rows.tx) / (alpha + rows.T)
    logs, inverses = np.zeros((k, len(n))), np.zeros((k, len(n)))
    for j in range(1, k):
        logs[j] = logs[j - 1] + np.log(np.maximum((n + j - 1) * z / j, np.finfo(float).tiny))
        inverses[j] = inverses[j - 1] + 1 / (n + j - 1)
    top = logs.max(axis=0)
    shares = np.exp(logs - top)
    total = shares.sum(axis=0)
    shares /= total
    return Stages(top + np.log(total), shares, (shares * inverses).sum(axis=0))


def log_odds_left(k: int, params: tuple[float, ...], rows: Rows, extra: int, silence: Floats) -> Floats:
    """Log-odds at T of having left after the last purchase; −∞ where no coin was tossed."""
    r, alpha, a, b = params
    y = rows.x + extra
    odds = np.log(a) - np.log(b + np.maximum(y, 1) - 1) - silence
    odds += (r + k * rows.x) * np.log1p((rows.T - rows.tx) / (alpha + rows.tx))
    return np.where(y > 0, odds, -np.inf)


def log_likelihood(theta: Floats, k: int, rows: Rows, extra: int) -> tuple[Floats, Floats]:
    """Log-likelihood of every row if its gaps were equal, and its gradient (4, rows) in ln r, ln α, ln a, ln b.

    The true gaps add (k − 1) times what `irregularity` says, unknown ones what `log_any_gaps` does, whatever the
    parameters.
    """
    r, alpha, a, b = np.exp(theta)
    y, x = rows.x + extra, k * rows.x
    n, late, last = r + x, np.log1p(rows.T / alpha), np.log1p(rows.tx / alpha)
    rising_r, d_rising_r = log_rising(r, x)
    rising_b, d_rising_b = log_rising(b, y)
    rising_ab, d_rising_ab = log_rising(a + b, y)
    stages = stages_passed(k, r, alpha, rows)
    odds = log_odds_left(k, (r, alpha, a, b), rows, extra, stages.log_chance)
    log_alive = np.minimum(-odds, 0) - np.log1p(np.exp(-np.abs(odds)))
    timing = rising_r - x * np.log(alpha) - n * late + stages.log_chance + log_equal_gaps(k, rows)
    dead = expit(odds)
    alive = 1 - dead
    passed = alive * (stages.shares * np.arange(k)[:, None]).sum(axis=0)
    gradient = np.stack(
        [
            r * (d_rising_r - alive * late - dead * last + alive * stages.slope),
            n * (alive * rows.T / (alpha + rows.T) + dead * rows.tx / (alpha + rows.tx))
            - x
            - passed * alpha / (alpha + rows.T),
            dead - a * d_rising_ab,
            b * (d_rising_b - d_rising_ab - dead / (b + np.maximum(y, 1) - 1)),
        ]
    )
    return timing + rising_b - rising_ab - log_alive, gradient


def log_equal_gaps(k: int, rows: Rows) -> Floats:
    """The factor Π gap^(k−1) / Γ(k)^x of the likelihood, in logs, if the x gaps were all t_x / x."""
    if k == 1:
        return np.zeros_like(rows.x)
    mean_gap = np.where(rows.x > 0, rows.tx / np.maximum(rows.x, 1), 1.0)
    return rows.x * (xlogy(k - 1.0, mean_gap) - gammaln(k))


def irregularity(x: Floats, tx: Floats, log_gaps: Floats) -> Floats:
    """Σ ln gap − x ln(t_x / x): 0 for equal gaps, and the lower the less regular a customer is."""
    return np.where(x > 0, log_gaps - xlogy(x, tx / np.maximum(x, 1)), 0.0)


def log_any_gaps(k: int, x: Floats) -> Floats:
    """Mean over all gaps that sum to t_x of what they multiply the likelihood by, over that of equal gaps; in logs.

    E[Π p_i^(k−1)] = Γ(x) Γ(k)^x / Γ(kx) for shares p_i of t_x, Dirichlet(1, …, 1).
    """
    n = np.maximum(x, 1)
    even: Floats = n * ((k - 1) * np.log(n) + gammaln(k)) + gammaln(n) - gammaln(k * n)
    return even


def expected_purchases(k: int, stage: int, r: Numbers, alpha: Numbers, a: float, b: Numbers, t: Numbers) -> Floats:
    """E[X(t)] of customers who have passed `stage` of the k stages to the next purchase."""
    if k == 1:
        return betageometric.expected_purchases(r, alpha, a, b, t)
    return count_sums(r, alpha, a, b, t, k, stage).mean


def squared_purchases(k: int, stage: int, r: Floats, alpha: Floats, a: float, b: Floats, t: float) -> Floats:
    """E[X(t)²]."""
    return count_sums(r, alpha, a, b, t, k, stage).square


def staying(k: int, stage: int, r: Floats, alpha: Floats, a: float, b: Floats, t: float) -> Floats:
    """Probability of not leaving within t."""
    return 1 - count_sums(r, alpha, a, b, t, k, stage).left


def discounted_purchases(
    k: int, stage: int, r: Floats, alpha: Floats, a: float, b: Floats, t: float, rate: float
) -> Floats:
    """∫₀ᵗ e^{−δs} dE[X(s)] by parts."""
    total: Floats = np.exp(-rate * t) * expected_purchases(k, stage, r, alpha, a, b, t)
    if rate == 0 or t == 0:
        return total
    stages = r / alpha * t
    for nodes, fewest, most in NODES:
        some = np.flatnonzero((fewest <= stages) & (stages < most))
        if len(some):
            total[some] += _interest(nodes, k, stage, r[some], alpha[some], a, b[some], t, rate)
    return total


def _interest(
    nodes: int, k: int, stage: int, r: Floats, alpha: Floats, a: float, b: Floats, t: float, rate: float
) -> Floats:
    """δ ∫₀ᵗ e^{−δs} E[X(s)] ds, one node after the other: the same to the last bit, whoever else is asked about."""
    times, widths = times_within(t, r, alpha, a, b, rate, nodes)
    total, together = np.zeros_like(r), max(1, AT_ONCE // len(r))
    for start in range(0, nodes, together):
        s, width = times[start : start + together], widths[start : start + together]
        for worth in rate * np.exp(-rate * s) * expected_purchases(k, stage, r, alpha, a, b, s) * width:
            total += worth
    return total


def any_purchase(shares: Floats, r: Floats, alpha: Floats, t: Numbers) -> Floats:
    """P(X(t) ≥ 1), by the shares of the stages passed: those that are lacking pass within t."""
    k, z = len(shares), t / (alpha + t)
    chances = [share * betainc(float(k - stage), r + stage, z) for stage, share in enumerate(shares)]
    chance: Floats = np.minimum(np.sum(chances, axis=0), 1.0)
    return chance


def purchase_pmf(k: int, stage: int, r: Floats, alpha: Floats, a: float, b: Floats, t: float, n: int) -> Floats:
    """P(X(t) = 0..n) as (n + 1, rows): m purchases are km − j, …, km − j + k − 1 stages."""
    z = t / (alpha + t)
    passed, beyond = negative_binomial(r, z, k * (n + 1) - stage - 1)
    passed = np.concatenate([np.zeros((len(r), stage)), passed], axis=1)
    return tossed(a, b, passed.reshape(len(r), n + 1, k).sum(axis=2), beyond).T


def wait_quantile(shares: Floats, r: Floats, alpha: Floats, q: float) -> Floats:
    """Quantile of the wait for the next purchase, by the shares of the stages passed; Lomax where k = 1.

    It lies between the wait for one stage of a quick customer and that for all k of a slow one.
    """
    k = len(shares)
    if k == 1 or q == 0:
        return betageometric.wait_quantile(r, alpha, q)
    soonest = np.log(betageometric.wait_quantile(r + k - 1, alpha, q))
    unspent = np.maximum(betaincinv(r, k, 1 - q), np.finfo(float).tiny)
    latest = np.log(alpha) + np.log1p(-unspent) - np.log(unspent)

    def too_much(log_wait: Floats, r: Floats, alpha: Floats, *shares: Floats) -> Floats:
        return any_purchase(np.stack(shares), r, alpha, np.exp(log_wait)) - q

    found = find_root(too_much, (soonest - 1e-9, latest + 1e-9), args=(r, alpha, *shares))
    wait: Floats = np.exp(found.x)
    return wait
