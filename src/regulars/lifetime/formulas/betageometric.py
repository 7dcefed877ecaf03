"""Mathematics of Poisson buying with a coin for every purchase: BG/NBD and MBG/NBD.

A customer buys at rate λ ~ Gamma(r, α) and after each purchase leaves for good with probability p ~ Beta(a, b).
With x repeat purchases and y coins survived (y = x in the BG/NBD; y = x + 1 in the MBG/NBD, which tosses one at time
zero too), an alive customer's future is a fresh process with (r + x, α + T, a, b + y): everything conditional follows
from the functions of one process below. All parameters may be scalars or one a row.

References: Fader, Hardie & Lee (2005), Marketing Science 24(2); Batislam, Denizel & Filiztekin (2007), IJRM 24(3);
Wagner & Hoppe (2008), IJRM 25(2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import betainc, betaln, expit, gammaln, psi

from regulars.arrays import Floats
from regulars.errors import InputError
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.formulas.counts import Numbers
from regulars.lifetime.formulas.sweep import leaving

# logit(p); the trapezoidal rule's error falls as exp(−π²/step) or faster
FINE: Floats = np.arange(-100, 101) * np.float64(0.3)
SUMMED = 10_000  # terms of a running sum
STIRLING = 50.0  # from here on three terms of the series are exact to rounding
COARSE: Floats = np.arange(-45, 46) * np.float64(0.4)  # for what is multiplied by a discount rate
FEW, MANY = 16, 32  # nodes of Gauss's rule for a window, and for all the future


def log_rising(c: Numbers, n: Floats) -> tuple[Floats, Floats]:
    """Return ln Γ(c + n) − ln Γ(c) and its derivative in c for counts n.

    For one c they are running sums over 0, 1, …, n − 1, which keep their digits where c is large; for one c a row, and
    beyond the first ten thousand, Stirling's series does so.
    """
    if np.ndim(c):
        return _log_rising_each(np.asarray(c), n)
    count = np.minimum(n, SUMMED).astype(np.intp)
    terms = c + np.arange(float(count.max()))
    sums = [np.concatenate([[0.0], np.cumsum(term)])[count] for term in (np.log(terms), 1 / terms)]
    beyond = n > count
    if beyond.any():
        for total, more in zip(sums, _log_rising_each(np.array([c + SUMMED]), n[beyond] - SUMMED), strict=True):
            total[beyond] += more
    return sums[0], sums[1]


def _log_rising_each(c: Floats, n: Floats) -> tuple[Floats, Floats]:
    far = np.maximum(c, STIRLING)
    (before, d_before), (after, d_after) = map(_beyond_stirling, (far, far + n))
    grows = np.log1p(n / far)
    logs = (far - 0.5) * grows + n * (np.log(far + n) - 1) + after - before
    slopes = grows + n / (2 * far * (far + n)) + d_after - d_before
    near = c < STIRLING
    return np.where(near, gammaln(c + n) - gammaln(c), logs), np.where(near, psi(c + n) - psi(c), slopes)


def _beyond_stirling(z: Floats) -> tuple[Floats, Floats]:
    """What ln Γ(z) − (z − ½) ln z + z and its derivative less ln z − 1/(2z) tend to 0 with, but for a constant."""
    square = z**-2
    series = (1 / 12 - square * (1 / 360 - square / 1260)) / z
    return series, -square * (1 / 12 - square * (1 / 120 - square / 252))


def log_likelihood(theta: Sequence[Numbers], rows: Rows, extra: int) -> tuple[Floats, Floats]:
    """Log-likelihood of every row, and its gradient (4, rows) in ln r, ln α, ln a, ln b."""
    r, alpha, a, b = map(np.exp, theta)
    x, y = rows.x, rows.x + extra
    n, late, last = r + x, np.log1p(rows.T / alpha), np.log1p(rows.tx / alpha)
    rising_r, d_rising_r = log_rising(r, x)
    rising_b, d_rising_b = log_rising(b, y)
    rising_ab, d_rising_ab = log_rising(a + b, y)
    tossed = b + (np.maximum(y, 1) - 1)
    log_odds_dead = np.where(y > 0, np.log(a) - np.log(tossed) + n * (late - last), -np.inf)
    log_alive = np.minimum(-log_odds_dead, 0) - np.log1p(np.exp(-np.abs(log_odds_dead)))
    value = rising_r - x * np.log(alpha) + rising_b - rising_ab - n * late - log_alive
    dead = expit(log_odds_dead)
    alive = 1 - dead
    gradient = np.stack(
        [
            r * (d_rising_r - alive * late - dead * last),
            n * (alive * rows.T / (alpha + rows.T) + dead * rows.tx / (alpha + rows.tx)) - x,
            dead - a * d_rising_ab,
            b * (d_rising_b - d_rising_ab - dead / tossed),
        ]
    )
    return value, gradient


def total_log_likelihood(theta: Floats, rows: Rows, extra: int) -> tuple[float, Floats]:
    """Sum over the customers of what `log_likelihood` gives for each, for one theta for all, in a third of the time."""
    r, alpha, a, b = np.exp(theta)
    (x, _), (tx, _), (T, _) = rows.distinct
    by_x, by_T, purchases = rows.tallies
    late, last, coins = np.log1p(T / alpha), np.log1p(tx / alpha), b + (np.maximum(x + extra, 1) - 1)
    rising_r, d_rising_r = log_rising(r, x)
    rising_b, d_rising_b = log_rising(b, x + extra)
    rising_ab, d_rising_ab = log_rising(a + b, x + extra)
    gone = leaving(rows, 1 - extra, a, coins, r + x, late, last)
    value = (by_x * (rising_r - x * np.log(alpha) + rising_b - rising_ab)).sum()
    value += gone.value - ((r * by_T + purchases) * late).sum()
    gradient = [
        r * ((by_x * d_rising_r).sum() - (by_T * late).sum() + gone.by_n),
        ((r * by_T + purchases) * T / (alpha + T)).sum() - gone.by_alpha - (by_x * x).sum(),
        gone.left - a * (by_x * d_rising_ab).sum(),
        b * ((by_x * (d_rising_b - d_rising_ab)).sum() - gone.by_coin),
    ]
    return float(value), np.array(gradient)


def probability_alive(r: Numbers, alpha: Numbers, a: Numbers, b: Numbers, rows: Rows, extra: int) -> Floats:
    """P(alive at T): the odds of having left are a/(b + y − 1) · ((α + T)/(α + t_x))^(r + x)."""
    survived = rows.x + extra
    log_odds = (
        np.log(a)
        - np.log(b + (np.maximum(survived, 1) - 1))
        + (r + rows.x) * np.log1p((rows.T - rows.tx) / (alpha + rows.tx))
    )
    return np.where(survived > 0, expit(-log_odds), 1.0)


def expected_purchases(r: Numbers, alpha: Numbers, a: Numbers, b: Numbers, t: Numbers, grid: Floats = FINE) -> Floats:
    """E[X(t)] = E_p[g(p)], g(p) = (1 − (α/(α + pt))^r)/p: nothing singular at a = 1, unlike the form with ₂F₁.

    The chord of g has a closed mean; what is left over vanishes at p = 0 and 1, and is summed over logit(p) by the
    trapezoidal rule, which is exact to rounding for it, on a grid as narrow as the Beta distribution.
    """
    r, alpha, a, b, t = map(np.asarray, (r, alpha, a, b, t))
    ages = t / alpha
    at_0, at_1 = r * ages, -np.expm1(-r * np.log1p(ages))
    coins, which = np.unique(a + 1j * b, return_inverse=True)  # few customers differ in both
    total, chord = np.zeros(np.broadcast(r, ages, a, b).shape), np.zeros((2, len(coins)))
    for p, q, weight in _chances(coins.real, coins.imag, grid):
        total -= (weight / p)[which] * np.expm1(-r * np.log1p(p[which] * ages))
        chord += weight * q, weight * p
    over_q, over_p = chord[:, which]
    mean: Floats = (b * at_0 + a * at_1) / (a + b) + (total - over_q * at_0 - over_p * at_1)
    return mean


def _chances(a: Floats, b: Floats, grid: Floats) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Chances p of leaving from Beta(a, b), with 1 − p and the weight of each, one a row."""
    centre, log_beta = np.log((a + 1) / (b + 1)), betaln(a, b)
    width = np.minimum(1, 2 * np.sqrt(1 / (a + 1) + 1 / (b + 1)))
    for u in grid:
        odds = np.exp(centre + width * u)
        density = np.exp(-a * np.log1p(1 / odds) - b * np.log1p(odds) - log_beta)
        yield odds / (1 + odds), 1 / (1 + odds), density * (grid[1] - grid[0]) * width


