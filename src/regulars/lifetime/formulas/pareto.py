"""Mathematics of Poisson buying by customers who may leave at any moment: Pareto/NBD.

A customer buys at rate λ ~ Gamma(r, α) and leaves at rate μ ~ Gamma(s, β). One who is alive at T after x
repeat purchases is a fresh process with (n, A, s, B) = (r + x, α + T, s, β + T): the functions below are those of a
fresh process, whose parameters may be scalars or one a row.

All rests on H, the probability that a customer who is alive never buys again. Of two exponential waits the one for
leaving is the shorter with probability μ/(λ + μ); with ξ ~ Beta(n, s), the share of λA in λA + μB,

    H = E[1/(1 + (B/A) · ξ/(1 − ξ))] = s/(n + s) · ₂F₁(1, n; n + s + 1; 1 − B/A).

In logit ξ this is a smooth function times a density with exponential tails, which the trapezoidal rule sums to
rounding; there is no case α < β, α = β or t_x = T to tell apart, and nothing cancels. The density depends on n and s
alone, so a node costs a pair (x, t) one division.

References: Schmittlein, Morrison & Colombo (1987), Management Science 33(1); Fader & Hardie (2005), "A Note on Deriving
the Pareto/NBD Model and Related Expressions"; Fader & Hardie (2014), "Deriving the conditional PMF of the Pareto/NBD
Model"; Fader, Hardie & Lee (2005), "RFM and CLV", Journal of Marketing Research 42(4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import betaln, expit, gammaln, psi

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import Index, Rows
from regulars.lifetime.formulas.betageometric import log_or_least, log_rising
from regulars.lifetime.formulas.counts import Numbers

NODES = 160
DEEP = 28.0  # −ln of the share of an integral that may be left out
FAR = 16.0  # |ln(B/A)| within which that is kept
MOST_STEPS = 60  # of Newton's method; six are usual
STEP = 0.3  # of the logit of the share of a window that has passed; the error falls as exp(−π²/step) or faster
EARLY, LATE = -36.0, 28.0  # where that logit begins and ends


class Never(NamedTuple):
    """H, the probability of never buying again, and its derivatives in n, s and ln(B/A); one a row."""

    chance: Floats
    by_n: Floats
    by_s: Floats
    by_log_ratio: Floats

    @property
    def returns(self) -> Floats:
        """1 − H, never 0."""
        return np.maximum(1 - self.chance, np.finfo(float).tiny)


def never_again(n: Floats, s: Numbers, log_ratio: Floats) -> Never:
    """H for every row; a row's answer does not depend on the other rows."""
    shapes, which = np.unique(n, return_inverse=True)
    few = shapes < 1  # the density of n + 1 has the better tail; H follows from that of n + 1
    shapes, ratio = shapes + few, np.exp(log_ratio)
    width = np.minimum(3.5, 7.5 * np.sqrt(1 / shapes + 1 / s))
    left = width + np.minimum(DEEP + FAR, DEEP / np.maximum(shapes - 1, 1 / DEEP))
    right = width + np.minimum(DEEP + FAR, DEEP / s)
    start, step = np.log((shapes + 1) / (s + 1)) - left, (left + right) / NODES
    logit = start + step * np.arange(NODES + 1)[:, None]
    log_xi = -np.log1p(np.exp(-logit))
    log_rest = log_xi - logit
    weight = np.exp(shapes * log_xi + s * log_rest + np.log(step) - betaln(shapes, s))
    sums, square = np.zeros((3, len(n))), np.zeros(len(n))
    for node in np.stack([np.exp(logit), weight, weight * log_xi, weight * log_rest], axis=1):
        columns = node.take(which, axis=1)
        chance = 1 / (1 + ratio * columns[0])
        parts = columns[1:] * chance
        sums += parts
        square += parts[0] * chance
    (h, by_xi, by_rest), mean = sums, psi(shapes + s)
    found = Never(h, by_xi - h * (psi(shapes) - mean)[which], by_rest - h * (psi(s) - mean)[which], square - h)
    few = few[which]
    return Never(*np.where(few, _one_fewer(n, s, ratio, found), found)) if few.any() else found


