"""Fitting a scorer at a training cutoff, from several past cutoffs whose labels have closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.churn import Booster, ChurnModel, log_loss_weight
from regulars.churn.model import OBJECTIVE as CHURN
from regulars.errors import InsufficientHistoryError
from regulars.lifetime import LifetimeValue
from regulars.scorer.design import design
from regulars.scorer.history import History
from regulars.scorer.scorer import Heads, Scorer
from regulars.value import COUNTS, SPEND, MeanModel, RatioIntervals, deviance_weight
from regulars.windows import Windows

Floats = NDArray[np.float64]

MOST_SLICES = 8
SLICES_PER_HORIZON = 4
FOLDS = 3
FEWEST_OF_A_CLASS = 20


def training_slices(history: History, windows: Windows) -> list[Windows]:
    """Past cutoffs to learn from, latest first: a quarter of the horizon apart, eight at most."""
    return windows.training_slices(
        history.tx.first_day,
        history.tx.last_day,
        step_days=max(1, windows.horizon_days // SLICES_PER_HORIZON),
        at_most=MOST_SLICES,
    )


def fit_scorer(history: History, windows: Windows, settings: dict[str, Any]) -> Scorer:
    """Fit everything that the scores at `windows.cutoff` need, from what had closed by then.

    Parameters
    ----------
    history : History
        Looks at the log; only cutoffs and label windows before `windows.cutoff` are used.
    windows : Windows
        The training cutoff and the horizon.
    settings : dict
        `horizon_days`, `lifetime` (model and money terms), `churn` (LightGBM parameters), `seed`.

    Returns
    -------
    Scorer
        Lifetime value alone, and a note that says so, where no training slice has closed or the
        closed ones hold fewer than 20 customers who bought, or who did not.
    """
    slices = training_slices(history, windows)
    history.prepare([windows, *slices])
    model, why = choose_lifetime_model(history, slices, settings["lifetime"]["model"])
    lifetime = history.lifetime(windows, model)
    names = tuple(name for name in history.features(windows).columns if name != "cutoff")
    rows = TrainingRows.of(history, slices, names, model)
    heads, notes = None, [why]
    if rows is None:
        notes.append(
            f"no training slice of {windows.horizon_days} days had closed with enough customers by {windows.cutoff}: "
            "the scorer is lifetime value alone"
        )
    else:
        heads, how = fit_heads(rows, settings)
        notes.append(how)
    return Scorer(
        settings={**settings, "lifetime": {**settings["lifetime"], "model": model}},
        training_cutoff=windows.cutoff,
        feature_names=names,
        lifetime=lifetime,
        heads=heads,
        notes=(*notes, *lifetime.notes),
    )


@dataclass(frozen=True)
class TrainingRows:
    """One row a customer and slice: the boosters' table, the lifetime quantities, the outcomes."""

    table: pd.DataFrame
    quantities: pd.DataFrame
    outcomes: pd.DataFrame
    slices: tuple[Windows, ...]
    slice_of: NDArray[np.intp]

    @classmethod
    def of(
        cls, history: History, slices: Sequence[Windows], names: Sequence[str], model: str
    ) -> TrainingRows | None:
        """Stack the slices, latest first; nothing where outcomes are too one-sided to learn from."""
        tables, quantities, outcomes = [], [], []
        for windows in slices:
            features = history.features(windows)
            values = history.lifetime(windows, model).quantities(history.summary(windows), windows.horizon_days)
            tables.append(design(features, names, values))
            quantities.append(values)
            outcomes.append(history.labels(windows))
        churned = sum(float(o["churned"].sum()) for o in outcomes[:1])
        if not slices or min(churned, len(outcomes[0]) - churned) < FEWEST_OF_A_CLASS:
            return None
        counts = [len(table) for table in tables]
        slice_of = np.repeat(np.arange(len(slices)), counts)
        return cls(pd.concat(tables), pd.concat(quantities), pd.concat(outcomes), tuple(slices), slice_of)

    def weights(self) -> Floats:
        """Every slice counts the same, whatever its number of customers."""
        sizes = np.bincount(self.slice_of)
        return (sizes.mean() / sizes[self.slice_of]).astype(np.float64)

    def take(self, which: NDArray[np.bool_]) -> TrainingRows:
        """The rows that are marked."""
        return TrainingRows(
            self.table[which], self.quantities[which], self.outcomes[which], self.slices, self.slice_of[which]
        )