def discounted_purchases(
    r: Numbers, alpha: Numbers, a: Numbers, b: Numbers, t: float, rate: float, grid: Floats = COARSE, nodes: int = FEW
) -> Floats:
    """∫₀ᵗ e^{−δs} dE[X(s)] by parts."""
    total: Floats = np.exp(-rate * t) * expected_purchases(r, alpha, a, b, t)
    if rate == 0 or t == 0:
        return total
    times, widths = times_within(t, r, alpha, a, b, rate, nodes)
    bought = expected_purchases(r, alpha, a, b, times, grid)
    for s, so_far, width in zip(times, bought, widths, strict=True):
        total = total + rate * np.exp(-rate * s) * so_far * width
    return total


def times_within(
    t: float, r: Numbers, alpha: Numbers, a: Numbers, b: Numbers, rate: float, nodes: int = FEW
) -> tuple[Floats, Floats]:
    """Times in [0, t] and their widths, (nodes, rows), for integrals of e^{−δs} E[X(s)].

    Gauss's rule over u = ln(1 + cs), with c between the scale at which rates differ and that at which customers leave:
    in u the integrand is smooth at every scale.
    """
    r, alpha, a, b = map(np.asarray, (r, alpha, a, b))
    c = (1 + np.sqrt(r * a / (a + b))) / alpha + rate
    half = np.log1p(c * t) / 2
    points, weights = np.polynomial.legendre.leggauss(nodes)
    u = np.stack([half * (1 + point) for point in points])
    return np.expm1(u) / c, np.exp(u) / c * half * np.expand_dims(weights, tuple(range(1, u.ndim)))