def _one_fewer(n: Floats, s: Numbers, ratio: Floats, more: Never) -> Never:
    """H of n from H of n + 1: H = (s + (1 − B/A) n H₊) / (n + s)."""
    h = (s + (1 - ratio) * n * more.chance) / (n + s)
    return Never(
        h,
        ((1 - ratio) * (more.chance + n * more.by_n) - h) / (n + s),
        (1 + (1 - ratio) * n * more.by_s - h) / (n + s),
        n * ((1 - ratio) * more.by_log_ratio - ratio * more.chance) / (n + s),
    )


class Past(NamedTuple):
    """What has happened by a time t, of unique pairs (x, t), and where each row's T and t_x are among them.

    S is the chance of neither buying nor leaving until t, relative to that until 0. Slopes are those of ln S and of H
    (4, pairs) in ln r, ln α, ln s, ln β.
    """

    log_stay: Floats
    never: Never
    stay_slopes: Floats
    never_slopes: Floats
    now: Index
    then: Index

    @property
    def log_returns(self) -> Floats:
        """Ln S (1 − H), one a row: there at T, and buys again."""
        chance: Floats = (self.log_stay + np.log(self.never.returns))[self.now]
        return chance

    @property
    def log_silent(self) -> Floats:
        """Ln S H, one a row: there at t_x, and never buys again."""
        chance: Floats = (self.log_stay + np.log(self.never.chance))[self.then]
        return chance


def past(r: Numbers, alpha: Numbers, s: Numbers, beta: Numbers, rows: Rows) -> Past:
    """What has happened by T, and by t_x."""
    pairs = rows.moments
    n, t, alpha, beta = r + pairs.x, pairs.T, _of_pairs(alpha, pairs), _of_pairs(beta, pairs)
    h = never_again(n, s, np.log((beta + t) / (alpha + t)))
    late_alpha, late_beta, by_ratio = np.log1p(t / alpha), np.log1p(t / beta), h.by_log_ratio
    return Past(
        -n * late_alpha - s * late_beta,
        h,
        np.stack([-r * late_alpha, n * t / (alpha + t), -s * late_beta, s * t / (beta + t)]),
        np.stack([r * h.by_n, -alpha / (alpha + t) * by_ratio, s * h.by_s, beta / (beta + t) * by_ratio]),
        *np.split(pairs.inverse, 2),
    )


def log_likelihood(theta: Sequence[Numbers], rows: Rows) -> tuple[Floats, Floats]:
    """Log-likelihood of every row, and its gradient (4, rows) in ln r, ln α, ln s, ln β.

    Either the customer was there at T and buys again, S(T) (1 − H(T)), or never bought again from t_x on,
    S(t_x) H(t_x).
    """
    r, alpha, s, beta = map(np.exp, theta)
    seen = past(r, alpha, s, beta, rows)
    total = np.logaddexp(seen.log_returns, seen.log_silent)
    alive, silent = np.exp(seen.log_stay[seen.now] - total), np.exp(seen.log_silent - total)
    gradient = alive * (seen.never.returns * seen.stay_slopes - seen.never_slopes)[:, seen.now]
    gradient += silent * (seen.stay_slopes + seen.never_slopes / seen.never.chance)[:, seen.then]
    rising, d_rising = log_rising(r, rows.x)
    gradient[0] += r * d_rising
    gradient[1] -= rows.x
    return rising - rows.x * np.log(alpha) + total, gradient


def probability_alive(r: Numbers, alpha: Numbers, s: Numbers, beta: Numbers, rows: Rows) -> Floats:
    """P(alive at T) = S(T) / (S(T) (1 − H(T)) + S(t_x) H(t_x))."""
    seen = past(r, alpha, s, beta, rows)
    total = np.logaddexp(seen.log_returns, seen.log_silent)
    alive: Floats = np.exp(np.minimum(seen.log_stay[seen.now] - total, 0))
    return alive


def _of_pairs(values: Numbers, pairs: Rows) -> Numbers:
    """Values of the rows, for the unique pairs that they belong to."""
    if np.ndim(values) == 0:
        return values
    unique = np.empty(len(pairs.x))
    unique[pairs.inverse] = np.tile(values, 2)
    return unique


