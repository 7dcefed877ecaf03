"""The ensemble: a blend for churn, one for order days and one for money, kept in proportion to each other.

How base predictions become scores is written here, in `order_days_of` and `money_of`, and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.churn import PROBABILITY
from regulars.learners import Blend, Booster, LogOddsShift, Predictions, Scales
from regulars.learners.blend import BaseModel, Method
from regulars.learners.calibration import calibration_from_dict
from regulars.lifetime import ORDER_VALUE_RANGE
from regulars.notes import Note
from regulars.scorer.base_models import (
    CHURNED,
    LIFETIME,
    LIGHTGBM,
    PURCHASES,
    REGRESSION,
    SPEND,
    BasePredictions,
    base_model_from_dict,
    fit_base_models,
    from_order_days,
    trees_of,
    unseen_predictions,
)
from regulars.scorer.settings import ScorerSettings
from regulars.scorer.slices import TrainingRows
from regulars.scorer.total_forecast import TotalForecast, churn_shift
from regulars.value import (
    COUNT,
    MONEY,
    RatioIntervals,
    TotalInterval,
    at_least_once,
    held_to_orders,
    with_order_days,
)

OFTEN_LIMITED = 0.1  # of the customers


class Expected(NamedTuple):
    """What is expected in the window, one value a customer; no spend where the log has no money.

    `base` are the base predictions, before weights and calibration.
    """

    p_churn: Floats
    order_days: Floats
    spend: Floats | None
    base: BasePredictions


@dataclass(frozen=True)
class Predicted:
    """What is predicted for the label window, one value a customer, from which base predictions (none: no ensemble)."""

    p_churn: Floats
    expected_purchases: Floats
    expected_spend: Floats
    quantities: pd.DataFrame
    base: BasePredictions = field(default_factory=dict)

    @property
    def of_base_models(self) -> dict[str, dict[str, Floats]]:
        """What LightGBM and the regressions predict by themselves, by their names, then by score."""
        scores = {CHURNED: "p_churn", PURCHASES: "expected_purchases", SPEND: "expected_spend"}
        return {
            model: {scores[outcome]: made[model] for outcome, made in self.base.items() if model in made}
            for model in (LIGHTGBM, REGRESSION)
            if self.base
        }


@dataclass(frozen=True)
class Ensemble:
    """What is fitted on closed training slices; a scorer without it is lifetime value alone.

    Parameters
    ----------
    churn, purchases : Blend
    spend : Blend or None
        None without money.
    purchase_intervals : RatioIntervals or None
        None with too few customers to calibrate on.
    spend_intervals : RatioIntervals or None
        None without money, too.
    totals : mapping of str to TotalInterval
        For the sums over all customers of `purchases`, and of `spend` where there is money.
    slices : tuple of date
        Cutoffs of the slices that it was fitted on, latest first.
    correction : float
        Logarithm of the forecast total of money over the lifetime model's; it holds for the label window alone.
    pace : float
        Order days that the ensemble expects of all customers at the training cutoff, over those of the lifetime model.
    """

    churn: Blend
    purchases: Blend
    spend: Blend | None
    purchase_intervals: RatioIntervals | None
    spend_intervals: RatioIntervals | None
    totals: Mapping[str, TotalInterval]
    slices: tuple[dt.date, ...]
    correction: float = 0.0
    pace: float = 1.0

    def predict(self, table: pd.DataFrame, quantities: pd.DataFrame) -> Expected:
        """Expected churn, order days and money.

        Parameters
        ----------
        table : DataFrame, shape (n, k)
            The design.
        quantities : DataFrame, n rows
            What the lifetime models predict of the same customers.
        """
        predictions = self.base_predictions(table)
        p_churn, order_days = order_days_of(self.churn, self.purchases, predictions)
        if self.spend is None:
            return Expected(p_churn, order_days, None, predictions)
        spend = money_of(self.spend, predictions[SPEND], order_days, quantities)
        return Expected(p_churn, order_days, spend, predictions)

    def base_predictions(self, table: pd.DataFrame) -> BasePredictions:
        """Predictions by outcome and base model, before weights and calibration."""
        predictions = {CHURNED: self.churn.base_predictions(table), PURCHASES: self.purchases.base_predictions(table)}
        if self.spend:
            _, order_days = order_days_of(self.churn, self.purchases, predictions)
            predictions[SPEND] = self.spend.base_predictions(with_order_days(table, order_days))
        return predictions

    def boosters(self) -> Iterator[tuple[str, Booster]]:
        """The trees of each outcome, which are kept as text of their own."""
        for outcome, blend in self._blends().items():
            yield outcome, trees_of(blend)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the trees."""
        intervals = {"purchase_intervals": self.purchase_intervals, "spend_intervals": self.spend_intervals}
        return {
            "blends": {outcome: blend.to_dict() for outcome, blend in self._blends().items()},
            **{name: around and around.to_dict() for name, around in intervals.items()},
            "totals": {name: interval.to_dict() for name, interval in self.totals.items()},
            "slices": [day.isoformat() for day in self.slices],
            "correction": self.correction,
            "pace": self.pace,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], booster: Callable[[str], Booster]) -> Self:
        """Read what `to_dict` wrote; `booster` gives the trees of an outcome."""
        blends = {outcome: _blend_from_dict(kept, booster, outcome) for outcome, kept in values["blends"].items()}

        def intervals(name: str) -> RatioIntervals | None:
            return RatioIntervals.from_dict(values[name]) if values[name] else None

        return cls(
            churn=blends[CHURNED],
            purchases=blends[PURCHASES],
            spend=blends.get(SPEND),
            purchase_intervals=intervals("purchase_intervals"),
            spend_intervals=intervals("spend_intervals"),
            totals={name: TotalInterval.from_dict(interval) for name, interval in values["totals"].items()},
            slices=tuple(dt.date.fromisoformat(day) for day in values["slices"]),
            correction=values["correction"],
            pace=values["pace"],
        )

    def _blends(self) -> dict[str, Blend]:
        blends = {CHURNED: self.churn, PURCHASES: self.purchases, SPEND: self.spend}
        return {outcome: blend for outcome, blend in blends.items() if blend}


