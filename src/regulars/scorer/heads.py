"""The heads: boosters for churn, counts and spend, each blended with the lifetime model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.churn import Booster, ChurnModel, log_loss_weight
from regulars.churn.model import OBJECTIVE as CHURN
from regulars.scorer.slices import FOLDS, TrainingRows
from regulars.value import COUNTS, POWER, SPEND, MeanModel, RatioIntervals, corrected, deviance_weight, fit_correction

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Heads:
    """What is fitted on closed training slices; a scorer without any is lifetime value alone.

    Parameters
    ----------
    churn : ChurnModel
    purchases : MeanModel
    spend : MeanModel or None
        None without money.
    intervals : RatioIntervals or None
        None without money, or with too few customers to calibrate on.
    slices : tuple of date
        Cutoffs of the slices that it was fitted on, latest first.
    """

    churn: ChurnModel
    purchases: MeanModel
    spend: MeanModel | None
    intervals: RatioIntervals | None
    slices: tuple[dt.date, ...]


def fit_heads(rows: TrainingRows, settings: Mapping[str, Any]) -> tuple[Heads, str]:
    """Fit boosters on all closed slices, and blend by what such boosters were worth on rows unseen.

    Returns
    -------
    Heads
        With intervals calibrated on the same unseen opinions.
    str
        How the blend weights were estimated, in words.
    """
    unseen, how = unseen_opinions(rows, settings)
    latest, boosters = rows.latest, Boosters.fit(rows, settings)
    churn = log_loss_weight(unseen["churned"], 1.0 - latest.lifetime("p_purchase"), latest.outcome("churned"))
    purchases = _mean_model(boosters.purchases, latest, unseen, "purchases", COUNTS)
    spend = _mean_model(boosters.spend, latest, unseen, "spend", SPEND) if boosters.spend else None
    intervals = None
    if spend:
        intervals = RatioIntervals.fit(
            purchases.blend(unseen["purchases"], latest.lifetime("expected_purchases")),
            spend.blend(unseen["spend"], latest.lifetime("expected_spend")),
            latest.outcome("spend"),
        )
    slices = tuple(windows.cutoff for windows in rows.slices)
    return Heads(ChurnModel(boosters.churn, churn), purchases, spend, intervals, slices), how


def _mean_model(
    booster: Booster, latest: TrainingRows, unseen: Mapping[str, Floats], outcome: str, objective: Mapping[str, Any]
) -> MeanModel:
    weight = deviance_weight(
        unseen[outcome],
        latest.lifetime(f"expected_{outcome}"),
        latest.outcome(outcome),
        POWER[objective["objective"]],
    )
    return MeanModel(booster, weight)


@dataclass(frozen=True)
class Boosters:
    """The three boosters of one fit."""

    churn: Booster
    purchases: Booster
    spend: Booster | None

    @classmethod
    def fit(cls, rows: TrainingRows, settings: Mapping[str, Any]) -> Boosters:
        """Fit all three on the same rows."""
        seed, weight = settings["seed"], rows.weights()

        def correction(outcome: str, objective: Mapping[str, Any]) -> Booster:
            actual, lifetime = rows.outcome(outcome), rows.lifetime(f"expected_{outcome}")
            return fit_correction(rows.table, actual, lifetime, objective=objective, seed=seed, weight=weight)

        return cls(
            churn=Booster.fit(
                rows.table,
                rows.outcome("churned"),
                objective=CHURN,
                params=settings["churn"],
                seed=seed,
                weight=weight,
            ),
            purchases=correction("purchases", COUNTS),
            spend=correction("spend", SPEND) if rows.has_money else None,
        )

    def opinions(self, rows: TrainingRows) -> dict[str, Floats]:
        """What each booster says of rows, by the outcome that it is for; the lifetime model where there is none."""
        expected = rows.lifetime("expected_spend")
        return {
            "churned": self.churn.predict(rows.table),
            "purchases": corrected(self.purchases, rows.table, rows.lifetime("expected_purchases")),
            "spend": corrected(self.spend, rows.table, expected) if self.spend else expected,
        }


def unseen_opinions(rows: TrainingRows, settings: Mapping[str, Any]) -> tuple[dict[str, Floats], str]:
    """What boosters say of the latest slice without having seen its outcomes.

    Out of time where earlier slices had closed when the latest one began and can teach; else
    cross-fitted by customer, and said.
    """
    latest, began = rows.latest, rows.slices[0].cutoff
    earlier = rows.closed_before_latest
    if len(earlier.table) and earlier.teach:
        opinions = Boosters.fit(earlier, settings).opinions(latest)
        return opinions, f"blend weights are estimated out of time, on the slice at {began}"
    fold, opinions = rows.folds(), {}
    latest_fold = fold[rows.slice_of == 0]
    for k in range(FOLDS):
        part = Boosters.fit(rows.where(fold != k), settings).opinions(latest.where(latest_fold == k))
        for name, values in part.items():
            opinions.setdefault(name, np.empty(len(latest_fold)))[latest_fold == k] = values
    return opinions, f"blend weights are cross-fitted by customer: no slice had closed by {began}"
