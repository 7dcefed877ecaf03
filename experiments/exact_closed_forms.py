"""Make tests/golden/exact.csv.gz: BG/NBD and MBG/NBD to 50 digits, from the closed forms of the papers.

    python -m experiments.exact_closed_forms          (some minutes)

Nothing is shared with the package: likelihood, P(alive) and expectation are the published formulas with the Gaussian
hypergeometric function, the counts its sums, and the discounted value an integral of the purchase rate. Points are
drawn where floating point suffers: up to 2,000 purchases, a within 1e-12 of 1, a purchase on the last day, windows of
a millionth, customers long gone.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path

import numpy as np
from mpmath import mp, mpf

TABLE = Path(__file__).parents[1] / "tests" / "golden" / "exact.csv.gz"
WORLDS, CUSTOMERS = 50, 40
COLUMNS = (
    *("model", "r", "alpha", "a", "b", "t", "rate", "count", "frequency", "recency", "T"),
    *("log_likelihood", "alive", "expected", "pmf", "discounted"),
)
mp.dps = 110  # the closed form of the expectation loses up to 60 of them


def worlds(rng: np.random.Generator) -> list[tuple]:
    """Parameters, and the windows that are asked about."""
    spans = {"r": (0.05, 20), "alpha": (0.5, 500), "a": (1e-3, 1e3), "b": (0.05, 1e3), "t": (1e-6, 1e3)}
    found = []
    for i in range(WORLDS):
        r, alpha, a, b, t = (float(np.exp(rng.uniform(*np.log(span)))) for span in spans.values())
        a = [1 - 1e-12, 1.0, 1 + 1e-12, a, a, a][i // 2 % 6]
        rate = float(np.exp(rng.uniform(np.log(1e-6), np.log(0.1))))
        found.append((("bg_nbd", "mbg_nbd")[i % 2], r, alpha, a, b, t, rate, int(rng.choice([0, 1, 2, 5, 20, 100]))))
    return found


def customers(rng: np.random.Generator) -> list[tuple[int, float, float]]:
    """Frequency, recency and T."""
    found = []
    for i in range(CUSTOMERS):
        T = float(np.exp(rng.uniform(0, np.log(2000))))
        x = int(np.exp(rng.uniform(0, np.log(2001)))) if i % 8 else 0
        tx = (
            0.0 if x == 0 else T if i % 8 == 1 else T * float(rng.random()) if i % 8 < 6 else T * float(rng.beta(20, 1))
        )
        found.append((x, tx, T))
    return found


def log_beta(a: mpf, b: mpf) -> mpf:
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def positive_2f1(a: mpf, b: mpf, c: mpf, z: mpf) -> mpf:
    """2F1 by its own series, whose terms are all positive here."""
    return mp.hyper([a, b], [c], z, force_series=True, maxterms=10**7)


def expected(r: mpf, alpha: mpf, a: mpf, b: mpf, t: mpf) -> mpf:
    """E[X(t)], Fader, Hardie & Lee (2005), equation 9; the limit where a is 1."""
    a = a + mpf(10) ** -40 if a == 1 else a
    z = t / (alpha + t)
    return (a + b - 1) / (a - 1) * (1 - (1 - z) ** r * positive_2f1(r, b, a + b - 1, z))


def pmf(r: mpf, alpha: mpf, a: mpf, b: mpf, t: mpf, m: int) -> mpf:
    """P(X(t) = m), Fader, Hardie & Lee (2005), equation 8, with the tail of the counts summed upwards."""
    z = t / (alpha + t)
    exactly = mp.exp(mp.loggamma(r + m) - mp.loggamma(r) - mp.loggamma(m + 1)) * (1 - z) ** r * z**m
    survived = mp.exp(log_beta(a, b + m) - log_beta(a, b)) * exactly
    if m == 0:
        return survived
    at_least = exactly * positive_2f1(mpf(1), r + m, mpf(m + 1), z)
    return survived + mp.exp(log_beta(a + 1, b + m - 1) - log_beta(a, b)) * at_least


def discounted(r: mpf, alpha: mpf, a: mpf, b: mpf, t: mpf, rate: mpf) -> mpf:
    """∫ e^(−δs) dE[X(s)] over [0, t]; purchases come at the rate E[λ e^(−λps)], integrated over ln(1 + s/α)."""

    def weighed(u: mpf) -> mpf:
        y = mp.expm1(u)
        pace = r * (1 + y) ** -(r + 1) * positive_2f1(r + 1, b, a + b, y / (1 + y))
        return mp.exp(-rate * alpha * y) * pace * (1 + y)

    with mp.workdps(25):
        end = mp.log1p(t / alpha)
        value, error = mp.quad(weighed, [0, end / 64, end / 8, end], method="gauss-legendre", error=True)
        assert error < value * mpf(10) ** -13, (r, alpha, a, b, t, rate, error)
    return value


def answers(world: tuple, customer: tuple[int, float, float]) -> list[mpf]:
    """Log-likelihood, P(alive), expected purchases, chance of the count, discounted purchases."""
    r, alpha, a, b, t, rate = map(mpf, world[1:7])
    x, (tx, T) = customer[0], map(mpf, customer[1:])
    y = x + (world[0] == "mbg_nbd")
    n = r + x
    alive = mp.exp(log_beta(a, b + y) - log_beta(a, b)) * (alpha + T) ** -n
    dead = mp.exp(log_beta(a + 1, b + y - 1) - log_beta(a, b)) * (alpha + tx) ** -n if y else mpf(0)
    log_likelihood = mp.loggamma(n) - mp.loggamma(r) + r * mp.log(alpha) + mp.log(alive + dead)
    alive /= alive + dead
    now = (n, alpha + T, a, b + y)
    chance = alive * pmf(*now, t, world[7]) + (1 - alive) * (world[7] == 0)
    return [log_likelihood, alive, alive * expected(*now, t), chance, alive * discounted(*now, t, rate)]


def main() -> None:
    rng = np.random.default_rng(2005)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for number, world in enumerate(worlds(rng)):
        for customer in customers(rng):
            exact = (mp.nstr(value, 20, min_fixed=0, max_fixed=0) for value in answers(world, customer))
            table.writerow(
                [*(repr(value) if isinstance(value, float) else value for value in (*world, *customer)), *exact]
            )
        print(f"{number + 1} of {WORLDS}", file=sys.stderr)
    with gzip.GzipFile(TABLE, "wb", mtime=0) as file:
        file.write(text.getvalue().encode())


if __name__ == "__main__":
    main()