def _blend_from_dict(values: Mapping[str, Any], booster: Callable[[str], Booster], outcome: str) -> Blend:
    models = {kept["name"]: base_model_from_dict(kept, partial(booster, outcome)) for kept in values["base_models"]}
    weights = {kept["name"]: kept["weight"] for kept in values["base_models"]}
    return Blend(models, weights, calibration_from_dict(values["calibration"]))


def order_days_of(churn: Blend, purchases: Blend, predictions: Mapping[str, Predictions]) -> tuple[Floats, Floats]:
    """Churn probability and expected order days, from base predictions of both."""
    p_churn = churn.combine(predictions[CHURNED])
    return p_churn, at_least_once(purchases.combine(predictions[PURCHASES]), p_churn)


def money_of(spend: Blend, predictions: Predictions, order_days: Floats, quantities: pd.DataFrame) -> Floats:
    """Expected net money, from base predictions of it and the order days that are expected."""
    return held_to_orders(spend.combine(predictions), order_days, *_order_value_range(quantities))


def fit_ensemble(
    rows: TrainingRows, table: pd.DataFrame, quantities: pd.DataFrame, totals: TotalForecast, settings: ScorerSettings
) -> tuple[Ensemble, list[Note]]:
    """Fit base models on all training slices, weigh them by predictions of unseen rows, and calibrate the averages.

    Parameters
    ----------
    rows : TrainingRows
        Training slices.
    table, quantities : DataFrame
        The design, and what the lifetime models predict, at the training cutoff: the totals of its customers are what
        is calibrated.
    totals : TotalForecast
        Corrections of the lifetime model's totals, with intervals.
    settings : ScorerSettings

    Returns
    -------
    Ensemble
        With intervals calibrated on the same unseen predictions.
    list of Note
        How the blend weights were estimated, and of how many customers money had to be limited where these are many.
    """
    unseen, how = unseen_predictions(rows, settings)
    latest, models = rows.latest, fit_base_models(rows, settings)

    def blend(outcome: str, method: Method, now: Predictions, moved_by: float) -> Blend:
        return Blend.fit(
            models[outcome],
            method,
            unseen=unseen[outcome],
            actual=latest.outcome(outcome),
            now=now,
            reference=LIFETIME,
            moved_by=moved_by,
        )

    now = {outcome: _predicted(models[outcome], table) for outcome in (CHURNED, PURCHASES)}
    churn = blend(CHURNED, PROBABILITY, now[CHURNED], churn_shift(quantities, totals))
    purchases = blend(PURCHASES, COUNT, now[PURCHASES], totals.order_days.log_error)
    # what the latest slice would have been given then: without any correction of the lifetime model's totals
    _, order_days = order_days_of(churn.calibrated(LogOddsShift()), _uncorrected(purchases, unseen[PURCHASES]), unseen)
    _, order_days_now = order_days_of(churn, purchases, now)
    spend, expected, notes = None, {PURCHASES: order_days}, [how]
    if SPEND in models:
        unseen[SPEND] |= from_order_days(models[SPEND], latest.table, order_days)
        now[SPEND] = _predicted(models[SPEND], with_order_days(table, order_days_now))
        spend = blend(SPEND, MONEY, now[SPEND], totals.money.log_error)
        then = _uncorrected(spend, unseen[SPEND])
        expected[SPEND] = money_of(then, unseen[SPEND], order_days, latest.quantities)
        notes += _limited(spend.combine(now[SPEND]), order_days_now, quantities)
    ensemble = Ensemble(
        churn,
        purchases,
        spend,
        *_intervals(expected, latest),
        {name: around for name, around in totals.intervals.items() if name == PURCHASES or spend},
        tuple(windows.cutoff for windows in rows.slices),
        totals.money.log_error,
        float(order_days_now.sum() / quantities["expected_purchases"].sum()),
    )
    return ensemble, notes


