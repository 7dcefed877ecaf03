"""Make exact_regular.csv: what BG/CNBD-k and MBG/CNBD-k say, computed with 50 digits from the process itself.

    python -m experiments.exact_regular          (some minutes)

Nothing is shared with the package: the m-th purchase is the (km − j)-th stage, whose time is an Erlang number over a
Gamma one, and comes if m − 1 coins were survived; j stages have passed already. Points are drawn where floating point
suffers: up to 2,000 purchases, a within 1e-12 of 1, a purchase on the last day, windows of a millionth, customers long
gone, clockwork and chance.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from mpmath import mp, mpf

TABLE = Path(__file__).parents[1] / "tests" / "golden" / "exact_regular.csv"
WORLDS, CUSTOMERS = 32, 15
STAGES = 60  # are expected within a window at most, so that sums over purchases stay short
COLUMNS = (
    *("model", "k", "r", "alpha", "a", "b", "t", "rate", "count", "frequency", "recency", "T", "log_gaps"),
    *("log_likelihood", "alive", "expected", "pmf", "discounted"),
)
mp.dps = 50


def points(rng: np.random.Generator) -> Iterator[tuple[tuple, tuple[int, float, float, float]]]:
    """Model, k, parameters and window, with a customer."""
    spans = {"r": (0.05, 20), "alpha": (0.5, 500), "a": (1e-2, 1e2), "b": (0.05, 1e2), "t": (1e-6, 1e3)}
    for i in range(WORLDS):
        r, alpha, a, b, t = (float(np.exp(rng.uniform(*np.log(span)))) for span in spans.values())
        k, a = int([2, 2, 3, 5, 12][i % 5]), [1 - 1e-12, 1.0, a, a][i % 4]
        rate = float(np.exp(rng.uniform(np.log(1e-5), np.log(0.1))))
        count, kind = int(rng.choice([0, 1, 2, 5])), ("bg_cnbd_k", "mbg_cnbd_k")[i % 2]
        for x, tx, T, log_gaps in customers(rng):
            short = min(t, STAGES * (alpha + T) / (r + k * x))
            yield (kind, k, r, alpha, a, b, short, rate, count), (x, tx, T, log_gaps)


def customers(rng: np.random.Generator) -> Iterator[tuple[int, float, float, float]]:
    """Frequency, recency, T and the sum of the logarithms of the gaps."""
    for i in range(CUSTOMERS):
        T = float(np.exp(rng.uniform(0, np.log(2000))))
        x = int(np.exp(rng.uniform(0, np.log(2001)))) if i % 5 else 0
        tx = 0.0 if x == 0 else T if i % 5 == 1 else T * float(rng.random())
        yield x, tx, T, x * float(np.log(tx / x) - rng.exponential(0.5)) if x else 0.0


def log_beta(a: mpf, b: mpf) -> mpf:
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def past(world: tuple, customer: tuple[int, float, float, float]) -> tuple[mpf, list[mpf], mpf]:
    """Log-likelihood, chances of being there with j = 0, 1, … stages passed, and parameters that go on."""
    k, (r, alpha, a, b) = world[1], map(mpf, world[2:6])
    x, (tx, T, log_gaps) = customer[0], map(mpf, customer[1:])
    n, y = r + k * x, x + (world[0] == "mbg_cnbd_k")
    coins = mp.exp(log_beta(a, b + y) - log_beta(a, b))
    there = [
        coins
        * mp.exp(mp.loggamma(n + j) - mp.loggamma(n) - mp.loggamma(j + 1))
        * (T - tx) ** j
        * (alpha + T) ** -(n + j)
        for j in range(k)
    ]
    gone = mp.exp(log_beta(a + 1, b + y - 1) - log_beta(a, b)) * (alpha + tx) ** -n if y else mpf(0)
    total = sum(there) + gone
    timing = mp.loggamma(n) - mp.loggamma(r) + r * mp.log(alpha) + (k - 1) * log_gaps - x * mp.loggamma(k)
    return timing + mp.log(total), [chance / total for chance in there], b + y


def purchases(n: mpf, A: mpf, a: mpf, b: mpf, k: int, j: int, t: mpf, rate: mpf) -> Iterator[tuple[mpf, mpf]]:
    """P(X(t) ≥ m) for m = 1, 2, …, and what the m-th purchase is worth, until they no longer count."""
    total = m = 0
    while True:
        m += 1
        stages = k * m - j
        survived = mp.exp(log_beta(a, b + m - 1) - log_beta(a, b))
        reached = survived * mp.betainc(stages, n, 0, t / (A + t), regularized=True)
        yield reached, survived * worth(stages, n, A, t, rate)
        total += reached
        if m > 6 and reached < total * mpf(10) ** -25:
            return


def worth(stages: int, n: mpf, A: mpf, t: mpf, rate: mpf) -> mpf:
    """∫ e^(−δs) f(s) ds over [0, t], f the density of the time of so many stages, over u = ln s."""
    constant = n * mp.log(A) - log_beta(mpf(stages), n)

    def weighed(u: mpf) -> mpf:
        s = mp.exp(u)
        return mp.exp(constant + stages * u - (n + stages) * mp.log(A + s) - rate * s)

    with mp.workdps(20):
        top, width = mp.log(stages * A / n), mp.sqrt(1 / n + mpf(1) / stages)
        end = mp.log(t)
        before = [end - mpf(away) / stages for away in (60, 25, 10, 4, 1)]  # e^-60 of it lies further back
        around = [top + width * away for away in (-9, -3, 0, 3, 9, 30)]
        first = min(before[0], top - 9 * width - 60 / mpf(stages))
        return mp.quad(weighed, sorted({first, *before, *(cut for cut in around if first < cut < end), end}))


def answers(world: tuple, customer: tuple[int, float, float, float]) -> list[mpf]:
    """Log-likelihood, P(alive), expected purchases, chance of the count, discounted purchases."""
    k, (a, t, rate), count = world[1], map(mpf, (world[4], world[6], world[7])), world[8]
    log_likelihood, there, b = past(world, customer)
    n, A = mpf(world[2]) + k * customer[0], mpf(world[3]) + mpf(customer[2])
    alive = sum(there)
    expected = discounted = mpf(0)
    chance = (1 - alive) * (count == 0)
    for j, share in enumerate(there):
        terms = list(purchases(n + j, A, a, b, k, j, t, rate))
        expected += share * sum(reached for reached, _ in terms)
        discounted += share * sum(value for _, value in terms)
        at_least = [mpf(1), *(reached for reached, _ in terms), mpf(0)]
        chance += share * (at_least[count] - at_least[count + 1])
    return [log_likelihood, alive, expected, chance, discounted]


def main() -> None:
    rng = np.random.default_rng(2021)
    with TABLE.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for number, (world, customer) in enumerate(points(rng), start=1):
            exact = (mp.nstr(value, 20, min_fixed=0, max_fixed=0) for value in answers(world, customer))
            table.writerow([world[0], *map(repr, (*world[1:], *customer)), *exact])
            if number % CUSTOMERS == 0:
                print(f"{number} of {WORLDS * CUSTOMERS}", file=sys.stderr)


if __name__ == "__main__":
    main()
