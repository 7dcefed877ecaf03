"""Every contender measured at every origin, and the differences to ours with their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from regulars.arrays import Floats
from regulars.evaluation import metrics
from regulars.evaluation.bootstrap import REPLICATES, OriginStatistics, interval, mean_over_origins, resample
from regulars.evaluation.ranking import Statistic
from regulars.evaluation.trials import OURS, P_CHURN, PURCHASES, SPEND, Trial, Trials

MEAN, WORST = "mean", "worst"
NOTHING = 5e-5  # a difference that prints as zero is none

Key: TypeAlias = tuple[str, str]
"""A contender and a metric."""


@dataclass(frozen=True)
class Measure:
    """A metric of one predicted column.

    Parameters
    ----------
    name : str
        As it stands in the metrics table.
    title : str
        As people read it.
    column : str
        The predicted column that it judges.
    better : "higher", "lower" or "zero"
        Where the good values lie; "zero" means the nearer to it the better.
    function : callable
        `(actual, predicted)` to the value.
    losses : callable, optional
        `(actual, predicted)` to the losses of the rows, of a mean that gets an interval.
    of_weights : callable, optional
        `(actual, predicted)` to the metric as a function of the weights, of any other that gets one.
    """

    name: str
    title: str
    column: str
    better: Literal["higher", "lower", "zero"]
    function: Callable[[npt.ArrayLike, npt.ArrayLike], float]
    losses: Callable[[Floats, Floats], Floats] | None = None
    of_weights: Callable[[Floats, Floats], Statistic] | None = None

    def worst(self, values: Iterable[float]) -> float:
        """The worst of some values, leaving out undefined ones."""
        defined = [value for value in values if not math.isnan(value)]
        if self.better == "higher":
            return min(defined, default=math.nan)
        return max(defined, default=math.nan, key=abs if self.better == "zero" else float)


MEASURES = (
    Measure("auc", "AUC", P_CHURN, "higher", metrics.auc, of_weights=metrics.auc_of_weights),
    Measure("log_loss", "log-loss", P_CHURN, "lower", metrics.log_loss, metrics.log_losses),
    Measure("brier", "Brier", P_CHURN, "lower", metrics.brier, metrics.squared_errors),
    Measure("ece", "ECE", P_CHURN, "lower", metrics.expected_calibration_error),
    Measure("lift_at_10", "lift@10 %", P_CHURN, "higher", metrics.lift_at),
    Measure("churn_bias", "churn bias", P_CHURN, "zero", metrics.churn_bias),
    Measure("count_bias", "count bias", PURCHASES, "zero", metrics.bias),
    Measure("count_rmse", "count RMSE", PURCHASES, "lower", metrics.rmse),
    Measure("count_mae", "count MAE", PURCHASES, "lower", metrics.mae),
    Measure(
        "poisson_deviance", "Poisson deviance", PURCHASES, "lower", metrics.poisson_deviance, metrics.poisson_deviances
    ),
    Measure("spend_bias", "spend bias", SPEND, "zero", metrics.bias),
    Measure("spend_rmse", "spend RMSE", SPEND, "lower", metrics.rmse),
    Measure("spend_mae", "spend MAE", SPEND, "lower", metrics.mae),
    Measure("spend_gini", "nGini", SPEND, "higher", metrics.normalised_gini, of_weights=metrics.gini_of_weights),
    Measure("spend_spearman", "Spearman", SPEND, "higher", metrics.spearman),
    Measure("spend_top_decile", "top-decile capture", SPEND, "higher", metrics.top_capture),
    Measure("spend_decile_wape", "decile WAPE", SPEND, "lower", metrics.decile_wape),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


def measure(trials: Trials) -> pd.DataFrame:
    """Every metric of every contender at every origin, with its mean and its worst over them.

    Returns
    -------
    DataFrame
        Columns `origin` (a day, "mean" or "worst"), `contender`, `metric`, `value`. Mean and worst
        are over the origins at which the metric is defined.
    """
    found = [
        (str(trial.origin), contender, measure.name, measure.function(trial.actual[measure.column], predicted))
        for trial in trials.trials
        for (contender, column), predicted in trial.predicted.items()
        for measure in MEASURES
        if measure.column == column and column in trial.actual
    ]
    by_origin = pd.DataFrame(found, columns=["origin", "contender", "metric", "value"])
    over = [
        row
        for (contender, metric), values in by_origin.groupby(["contender", "metric"], sort=True)["value"]
        for row in (
            (MEAN, contender, metric, values.mean()),
            (WORST, contender, metric, BY_NAME[str(metric)].worst(values)),
        )
    ]
    return pd.concat([by_origin, pd.DataFrame(over, columns=by_origin.columns)], ignore_index=True)


def compare(trials: Trials, *, replicates: int = REPLICATES, seed: int = 0) -> pd.DataFrame:
    """How far ours lies from each rival, with a paired interval by customer.

    Returns
    -------
    DataFrame
        Columns `contender`, `metric`, `difference` (ours − the rival's, of the means over
        origins), `low`, `high` (95 % interval), `verdict`: ours is "better" or "worse" where the
        interval lies wholly on one side of zero, else it is a "tie". A rival that did not predict
        at every origin at which ours did is left out.
    """
    origins, customers = [_statistics(trial) for trial in trials.trials], len(trials.customer_ids)
    with threadpool_limits(1, user_api="blas"):  # sums of BLAS differ in their last bits from thread to thread
        whole = mean_over_origins(origins, np.ones((1, customers)))
        drawn = resample(origins, customers, replicates=replicates, seed=seed) if origins else {}
    rows = []
    for rival in trials.contenders[1:]:
        for metric in BY_NAME:
            ours, its = (OURS, metric), (rival, metric)
            if ours in whole and _origins_of(origins, its) == _origins_of(origins, ours):
                low, high = interval(drawn[ours] - drawn[its])
                difference = float(whole[ours][0] - whole[its][0])
                rows.append((rival, metric, difference, low, high, _verdict(metric, low, high)))
    return pd.DataFrame(rows, columns=["contender", "metric", "difference", "low", "high", "verdict"])


def partial(trials: Trials) -> list[str]:
    """Sentences that name the contenders which predict a column at some origins only."""
    origins = len(trials.trials)
    counts: dict[tuple[str, str], int] = {}
    for trial in trials.trials:
        for key in trial.predicted:
            counts[key] = counts.get(key, 0) + 1
    return [
        f"{contender} predicts {column} at {count} of {origins} origins and is left out of that comparison"
        for (contender, column), count in sorted(counts.items())
        if count < origins
    ]


def _statistics(trial: Trial) -> OriginStatistics[Key]:
    """The metrics that get an interval, where they are defined."""
    everybody = np.ones(len(trial.customers))
    losses, statistics = {}, {}
    for (contender, column), predicted in trial.predicted.items():
        for measure in MEASURES:
            if measure.column == column and column in trial.actual:
                key, actual = (contender, measure.name), trial.actual[column]
                if measure.losses:
                    losses[key] = measure.losses(actual, predicted)
                if measure.of_weights:
                    statistics[key] = measure.of_weights(actual, predicted)
    defined = {key: statistic for key, statistic in statistics.items() if not math.isnan(statistic(everybody))}
    return OriginStatistics(trial.customers, losses, defined)


def _origins_of(origins: list[OriginStatistics[Key]], key: Key) -> list[int]:
    """The origins at which a contender has a metric."""
    return [number for number, origin in enumerate(origins) if key in origin.losses or key in origin.statistics]


def _verdict(metric: str, low: float, high: float) -> str:
    if max(abs(low), abs(high)) < NOTHING:
        return "tie"
    if BY_NAME[metric].better == "higher":
        low, high = -high, -low
    return "better" if high < 0 else "worse" if low > 0 else "tie"