def _predicted(models: Mapping[str, BaseModel], table: pd.DataFrame) -> dict[str, Floats]:
    """Predictions of every base model by its name."""
    return {name: model.predict(table) for name, model in models.items()}


def _order_value_range(quantities: pd.DataFrame) -> tuple[Floats, Floats]:
    """The least and most that an order day of each customer is likely to bring on average."""
    low, high = (quantities[name].to_numpy(np.float64) for name in ORDER_VALUE_RANGE)
    return low, high


def _limited(money: Floats, order_days: Floats, quantities: pd.DataFrame) -> list[Note]:
    """A note where the money of many customers had to be limited to what their order days are likely to bring."""
    low, high = _order_value_range(quantities)
    above, below = float(np.mean(money > high * order_days)), float(np.mean(money < low * order_days))
    if above + below <= OFTEN_LIMITED:
        return []
    sides = f"from above for {100 * above:.0f} %, from below for {100 * below:.0f} %"
    shares = f"{100 * (above + below):.0f} % of the customers ({sides})"
    why = "an order day would bring more or less than their own order days and the spread of the shop make likely"
    return [Note("money_limited", f"expected money was limited for {shares}: without the limit {why}")]


def _uncorrected(blend: Blend, predictions: Predictions) -> Blend:
    """The blend, calibrated to the lifetime model's own total of these rows."""
    return blend.calibrated(Scales.fit(predictions, blend.weights, LIFETIME, 0.0))


def _intervals(
    expected: Mapping[str, Floats], latest: TrainingRows
) -> tuple[RatioIntervals | None, RatioIntervals | None]:
    """For order days and money, calibrated on the latest slice as it would have been scored then."""
    activity = expected[PURCHASES]
    purchases = RatioIntervals.fit(activity, activity, latest.outcome(PURCHASES))
    if SPEND not in expected or not latest.has_money:
        return purchases, None
    return purchases, RatioIntervals.fit(activity, expected[SPEND], latest.outcome(SPEND))