def fit_heads(rows: TrainingRows, settings: dict[str, Any]) -> tuple[Heads, str]:
    """Boosters on all closed slices, blended by what they were worth on customers they had not seen."""
    latest, opinions, how = unseen_opinions(rows, settings)
    fitted = Boosters.fit(rows, settings)
    outcomes, quantities = latest.outcomes, latest.quantities
    churned, purchases, spend = (outcomes[name].to_numpy() for name in ("churned", "purchases", "spend"))
    by_lifetime = {name: quantities[name].to_numpy() for name in quantities}
    weights = {
        "churn": log_loss_weight(opinions["churn"], 1.0 - by_lifetime["p_purchase"], churned),
        "purchases": deviance_weight(
            opinions["purchases"], by_lifetime["expected_purchases"], purchases, COUNTS["objective"]
        ),
    }
    counts = MeanModel(fitted.purchases, weights["purchases"])
    expected = counts.blend(opinions["purchases"], by_lifetime["expected_purchases"])
    money, intervals = None, None
    if fitted.spend:
        weight = deviance_weight(opinions["spend"], by_lifetime["expected_spend"], spend, SPEND["objective"])
        money = MeanModel(fitted.spend, weight)
        expected_spend = money.blend(opinions["spend"], by_lifetime["expected_spend"])
        intervals = RatioIntervals.fit(expected, expected_spend, spend)
    return Heads(ChurnModel(fitted.churn, weights["churn"]), counts, money, intervals), how


@dataclass(frozen=True)
class Boosters:
    """The three boosters of one fit."""

    churn: Booster
    purchases: Booster
    spend: Booster | None

    @classmethod
    def fit(cls, rows: TrainingRows, settings: dict[str, Any]) -> Boosters:
        """Fit all three on the same rows."""
        common = {"params": settings["churn"], "seed": settings["seed"], "weight": rows.weights()}
        outcomes = {name: rows.outcomes[name].to_numpy() for name in ("churned", "purchases", "spend")}
        has_money = bool(np.isfinite(outcomes["spend"]).all())
        return cls(
            churn=Booster.fit(rows.table, outcomes["churned"], objective=CHURN, **common),
            purchases=Booster.fit(rows.table, outcomes["purchases"], objective=COUNTS, **common),
            spend=Booster.fit(rows.table, outcomes["spend"], objective=SPEND, **common) if has_money else None,
        )

    def predict(self, table: pd.DataFrame) -> dict[str, Floats]:
        """Predictions of each booster."""
        heads = {"churn": self.churn, "purchases": self.purchases, "spend": self.spend}
        return {name: booster.predict(table) for name, booster in heads.items() if booster}


def unseen_opinions(rows: TrainingRows, settings: dict[str, Any]) -> tuple[TrainingRows, dict[str, Floats], str]:
    """What boosters say of the latest slice without having seen its outcomes.

    Out of time where an earlier slice had closed when the latest one began; else cross-fitted
    by customer, and said.
    """
    latest = rows.take(rows.slice_of == 0)
    closed = [k for k, windows in enumerate(rows.slices) if windows.closed_by(rows.slices[0].cutoff)]
    if closed:
        earlier = rows.take(np.isin(rows.slice_of, closed))
        if _two_sided(earlier):
            opinions = Boosters.fit(earlier, settings).predict(latest.table)
            return latest, opinions, f"blend weights estimated out of time, on the slice at {rows.slices[0].cutoff}"
    fold = customer_folds(rows.table.index)
    latest_fold = fold[rows.slice_of == 0]
    opinions = {}
    for k in range(FOLDS):
        part = Boosters.fit(rows.take(fold != k), settings).predict(latest.table[latest_fold == k])
        for name, values in part.items():
            opinions.setdefault(name, np.empty(len(latest_fold)))[latest_fold == k] = values
    return latest, opinions, f"blend weights cross-fitted by customer: no slice closed before {rows.slices[0].cutoff}"


def _two_sided(rows: TrainingRows) -> bool:
    churned = float(rows.outcomes["churned"].sum())
    return min(churned, len(rows.outcomes) - churned) >= FEWEST_OF_A_CLASS


def customer_folds(ids: pd.Index) -> NDArray[np.intp]:
    """The same fold for all rows of a customer, whatever the order of the rows."""
    _, rank = np.unique(ids.to_numpy(), return_inverse=True)
    return np.asarray(rank % FOLDS, dtype=np.intp)
