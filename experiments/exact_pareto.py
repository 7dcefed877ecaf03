"""Make exact_pareto.csv: what Pareto/NBD says, computed with 60 digits from the closed forms of the papers.

    python -m experiments.exact_pareto          (some minutes)

Nothing is shared with the package: the likelihood is the published difference of two Gaussian hypergeometric functions,
in the case α ≥ β or α < β, the discounted value one of two incomplete Gamma functions; only chances of counts are
integrals, over the time of leaving. Points are drawn where floating point suffers: up to 2,000 purchases, α = β, s near
1, a purchase on the last day, windows of a millionth, customers long gone.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from mpmath import mp, mpf

TABLE = Path(__file__).parents[1] / "tests" / "golden" / "exact_pareto.csv"
WORLDS, CUSTOMERS = 24, 15
COLUMNS = (
    *("r", "alpha", "s", "beta", "t", "rate", "count", "frequency", "recency", "T"),
    *("log_likelihood", "alive", "expected", "pmf", "discounted"),
)
mp.dps = 60


def worlds(rng: np.random.Generator) -> list[tuple]:
    """Parameters, and the windows that are asked about."""
    spans = {"r": (0.05, 20), "alpha": (0.5, 500), "s": (0.05, 20), "beta": (0.5, 500), "t": (1e-6, 1e3)}
    found = []
    for i in range(WORLDS):
        r, alpha, s, beta, t = (float(np.exp(rng.uniform(*np.log(span)))) for span in spans.values())
        s, beta = [1 - 1e-12, 1.0, s, s][i % 4], alpha if i % 5 == 0 else beta
        rate = float(np.exp(rng.uniform(np.log(1e-5), np.log(0.1))))
        found.append((r, alpha, s, beta, t, rate, int(rng.choice([0, 1, 2, 5, 20]))))
    return found


def customers(rng: np.random.Generator) -> list[tuple[int, float, float]]:
    """Frequency, recency and T."""
    found = []
    for i in range(CUSTOMERS):
        T = float(np.exp(rng.uniform(0, np.log(2000))))
        x = int(np.exp(rng.uniform(0, np.log(2001)))) if i % 5 else 0
        tx = 0.0 if x == 0 else T if i % 5 == 1 else T * float(rng.random())
        found.append((x, tx, T))
    return found


def left(r: mpf, alpha: mpf, s: mpf, beta: mpf, x: int, tx: mpf, T: mpf) -> mpf:
    """Chance of having left in (tx, T], Fader & Hardie (2005), equations 18 to 20, but for a constant."""
    most, least, second = (alpha, beta, s + 1) if alpha >= beta else (beta, alpha, r + x)
    n = r + s + x

    def branch(t: mpf) -> mpf:
        return mp.hyp2f1(n, second, n + 1, (most - least) / (most + t)) * (most + t) ** -n

    with mp.workdps(160):
        return s / n * (branch(tx) - branch(T))


def over_window(value: object, t: mpf) -> mpf:
    """Integral over [0, t] of what may change at any scale."""
    with mp.workdps(25):
        return mp.quad(value, [0, *(t * mpf(10) ** -k for k in (12, 9, 7, 5, 4, 3, 2, 1)), t / 3, t])


def pmf(n: mpf, A: mpf, s: mpf, B: mpf, t: mpf, k: int) -> mpf:
    """P(X(t) = k): k purchases, there at t or until leaving at u."""
    ways = mp.exp(mp.loggamma(n + k) - mp.loggamma(n) - mp.loggamma(k + 1))

    def there(u: mpf) -> mpf:
        return ways * (A / (A + u)) ** n * (u / (A + u)) ** k * (B / (B + u)) ** s

    return there(t) + over_window(lambda u: there(u) * s / (B + u), t)


def discounted(n: mpf, A: mpf, s: mpf, B: mpf, t: mpf, rate: mpf) -> mpf:
    """(n/A) ∫ e^(−δu) (1 + u/B)^(−s) du over [0, t]."""
    with mp.workdps(120):
        scale = mp.exp(rate * B) * B**s * rate ** (s - 1)
        return n / A * scale * (mp.gammainc(1 - s, rate * B) - mp.gammainc(1 - s, rate * (B + t)))


def answers(world: tuple, customer: tuple[int, float, float]) -> list[mpf]:
    """Log-likelihood, P(alive), expected purchases, chance of the count, discounted purchases."""
    r, alpha, s, beta, t, rate = map(mpf, world[:6])
    x, (tx, T) = customer[0], map(mpf, customer[1:])
    n, A, B = r + x, alpha + T, beta + T
    there = A**-n * B**-s
    total = there + left(r, alpha, s, beta, x, tx, T)
    alive = there / total
    log_likelihood = mp.loggamma(n) - mp.loggamma(r) + r * mp.log(alpha) + s * mp.log(beta) + mp.log(total)
    growth = mp.log1p(t / B) if s == 1 else -mp.expm1((1 - s) * mp.log1p(t / B)) / (s - 1)
    chance = alive * pmf(n, A, s, B, t, world[6]) + (1 - alive) * (world[6] == 0)
    return [log_likelihood, alive, alive * n / A * B * growth, chance, alive * discounted(n, A, s, B, t, rate)]


def main() -> None:
    rng = np.random.default_rng(1987)
    with TABLE.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for number, world in enumerate(worlds(rng)):
            for customer in customers(rng):
                exact = (mp.nstr(value, 20, min_fixed=0, max_fixed=0) for value in answers(world, customer))
                table.writerow([*map(repr, (*world, *customer)), *exact])
            print(f"{number + 1} of {WORLDS}", file=sys.stderr)


if __name__ == "__main__":
    main()
