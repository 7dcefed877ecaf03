"""Choosing whom to contact, compared with sorting the customers; every contestant has its own process."""

from __future__ import annotations

import datetime as dt
import shutil
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.lifetime_benchmark import Benchmark
from benchmarks.measure import forget_peak, peak
from benchmarks.process import beside_floor
from benchmarks.sizes import LEAST, at_each_size
from regulars.params import CampaignParams, OfferParams, Params
from regulars.pipelines.retain import target_scores
from regulars.retention import make_targets
from regulars.retention.control import held_out
from regulars.retention.selection import select
from regulars.retention.worth import Worth
from regulars.tables import SCORES

MANY = 5_000_000  # customers, from which on one run is enough
AT_ONCE = 500_000  # customers that are written to the scores table at once
MARGIN = 0.5
TERMS = {"winback_rate": 0.03, "redeem_rate": 1.0}
OFFERS = (
    OfferParams(name="voucher", channel="email", contact_cost=1, incentive_cost=10, accept_rate=0.3, **TERMS),
    OfferParams(name="gift", channel="post", contact_cost=3, incentive_cost=40, accept_rate=0.7, **TERMS),
    OfferParams(name="call", channel="phone", contact_cost=4, incentive_cost=0, accept_rate=0.15, **TERMS),
)
Run = Callable[[], Any]


def campaign(customers: int) -> CampaignParams:
    """A twentieth of the customers in twenty days, under a budget that binds."""
    return CampaignParams(budget=customers / 10, contacts_per_day=customers // 400, days=20, control_share=0.2)


def scores(customers: int, seed: int) -> pd.DataFrame:
    """Scores of as many simulated customers."""
    rng = np.random.default_rng(seed)
    reasons = np.array([f"raises the risk: has not ordered for {days} days" for days in range(30, 900)], dtype=object)
    p_churn, order_value = rng.beta(4, 2, customers), rng.gamma(2, 60, customers)
    known = {
        "customer_id": np.arange(customers),
        "cutoff": dt.date(2026, 1, 1),
        "horizon_days": 90,
        "first_order": dt.date(2024, 1, 1),
        "last_order": pd.Timestamp("2025-10-01"),
        "orders": rng.integers(1, 9, customers),
        "spend_so_far": order_value * 2,
        "p_churn": p_churn,
        "p_lost": p_churn * rng.beta(2, 2, customers),
        "order_value": order_value,
        "spend_if_back": order_value * 2,
        "expected_spend": order_value * (1 - p_churn),
        "clv": order_value,
        **{f"reason_{k}": rng.choice(reasons, customers) for k in (1, 2, 3)},
        "model_version": "0123456789ab",
    }
    return pd.DataFrame(known).reindex(columns=list(SCORES))


def sorting(customers: int, seed: int) -> Run:
    """The floor: customers sorted by the profit of their best offer."""
    table = scores(customers, seed)
    best = Worth.of(table, OFFERS, np.full(len(table), MARGIN)).profit.max(axis=1)
    return lambda: np.argsort(-best, kind="stable")


def choosing(customers: int, seed: int) -> Run:
    """Customers and offers under budget and capacity."""
    table, asked = scores(customers, seed), campaign(customers)
    worth = Worth.of(table, OFFERS, np.full(len(table), MARGIN))
    control = held_out(table["customer_id"].tolist(), asked)
    contacts = asked.contacts_per_day * asked.days
    return lambda: select(worth.profit, worth.cost, control, budget=float(asked.budget or 0.0), contacts=contacts)


def whole_list(customers: int, seed: int) -> Run:
    """The work list, from the scores in memory to the openings, and who is let go."""
    table = scores(customers, seed)
    return lambda: make_targets(table, OFFERS, campaign(customers), margin=MARGIN)


def from_disk(customers: int, seed: int) -> Run:
    """What `regulars target` does: from a scores table on disk to the work list on disk."""
    folder = Path(mkdtemp())
    path, terms = folder / "scores.parquet", {"lifetime": {"margin": MARGIN}}
    first = pa.Table.from_pandas(scores(1, seed), preserve_index=False).schema
    with pq.ParquetWriter(path, first) as file:
        for start in range(0, customers, AT_ONCE):
            part = scores(min(AT_ONCE, customers - start), seed + start)
            part["customer_id"] += start
            file.write_table(pa.Table.from_pandas(part, schema=first, preserve_index=False))
    offers = [offer.model_dump(mode="json", exclude_none=True) for offer in OFFERS]
    params = Params.model_validate({**terms, "offers": offers, "campaign": campaign(customers).model_dump()})

    def run() -> None:
        target_scores(params, path, folder / "targets.csv")

    weakref.finalize(run, shutil.rmtree, folder)
    return run


CONTESTANTS = (
    ("floor: customers sorted by profit", sorting),
    ("choice under budget and capacity", choosing),
    ("work list, from scores to openings", whole_list),
    ("regulars target, from file to file", from_disk),
)


def benchmark_targets(customers: Sequence[int] = (1_000_000,), *, seed: int = 0) -> Benchmark:
    """Time and memory of a work list with three offers, beside sorting the customers.

    Returns
    -------
    Benchmark
        `table` has one row a size and contestant: `customers`, `contestant`, `seconds` (median of three, or one),
        `megabytes` (most memory of the process while the clock ran), `floors` (seconds by those of sorting).

    Raises
    ------
    InputError
        If there is nothing to measure.
    """
    return at_each_size(customers, lambda many, _: beside_floor("targets", dict(CONTESTANTS), many, many, seed))


def measure_targets(number: int, customers: int, seed: int) -> dict[str, float]:
    """Median seconds of three runs, or of one where customers are many; most memory of the process meanwhile, in MB."""
    prepare = CONTESTANTS[number][1]
    prepare(LEAST, seed)()  # so that nothing is loaded while the clock runs
    run = prepare(customers, seed)
    forget_peak()
    took = []
    for _ in range(3 if customers < MANY else 1):
        start = time.perf_counter()
        run()
        took.append(time.perf_counter() - start)
    return {"seconds": float(np.median(took)), "megabytes": peak()}
