"""What attributes of customers are worth: the same scorer with and without them, out of time.

    REGULARS_REAL_DATA=... python -m experiments.customer_attributes [plan | nothing | households ...]

`plan` and `nothing` are simulated: customers order at rates of their own until they leave; in the first how soon they
leave depends on their plan, in the second on nothing that is known. `households` are those of Complete Journey with
what is known of 801 of them. A difference is the log-loss with attributes minus that without, the mean over the
origins, with its 95 % interval by customer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.how_good import SHOPS, households, markdown
from regulars.evaluation.bootstrap import OriginStatistics, interval, mean_over_origins, resample
from regulars.evaluation.metrics import log_losses
from regulars.features import read_customers
from regulars.params import load_params
from regulars.scorer import History, ScorerSettings, fit_scorer
from regulars.transactions import Attributes, Transactions, read_transactions
from regulars.windows import Windows

CUSTOMERS, DAYS, HORIZON = 3_000, 720, 90
FIRST_DAY = pd.Timestamp("2022-01-01")
ORIGINS = ("2023-07-01", "2023-09-01")
PLANS = ("basic", "silver", "gold")
DAYS_ALIVE = {"plan": (100.0, 300.0, 900.0), "nothing": (300.0, 300.0, 300.0)}  # on average, by plan
SEEDS = range(3)
KNOWN = ("age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count")


def simulated(world: str, seed: int) -> tuple[Transactions, Attributes]:
    """A log, and the plan, the town and the age of its customers; town and age tell nothing."""
    draw = np.random.default_rng(seed)
    plan = draw.integers(len(PLANS), size=CUSTOMERS)
    joins = draw.integers(0, DAYS - 60, size=CUSTOMERS)
    stays = draw.exponential(np.take(DAYS_ALIVE[world], plan))
    pace = draw.gamma(1.5, 1 / 45.0, size=CUSTOMERS)
    orders = []
    for customer in range(CUSTOMERS):
        gaps = draw.exponential(1 / pace[customer], size=DAYS)
        days = joins[customer] + np.concatenate([[0.0], np.cumsum(gaps)])
        days = np.floor(days[(days < DAYS) & (days - joins[customer] <= stays[customer])])
        orders.append(pd.DataFrame({"customer_id": customer, "day": days, "amount": draw.gamma(4.0, 8.0, len(days))}))
    log = pd.concat(orders, ignore_index=True)
    log["date"] = FIRST_DAY + pd.to_timedelta(log["day"], unit="D")
    known = pd.DataFrame(
        {
            "id": np.arange(CUSTOMERS),
            "plan": np.take(PLANS, plan),
            "town": [f"town {k}" for k in draw.integers(30, size=CUSTOMERS)],
            "age": draw.integers(18, 80, size=CUSTOMERS),
        }
    )
    columns = {"customer_id": "id", "plan": "plan", "town": "town", "age": "age"}
    return read_transactions(log[["customer_id", "date", "amount"]]), read_customers(known, columns)


def journey(folder: Path) -> tuple[Transactions, Attributes]:
    """Complete Journey, and what is known of its households."""
    file = folder / "completejourney" / "demographics.parquet"
    return households(folder), read_customers(file, {"customer_id": "household_id", **{name: name for name in KNOWN}})


def gains(
    tx: Transactions, customers: Attributes, horizon_days: int, origins: Sequence[str]
) -> tuple[float, float, float]:
    """The difference of the log-losses, and its interval."""
    overrides = [f"windows.horizon_days={horizon_days}"]
    settings = ScorerSettings.of(load_params(overrides=overrides, environment={}))
    with_them, without = History(tx, customers=customers), History(tx)
    losses = []
    for origin in origins:
        windows = Windows.at(origin, horizon_days)
        churned = without.labels(windows)["churned"]
        p = [fit_scorer(h, windows, settings).predict(h.features(windows)).p_churn for h in (with_them, without)]
        losses.append(pd.Series(np.subtract(*(log_losses(churned.to_numpy(), each) for each in p)), churned.index))
    ids = pd.Index(sorted(set().union(*(each.index for each in losses))))
    statistics = [OriginStatistics(ids.get_indexer(each.index), {"gain": each.to_numpy()}) for each in losses]
    difference = float(mean_over_origins(statistics, np.ones((1, len(ids))))["gain"][0])
    return difference, *interval(resample(statistics, len(ids))["gain"])


def row(name: str, found: tuple[float, float, float]) -> dict[str, str]:
    """A line of the table."""
    difference, low, high = found
    verdict = "better" if high < 0 else "worse" if low > 0 else "tie"
    return {"shop": name, "log-loss, with − without": f"{difference:+.4f} [{low:+.4f}, {high:+.4f}] {verdict}"}


def main(names: Sequence[str]) -> None:
    """Print the differences."""
    rows = []
    for name in names or (*DAYS_ALIVE, "households"):
        if name == "households":
            shop, (tx, known) = SHOPS["households"], journey(Path(os.environ["REGULARS_REAL_DATA"]))
            print(tx, known, sep="\n")
            rows.append(row("Complete Journey, households", gains(tx, known, shop.horizon_days, shop.origins)))
            continue
        rows += [row(f"{name}, seed {seed}", gains(*simulated(name, seed), HORIZON, ORIGINS)) for seed in SEEDS]
    print(markdown(pd.DataFrame(rows).set_index("shop")))


if __name__ == "__main__":
    main(sys.argv[1:])
