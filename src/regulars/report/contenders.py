"""Names of contenders and metrics for people, each with one line that explains it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OURS_NAME = "regulars"
LIFETIME_RIVALS = ("bg_nbd", "mbg_nbd", "pareto_nbd", "nbd", "bg_cnbd_k", "mbg_cnbd_k")

CONTENDERS: dict[str, tuple[str, str]] = {
    OURS_NAME: ("ours", "the scorer of this report, fitted at each origin on what had closed by then"),
    "champion": ("champion", "the settings of the model now in use, fitted again at each origin"),
    "untuned": ("untuned", "ours with the parameters of its boosted trees as they were before tuning"),
    "lightgbm": ("LightGBM alone", "the boosted trees of the scorer by themselves, without a blend"),
    "lightgbm_features": ("LightGBM, features alone", "boosted trees that know nothing of the lifetime model"),
    "regression": ("regression", "the logistic regression of the scorer, and its regression for money, by themselves"),
    "hiatus": ("hiatus", "rule: gone is who has not ordered for longer than a limit, chosen on the past"),
    "bg_nbd": ("BG/NBD", "lifetime model: customers order at a rate of their own and may leave after any repeat order"),
    "mbg_nbd": ("MBG/NBD", "lifetime model: as BG/NBD, but customers may also leave after the first order"),
    "nbd": ("NBD", "lifetime model: customers order at a rate of their own and never leave"),
    "pareto_nbd": ("Pareto/NBD", "lifetime model: customers order at a rate of their own and may leave at any time"),
    "bg_cnbd_k": ("BG/CNBD-k", "as BG/NBD, with gaps between orders that are more regular"),
    "mbg_cnbd_k": ("MBG/CNBD-k", "as MBG/NBD, with gaps between orders that are more regular"),
    "pooled_rate": ("pooled rate", "customers of like frequency and recency order as they did on average"),
    "gamma_gamma": ("Gamma-Gamma", "spend model: customers have a mean order value of their own"),
    "days_since_last": ("days since last", "rule: the longer ago the last order, the likelier gone"),
    "frequency": ("frequency", "rule: the fewer repeat orders, the likelier gone; the others order on as before"),
    "past_spend_window": ("recent spend", "rule: what was spent in the last window is spent again"),
    "past_spend_ever": ("spend so far", "rule: in proportion to all that was spent before"),
}


@dataclass(frozen=True)
class Metric:
    """A metric as people read it: `format` is "number", "percent" or "bias", with `digits`."""

    name: str
    title: str
    meaning: str
    digits: int = 3
    format: str = "number"


@dataclass(frozen=True)
class Question:
    """A question that some metrics answer together."""

    asks: str
    metrics: tuple[Metric, ...]


QUESTIONS = (
    Question(
        "Who will not order?",
        (
            Metric("log_loss", "log-loss", "average surprise at what happened; lower is better, 0 is perfect", 4),
            Metric(
                "auc",
                "AUC",
                "chance that one who did not order was ranked above one who did; 0.5 is a coin, 1 is perfect",
                4,
            ),
            Metric("brier", "Brier", "mean squared error of the probabilities; lower is better", 4),
            Metric("ece", "ECE", "mean distance of probabilities from the actual rates; 0 is perfect", 1, "percent"),
            Metric(
                "lift_at_10",
                "lift at 10 %",
                "how many more did not order in the riskiest tenth than in a random tenth",
                2,
            ),
        ),
    ),
    Question(
        "How often do they order?",
        (
            Metric("poisson_deviance", "deviance", "distance between predicted and actual counts; lower is better"),
            Metric(
                "count_bias",
                "bias",
                "how far the predicted total lies from the actual one; + is too high, 0 is perfect",
                1,
                "bias",
            ),
            Metric("count_rmse", "RMSE", "typical error in order days, large errors weighing more"),
        ),
    ),
    Question(
        "How much do they spend?",
        (
            Metric("spend_gini", "Gini", "how well customers are ranked by spend; 1 is perfect, 0 is random"),
            Metric(
                "spend_bias",
                "bias",
                "how far the predicted total lies from the actual one; + is too high, 0 is perfect",
                1,
                "bias",
            ),
            Metric("spend_spearman", "Spearman", "agreement of predicted and actual ranks; 1 is perfect"),
            Metric("spend_decile_wape", "decile error", "how far the totals of ten groups lie off", 1, "percent"),
        ),
    ),
)


def title_of(contender: str) -> str:
    """Name a contender for people."""
    return CONTENDERS.get(contender, (contender, ""))[0]


def means(backtest: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """Mean over origins of each (contender, metric)."""
    return {
        (row["contender"], row["metric"]): math.nan if row["value"] is None else row["value"]
        for row in backtest["metrics"]
        if row["origin"] == "mean"
    }


def gaps(backtest: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """How far ours lies from each contender by each metric: (contender, metric)."""
    return {(row["contender"], row["metric"]): row for row in backtest["comparisons"]}


def ranked(backtest: Mapping[str, Any]) -> list[str]:
    """Contenders: ours first, then from the lowest log-loss to the highest."""
    values = means(backtest)
    losses = {name: values.get((name, "log_loss"), math.inf) for name, _ in values}
    return sorted(losses, key=lambda name: (name != OURS_NAME, losses[name], name))


def lifetime_rival(backtest: Mapping[str, Any]) -> str | None:
    """The lifetime model with the lowest log-loss."""
    return next((name for name in ranked(backtest) if name in LIFETIME_RIVALS), None)
