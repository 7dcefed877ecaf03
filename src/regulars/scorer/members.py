"""The opinions that a blend is made of, and what they say of customers whose outcomes they have not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from regulars.churn import Booster, Linear, fit_booster, fit_logistic
from regulars.scorer.slices import FOLDS, TrainingRows
from regulars.value import (
    COUNTS,
    POWER,
    SPEND,
    fit_correction,
    fit_factor,
    in_two_parts,
    opinions_of_counts,
    opinions_of_money,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Opinions:
    """What each member says of the same rows, the lifetime model first."""

    churned: tuple[Floats, ...]
    purchases: tuple[Floats, ...]
    spend: tuple[Floats, ...]

    def of_money(self, table: pd.DataFrame, order_days: Floats) -> tuple[Floats, ...]:
        """Those of spend, and where there are several also the order days that are expected times what one brought."""
        return self.spend if len(self.spend) == 1 else (*self.spend, in_two_parts(table, order_days))


@dataclass(frozen=True)
class Members:
    """Boosters and regressions of one fit; `spend` and `factor` are None without money."""

    churn: Booster
    logistic: Linear
    purchases: Booster
    spend: Booster | None
    factor: Linear | None

    @classmethod
    def fit(cls, rows: TrainingRows, settings: Mapping[str, Any]) -> Members:
        """Fit all of them on the same rows, or on those drawn of more than a fit needs."""
        rows = rows.thinned(settings["seed"])
        weight = rows.weights()

        def correction(outcome: str, objective: Mapping[str, Any]) -> Booster:
            actual, lifetime = rows.outcome(outcome), rows.lifetime(f"expected_{outcome}")
            return fit_correction(
                rows.table, actual, lifetime, objective=objective, seed=settings["seed"], weight=weight
            )

        return cls(
            churn=churn_booster(rows, settings),
            logistic=fit_logistic(rows.table, rows.outcome("churned"), weight),
            purchases=correction("purchases", COUNTS),
            spend=correction("spend", SPEND) if rows.has_money else None,
            factor=_factor(rows, weight) if rows.has_money else None,
        )

    def opinions(self, table: pd.DataFrame, quantities: pd.DataFrame) -> Opinions:
        """What they say of rows of the design, beside the lifetime model's quantities of the same customers."""
        lifetime = {name: quantities[name].to_numpy(np.float64) for name in quantities}
        money = lifetime["expected_spend"]
        return Opinions(
            churned=(1.0 - lifetime["p_purchase"], self.churn.predict(table), expit(self.logistic.predict(table))),
            purchases=opinions_of_counts(self.purchases, table, lifetime["expected_purchases"]),
            spend=opinions_of_money(self.spend, self.factor, table, money) if self.spend and self.factor else (money,),
        )


def churn_booster(rows: TrainingRows, settings: Mapping[str, Any]) -> Booster:
    """Fit the trees for churn on the rows, or on those drawn of more than a fit needs."""
    rows = rows.thinned(settings["seed"])
    table, churned = rows.table, rows.outcome("churned")
    return fit_booster(table, churned, params=settings["churn"], seed=settings["seed"], weight=rows.weights())


def _factor(rows: TrainingRows, weight: Floats) -> Linear:
    power, lifetime = POWER["tweedie"], rows.lifetime("expected_spend")
    return fit_factor(rows.table, rows.outcome("spend"), lifetime, power=power, weight=weight)


def unseen_opinions(rows: TrainingRows, settings: Mapping[str, Any]) -> tuple[Opinions, str]:
    """What members say of the latest slice without having seen its outcomes.

    Out of time where earlier slices had closed when the latest one began and can teach; else
    cross-fitted by customer, and said.
    """
    latest, began = rows.latest, rows.slices[0].cutoff
    earlier = rows.closed_before_latest
    if len(earlier.table) and earlier.teach:
        opinions = Members.fit(earlier, settings).opinions(latest.table, latest.quantities)
        return opinions, f"blend weights are estimated out of time, on the slice at {began}"
    fold = rows.folds()
    latest_fold = fold[rows.slice_of == 0]
    parts = []
    for k in range(FOLDS):
        unseen = latest.where(latest_fold == k)
        parts.append(Members.fit(rows.where(fold != k), settings).opinions(unseen.table, unseen.quantities))
    together = {name: _put_together(parts, name, latest_fold) for name in ("churned", "purchases", "spend")}
    return Opinions(**together), f"blend weights are cross-fitted by customer: no slice had closed by {began}"


def _put_together(parts: list[Opinions], name: str, fold: NDArray[np.intp]) -> tuple[Floats, ...]:
    whole = [np.empty(len(fold)) for _ in getattr(parts[0], name)]
    for k, part in enumerate(parts):
        for values, of_part in zip(whole, getattr(part, name), strict=True):
            values[fold == k] = of_part
    return tuple(whole)