def expected_purchases(n: Numbers, A: Numbers, s: Numbers, B: Numbers, t: Numbers) -> Floats:
    """E[X(t)] = (n/A) ∫₀ᵗ (1 + u/B)^(−s) du."""
    late = np.log1p(np.asarray(t) / B)
    growth = np.asarray((1 - s) * late)
    lasting = np.divide(np.expm1(growth), growth, out=np.ones_like(growth), where=growth != 0)
    mean: Floats = n / A * B * late * lasting
    return mean


def expected_square(n: Numbers, A: Numbers, s: Numbers, B: Numbers, t: float) -> Floats:
    """E[X(t)²] = E[X(t)] + E[λ²] E[min(t, time of leaving)²]."""
    time_there = np.zeros(np.shape(B))
    for u, width in _window(t):
        time_there += 2 * u * width * np.exp(-s * np.log1p(u / B))
    square: Floats = expected_purchases(n, A, s, B, t) + n * (n + 1) / A**2 * time_there
    return square


def discounted_purchases(n: Numbers, A: Numbers, s: Numbers, B: Numbers, t: float, rate: float) -> Floats:
    """∫₀ᵗ e^(−δu) dE[X(u)]."""
    if rate == 0:
        return expected_purchases(n, A, s, B, t)
    total = np.zeros(np.shape(B))
    for u, width in _window(t):
        total += width * np.exp(-rate * u - s * np.log1p(u / B))
    discounted: Floats = n / A * total
    return discounted


def probability_of_purchase(n: Floats, A: Numbers, s: Numbers, B: Numbers, t: float) -> Floats:
    """P(X(t) ≥ 1): the first purchase comes at u, and the customer is there until then."""
    total = np.zeros(len(n))
    for u, width in _window(t):
        total += width * np.exp(-(n + 1) * np.log1p(u / A) - s * np.log1p(u / B))
    return n / A * total


def purchase_pmf(n: Floats, A: Numbers, s: Numbers, B: Numbers, t: float, most: int) -> Floats:
    """P(X(t) = k), k = 0..most, as (rows, most + 1): k purchases by t, or k by the time u of leaving; all positive."""
    k = np.arange(most + 1.0)[:, None]
    log_ways = gammaln(n + k) - gammaln(n) - gammaln(k + 1)

    def counts_while_there(u: float) -> Floats:
        late, log_u = np.log1p(u / A), log_or_least(np.asarray(u / A))
        chance: Floats = np.exp(log_ways - n * late + k * (log_u - late) - s * np.log1p(u / B))
        return chance

    total = counts_while_there(t)
    for u, width in _window(t, min(STEP, 0.75 / np.sqrt(most + 1))):  # the count k peaks in ln u, 1/√k wide
        total += counts_while_there(u) * (width * s / (B + u))
    return total.T


def wait_quantile(n: Floats, s: Numbers, log_ratio: Floats, q: float) -> Floats:
    """Quantile of the wait for the next purchase, in units of A, given that one comes.

    Newton's method for ln S(t) + ln(1 − H(t)) = ln(1 − H(0)) + ln(1 − q) in u = ln(1 + t/A), in which the left side is
    convex or concave, with slope −n / (1 − H(t)).
    """
    u, goal = np.zeros(len(n)), np.log(never_again(n, s, log_ratio).returns) + np.log1p(-q)
    rest = np.arange(len(n))
    for _ in range(MOST_STEPS):
        first, shape = log_ratio[rest], n[rest]
        ratio = np.log1p(np.expm1(first) * np.exp(-u[rest]))  # ln of (B + t)/(A + t)
        comes = never_again(shape, s, ratio).returns
        step = (np.log(comes) - shape * u[rest] - s * (ratio + u[rest] - first) - goal[rest]) * comes / shape
        u[rest] = np.maximum(u[rest] + step, 0)
        rest = rest[np.abs(step) > 1e-12 * u[rest]]
        if not len(rest):
            break
    with np.errstate(over="ignore"):
        wait: Floats = np.expm1(u)
    return wait


def _window(t: float, step: float = STEP) -> list[tuple[float, float]]:
    """Times within [0, t] and the weights that integrate over it what is smooth at whatever scale."""
    logit = np.arange(np.floor(EARLY / step), LATE / step) * step
    share, rest = expit(logit), expit(-logit)
    return list(zip((t * share).tolist(), (t * step * share * rest).tolist(), strict=True))
