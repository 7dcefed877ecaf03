"""Simulate cohorts, fit them, and count how often the intervals contain the true value.

    python -m experiments.interval_coverage [cohorts] [model ...]     (200 cohorts of all models: half an hour)

Of n cohorts a correct 90 % interval contains the true value Binomial(n, 0.9) times: a count outside the 99.9 % band of
that fails the job. Customers buy whole numbers of times, so their intervals cover more than 90 %. They may not cover
less, neither over all customers nor over the active ones (three purchases and more, probably still there).
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy.stats import binom

from experiments.worlds import PURCHASE_WORLDS, SPEND_WORLDS
from regulars.lifetime import model_class
from regulars.lifetime.diagnostics.intervals import drawn_totals, parameter_intervals, purchase_intervals
from regulars.lifetime.diagnostics.simulate import simulate, simulate_spend
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.fitted import LifetimeModel

WORLDS = PURCHASE_WORLDS | SPEND_WORLDS
CUSTOMERS, WINDOW, CONFIDENCE = 2000, 26.0, (0.9, 0.95)
CUSTOMER_COHORTS = 20  # of the first ones, every customer's interval is looked at


def cohort(name: str, seed: int) -> pd.DataFrame:
    """Customers of a world, who came within 20 weeks and were seen for 40 to 60; or how much they spend."""
    truth, rng = model_class(name).from_params(WORLDS[name]), np.random.default_rng(seed)
    if isinstance(truth, TransactionModel):
        return simulate(truth, pd.DataFrame({"T": rng.integers(40, 60, CUSTOMERS).astype(float)}), WINDOW, seed=seed)
    return simulate_spend(truth, pd.DataFrame({"frequency": rng.integers(0, 9, CUSTOMERS)}), seed=seed)


def held(name: str, seed: int) -> dict[tuple[str, float], float]:
    """Coverage of the intervals in one cohort: 1 or 0 for each parameter, a share for customers."""
    customers = cohort(name, seed)
    model: LifetimeModel = model_class(name)().fit(customers)
    counts = isinstance(model, TransactionModel)
    totals = drawn_totals(model, customers, WINDOW, draws=50, seed=seed) if counts else None
    found = {}
    for level in CONFIDENCE:
        for key, (low, high) in parameter_intervals(model, level).iterrows():
            found[str(key), level] = float(low < WORLDS[name][key] < high)
        if totals:
            low, high = totals.interval(level)
            found["total", level] = float(low <= customers["purchases"].sum() <= high)
    if "k" in WORLDS[name]:
        found["right k", 1.0] = float(model.params_["k"] == WORLDS[name]["k"])
    if counts and seed < CUSTOMER_COHORTS:
        told = purchase_intervals(model, customers, WINDOW, CONFIDENCE[0], draws=50, seed=seed)
        inside = customers["purchases"].between(told["low"], told["high"])
        active = (customers["frequency"] >= 3) & (model.probability_alive(customers) > 0.5)
        found["customers", CONFIDENCE[0]] = float(inside.mean())
        found["active customers", CONFIDENCE[0]] = float(inside[active].mean())
    return found


def judged(held_of: pd.Series, what: str, level: float) -> tuple[str, bool]:
    """One line of the table, and whether it is within the band."""
    held_of = held_of.dropna()
    if "customers" in what:
        return f"{100 * held_of.mean():.1f} % of {what}, at least {100 * level:.0f} % expected", bool(
            held_of.mean() >= level
        )
    low, high = binom.interval(0.999, len(held_of), level)
    count = int(held_of.sum())
    return f"{count:4d} of {len(held_of)}, band {low:.0f} to {high:.0f}", bool(low <= count <= high or level == 1)


def main(cohorts: int = 200, *names: str) -> int:
    """Print the table; 1 if an interval fails."""
    failures = 0
    for name in names or WORLDS:
        table = pd.DataFrame([held(name, seed) for seed in range(cohorts)])
        for (what, level), held_of in table.items():
            line, honest = judged(held_of, what, level)
            failures += not honest
            print(
                f"{name:12} {what:16} {100 * level:3.0f} %  {line}{'' if honest else '   <-- outside the band'}",
                flush=True,
            )
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2]), *sys.argv[2:]))
