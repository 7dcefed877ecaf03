"""Scoring a feature table, compared with the predictions of the boosters; every contestant has its own process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
import pandas as pd

from benchmarks.lifetime_benchmark import Benchmark
from benchmarks.measure import forget_peak, peak
from benchmarks.process import beside_floor
from benchmarks.simulated_log import COLUMNS, CUTOFFS, write_log
from benchmarks.sizes import OF_CUSTOMER, at_each_size
from regulars.errors import InputError
from regulars.features import build_features, summary_of
from regulars.learners import Booster
from regulars.params import load_params
from regulars.progress import step
from regulars.reasons.risk import reasons_for, topic_of
from regulars.scorer import History, Scorer, ScorerSettings, fit_scorer
from regulars.scorer.base_models import trees_of
from regulars.scorer.design import design
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

FITTED_ON = 200_000  # lines, or ten times as many customers as are scored
HORIZON_DAYS = 90
COMPARED = 5_000  # customers whose contributions are compared with TreeSHAP
Run = Callable[[], Any]


class Scoring(NamedTuple):
    """A scorer, customers, and the same as the boosters see them."""

    scorer: Scorer
    features: pd.DataFrame
    table: pd.DataFrame

    @classmethod
    def load(cls, folder: Path) -> Scoring:
        """What `prepare` has written."""
        return cls.of(Scorer.load(folder / "scorer"), pd.read_parquet(folder / "features.parquet"))

    @classmethod
    def of(cls, scorer: Scorer, features: pd.DataFrame) -> Scoring:
        """These customers."""
        quantities = scorer.lifetime.quantities(summary_of(features), HORIZON_DAYS)
        return cls(scorer, features, design(features, scorer.feature_names, quantities))

    def first(self, rows: int) -> Scoring:
        """The same with few customers."""
        return Scoring(self.scorer, self.features.iloc[:rows], self.table.iloc[:rows])

    @property
    def trees(self) -> Booster:
        """The booster of churn."""
        if self.scorer.ensemble is None:
            raise InputError("The simulated log gave no boosters; give another --seed.")
        return trees_of(self.scorer.ensemble.churn)


def fit(folder: Path, customers: int, seed: int) -> tuple[Transactions, Windows]:
    """Fit a scorer on a simulated log, and save it; for few customers the log is smaller."""
    with step("fit a scorer"):
        write_log(log := folder / "log.parquet", min(FITTED_ON, OF_CUSTOMER * 10 * customers), seed=seed)
        tx, windows = read_transactions(log, COLUMNS), Windows.at(CUTOFFS[0], HORIZON_DAYS)
        asked = (f"windows.horizon_days={HORIZON_DAYS}", "lifetime.model=mbg_nbd")
        scorer = fit_scorer(History(tx), windows, ScorerSettings.of(load_params(overrides=asked, environment={})))
        scorer.save(folder / "scorer")
    return tx, windows


def prepare(folder: Path, customers: int, seed: int) -> None:
    """Fit a scorer on a simulated log, and draw so many customers from that log."""
    tx, windows = fit(folder, customers, seed)
    known = build_features(tx, windows.cutoff)
    drawn = np.random.default_rng(seed).integers(0, len(known), customers)
    known.iloc[drawn].set_axis(pd.RangeIndex(customers, name="customer_id")).to_parquet(folder / "features.parquet")


def predicting(of: Scoring) -> Run:
    """The floor: predictions of every booster."""
    ensemble = of.scorer.ensemble
    blends = [ensemble.churn, ensemble.purchases, ensemble.spend] if ensemble else []
    boosters = [trees_of(blend) for blend in blends if blend]
    return lambda: [booster.predict(of.table) for booster in boosters]


def by_leaves(of: Scoring) -> Run:
    """Contributions to churn, looked up by leaves."""
    return lambda: of.trees.contributions(of.table)


def by_shap(of: Scoring) -> Run:
    """Contributions to churn by TreeSHAP."""
    booster = lightgbm.Booster(model_str=of.trees.text)
    return lambda: booster.predict(of.table[of.trees.feature_names].to_numpy(), pred_contrib=True)


def in_words(of: Scoring) -> Run:
    """Reasons in words, from contributions that are at hand."""
    contributions = of.trees.contributions(of.table)
    return lambda: reasons_for(contributions, of.features)


def whole(of: Scoring) -> Run:
    """The scores table, reasons and all."""
    return lambda: of.scorer.score_features(of.features)


CONTESTANTS = (
    ("floor: predictions of all boosters", predicting),
    ("contributions by leaves", by_leaves),
    ("contributions by TreeSHAP", by_shap),
    ("reasons in words", in_words),
    ("scores with reasons, from features", whole),
)


def benchmark_score(customers: Sequence[int] = (100_000,), *, seed: int = 0) -> Benchmark:
    """Time and memory of scoring, beside the boosters' own predictions.

    Returns
    -------
    Benchmark
        `table` has one row a size and contestant: `customers`, `contestant`, `seconds`, `megabytes` (most memory of the
        process while the clock ran), `floors` (seconds by those of the boosters' predictions), and of contributions by
        leaves `correlation` and `same_first`, as `agreement` gives them.

    Raises
    ------
    InputError
        If there is nothing to measure.
    """

    def measured(many: int, folder: Path) -> pd.DataFrame:
        prepare(folder, many, seed)
        return beside_floor("score", dict(CONTESTANTS), many, folder)

    return at_each_size(customers, measured)


def measure_score(number: int, folder: Path) -> dict[str, float]:
    """Seconds of one run, most memory of the process in MB while it ran, and of contributions how far they agree."""
    of, contestant = Scoring.load(folder), CONTESTANTS[number][1]
    contestant(of.first(10))()  # so that nothing is loaded while the clock runs
    run = contestant(of)
    forget_peak()
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "megabytes": peak(), **(agreement(of) if contestant is by_leaves else {})}


def agreement(of: Scoring) -> dict[str, float]:
    """How far contributions by leaves agree with TreeSHAP, summed by topic, of the first customers.

    Returns
    -------
    dict
        `correlation` over all customers and topics; `same_first`: share of customers with the same strongest topic.
    """
    few = of.first(COMPARED)
    topics = [topic_of(name) for name in few.trees.feature_names]
    ours, theirs = by_leaves(few)()[few.trees.feature_names].to_numpy(), by_shap(few)()[:, :-1]
    a, b = (pd.DataFrame(made.T).groupby(topics).sum().to_numpy() for made in (ours, theirs))
    same = np.abs(a).argmax(axis=0) == np.abs(b).argmax(axis=0)
    return {"correlation": float(np.corrcoef(a.ravel(), b.ravel())[0, 1]), "same_first": float(same.mean())}
