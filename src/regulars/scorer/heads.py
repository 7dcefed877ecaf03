"""The heads: what is learned on closed slices of churn, counts and spend, each blended with the lifetime model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from regulars.churn import ChurnModel, Weights, blend, log_loss_weights, log_odds, shift_to_mean
from regulars.lifetime import ORDER_VALUE_RANGE
from regulars.scorer.levels import Levels
from regulars.scorer.members import Members, Opinions, unseen_opinions
from regulars.scorer.slices import TrainingRows
from regulars.value import (
    POWER,
    CountModel,
    MoneyModel,
    RatioIntervals,
    TotalInterval,
    at_least_once,
    average,
    chance_in,
    deviance_weights,
    held_to_orders,
    scales_to,
)

Floats = NDArray[np.float64]

OFTEN_LIMITED = 0.1  # of the customers


@dataclass(frozen=True)
class Heads:
    """What is fitted on closed training slices; a scorer without any is lifetime value alone.

    Parameters
    ----------
    churn : ChurnModel
    purchases : CountModel
    spend : MoneyModel or None
        None without money.
    purchase_intervals : RatioIntervals or None
        None with too few customers to calibrate on.
    spend_intervals : RatioIntervals or None
        None without money, too.
    totals : mapping of str to TotalInterval
        For the sums over all customers of `purchases`, and of `spend` where there is money.
    slices : tuple of date
        Cutoffs of the slices that it was fitted on, latest first.
    season : float
        The logarithm of what the season of the label window adds to its money.
    """

    churn: ChurnModel
    purchases: CountModel
    spend: MoneyModel | None
    purchase_intervals: RatioIntervals | None
    spend_intervals: RatioIntervals | None
    totals: Mapping[str, TotalInterval]
    slices: tuple[dt.date, ...]
    season: float = 0.0


def fit_heads(
    rows: TrainingRows, table: pd.DataFrame, quantities: pd.DataFrame, levels: Levels, settings: Mapping[str, Any]
) -> tuple[Heads, list[str]]:
    """Fit on all closed slices, weigh by what such fits were worth on rows unseen, and set the levels.

    Parameters
    ----------
    rows : TrainingRows
        Closed slices.
    table, quantities : DataFrame
        The design, and what the lifetime models say, at the training cutoff: its customers are
        those who add up to a level.
    levels : Levels
        By how much the sums of the lifetime model are to be moved.
    settings : mapping

    Returns
    -------
    Heads
        With intervals calibrated on the same unseen opinions.
    list of str
        How the blend weights were estimated, and of how many customers money had to be limited where these are many.
    """
    unseen, how = unseen_opinions(rows, settings)
    latest, members = rows.latest, Members.fit(rows, settings)
    weights, expected = _weigh(unseen, latest)
    now = members.opinions(table, quantities)
    churn = ChurnModel(members.churn, members.logistic, weights["churned"], _shift(now, weights["churned"], levels))
    purchases = CountModel(members.purchases, weights["purchases"], _scales(now.purchases, levels.purchases))
    spend: MoneyModel | None = None
    limited: list[str] = []
    if members.spend and members.factor:
        order_days = _order_days(now, weights, purchases.scales, churn.shift)
        scales = _scales(now.of_money(table, order_days), levels.spend)
        spend = MoneyModel(members.spend, members.factor, weights["spend"], scales)
        limited = _limited(spend.predict(table, now.spend[0], order_days), order_days, quantities)
    heads = Heads(
        churn,
        purchases,
        spend,
        *_intervals(expected, latest),
        _totals(expected, latest, levels),
        tuple(windows.cutoff for windows in rows.slices),
        levels.season,
    )
    return heads, [how, *limited]


def _limited(money: Floats, order_days: Floats, quantities: pd.DataFrame) -> list[str]:
    """A note where the money of many customers had to be limited to what their order days are likely to bring."""
    low, high = (quantities[name].to_numpy() for name in ORDER_VALUE_RANGE)
    above, below = float(np.mean(money > high * order_days)), float(np.mean(money < low * order_days))
    if above + below <= OFTEN_LIMITED:
        return []
    shares = f"{above + below:.0%} of the customers (from above for {above:.0%}, from below for {below:.0%})"
    why = "an order day would bring more or less than their own order days and the spread of the shop make likely"
    return [f"expected money was limited for {shares}: without the limit {why}"]


def _weigh(unseen: Opinions, latest: TrainingRows) -> tuple[dict[str, Weights], dict[str, Floats]]:
    """What each opinion was worth on the latest slice, and what all together expected, at the lifetime's level."""
    churned = log_loss_weights(unseen.churned, latest.outcome("churned"))
    purchases = _weights(unseen.purchases, latest.outcome("purchases"), POWER["poisson"])
    weights = {"churned": churned, "purchases": purchases}
    order_days = _order_days(unseen, weights, _scales(unseen.purchases))
    opinions = unseen.of_money(latest.table, order_days)
    weights["spend"] = _weights(opinions, latest.outcome("spend"), POWER["tweedie"])
    money = average(opinions, weights["spend"], _scales(opinions))
    if latest.has_money:
        money = held_to_orders(money, order_days, *(latest.lifetime(name) for name in ORDER_VALUE_RANGE))
    return weights, {"purchases": order_days, "spend": money}


def _order_days(
    said: Opinions, weights: Mapping[str, Weights], scales: tuple[float, ...], shift: float = 0.0
) -> Floats:
    """What the opinions together expect, as `Scorer.predict` will say it."""
    p_churn = expit(blend(said.churned, weights["churned"]) + shift)
    return at_least_once(average(said.purchases, weights["purchases"], scales), p_churn)


def _weights(opinions: tuple[Floats, ...], actual: Floats, power: float) -> Weights:
    if not actual.sum() > 0:
        return (1.0, *[0.0] * (len(opinions) - 1))
    return deviance_weights(opinions, actual, power)


def _shift(now: Opinions, weights: Weights, levels: Levels) -> float:
    """What brings the blend's churn rate to the lifetime model's, moved."""
    moved = float(expit(log_odds(now.churned[0]) + levels.churned).mean())
    return round(shift_to_mean(blend(now.churned, weights), moved), 6)


def _scales(opinions: tuple[Floats, ...], level: float = 0.0) -> tuple[float, ...]:
    """What brings each opinion to the sum of the lifetime model's, moved."""
    return scales_to(float(np.exp(level) * opinions[0].sum()), opinions)


def _intervals(
    expected: Mapping[str, Floats], latest: TrainingRows
) -> tuple[RatioIntervals | None, RatioIntervals | None]:
    """For order days and money, calibrated as the latest slice would have been scored then: at the lifetime's level."""
    activity = expected["purchases"]
    purchases = RatioIntervals.fit(activity, activity, latest.outcome("purchases"))
    if not latest.has_money:
        return purchases, None
    return purchases, RatioIntervals.fit(activity, expected["spend"], latest.outcome("spend"))


def _totals(expected: Mapping[str, Floats], latest: TrainingRows, levels: Levels) -> dict[str, TotalInterval]:
    """For the sums of order days and money: the misses of levels, and chance as it was on the latest slice."""
    made = {
        name: TotalInterval.fit(misses, levels.windows, chance_in(expected[name], latest.outcome(name)))
        for name, misses in levels.misses.items()
        if expected[name].sum() > 0
    }
    return {name: interval for name, interval in made.items() if interval}