def purchase_pmf(r: Floats, alpha: Floats, a: Numbers, b: Floats, t: float, n: int) -> Floats:
    """P(X(t) = k), k = 0..n, as (rows, n + 1)."""
    return tossed(a, b, *negative_binomial(r, t / (alpha + t), n))


def negative_binomial(r: Floats, z: Floats, n: int) -> tuple[Floats, Floats]:
    """P(N = 0..n) as (rows, n + 1), and P(N > n) as (rows, 1), of Poisson counts with a rate from Gamma(r)."""
    if (z >= 1).any():
        raise InputError(
            "t is so long beside alpha that t / (alpha + t) is 1; purchases cannot be counted so far ahead. Choose a "
            "shorter t, in the unit of T."
        )
    k, r, z = np.arange(n + 1.0), r[:, None], z[:, None]
    exactly = np.exp(gammaln(r + k) - gammaln(r) - gammaln(k + 1) + r * np.log1p(-z) + k * log_or_least(z))
    beyond: Floats = betainc(n + 1.0, r, z)  # type: ignore[assignment]
    return exactly, beyond


def tossed(a: Numbers, b: Floats, exactly: Floats, beyond: Floats) -> Floats:
    """Chances of k purchases where each ends with a coin: either k coins survived, or k − 1 and the k-th lost.

    P(X = k) = B(a, b+k)/B(a, b) · P(N = k) + B(a+1, b+k−1)/B(a, b) · P(N ≥ k), N without coins; all positive.
    """
    k, a, b = np.arange(float(exactly.shape[1])), np.asarray(a)[..., None], b[:, None]
    at_least = np.cumsum(np.concatenate([beyond, exactly[:, ::-1]], axis=1), axis=1)[:, :0:-1]
    survived = np.exp(betaln(a, b + k) - betaln(a, b))
    left = np.exp(betaln(a + 1, b + (np.maximum(k, 1) - 1)) - betaln(a, b)) * (k > 0)
    pmf: Floats = survived * exactly + left * at_least
    return pmf


def probability_of_purchase(r: Numbers, alpha: Numbers, t: float) -> Floats:
    """P(X(t) ≥ 1) = 1 − (α/(α + t))^r: no coin is tossed before the first purchase."""
    probability: Floats = -np.expm1(-r * np.log1p(t / np.asarray(alpha)))
    return probability


def wait_quantile(r: Numbers, alpha: Numbers, q: float) -> Floats:
    """Quantile of the wait for the next purchase, Lomax: α((1 − q)^(−1/r) − 1)."""
    with np.errstate(over="ignore"):
        wait: Floats = alpha * np.expm1(-np.log1p(-q) / np.asarray(r))
    return wait


def log_or_least(z: Floats) -> Floats:
    """Logarithm that lets z = 0 give a very small number, so that 0 · ln z is 0."""
    return np.log(np.maximum(z, np.finfo(float).tiny))


def with_those_gone(pmf: Floats, alive: float) -> Floats:
    """Probabilities of counts of all, from those of customers who are alive: the others buy no more."""
    of_all: Floats = alive * pmf
    of_all[0] += 1 - alive
    return of_all


def starting_points(pace: float) -> list[Floats]:
    """Logs of r, alpha, a, b from which to climb: few, many, or hardly any leave; `pace` is of purchases per time."""
    shapes = ((0.3, 0.5, 3.0), (3.0, 2.0, 1.0), (0.7, 0.05, 1.0))
    return [np.log([r, r / (2 * pace), a, b]) for r, a, b in shapes]
