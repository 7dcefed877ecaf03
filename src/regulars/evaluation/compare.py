"""Every contender measured at every origin, and the differences to ours with their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.evaluation import metrics
from regulars.evaluation.bootstrap import (
    REPLICATES,
    OriginStatistics,
    Statistic,
    auc_statistic,
    gini_statistic,
    interval,
    mean_over_origins,
    mean_statistic,
    resample,
)
from regulars.evaluation.ranking import FloatArray
from regulars.evaluation.trials import OURS, P_CHURN, PURCHASES, SPEND, Trial, Trials

MEAN, WORST = "mean", "worst"
NOTHING = 5e-5  # a difference that prints as zero is none


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
    statistic : callable, optional
        `(actual, predicted)` to the metric as a function of weights; given for the metrics that
        get an interval.
    """

    name: str
    title: str
    column: str
    better: Literal["higher", "lower", "zero"]
    function: Callable[[npt.ArrayLike, npt.ArrayLike], float]
    statistic: Callable[[FloatArray, FloatArray], Statistic] | None = None

    def worst(self, values: Iterable[float]) -> float:
        """The worst of some values, leaving out undefined ones."""
        defined = [value for value in values if not math.isnan(value)]
        if self.better == "higher":
            return min(defined, default=math.nan)
        return max(defined, default=math.nan, key=abs if self.better == "zero" else float)


def _log_loss_statistic(churned: FloatArray, p_churn: FloatArray) -> Statistic:
    return mean_statistic(metrics.log_losses(churned, p_churn))


def _brier_statistic(churned: FloatArray, p_churn: FloatArray) -> Statistic:
    return mean_statistic(metrics.squared_errors(churned, p_churn))


def _deviance_statistic(purchases: FloatArray, predicted: FloatArray) -> Statistic:
    return mean_statistic(metrics.poisson_deviances(purchases, predicted))


MEASURES = (
    Measure("auc", "AUC", P_CHURN, "higher", metrics.auc, auc_statistic),
    Measure("log_loss", "log-loss", P_CHURN, "lower", metrics.log_loss, _log_loss_statistic),
    Measure("brier", "Brier", P_CHURN, "lower", metrics.brier, _brier_statistic),
    Measure("ece", "ECE", P_CHURN, "lower", metrics.expected_calibration_error),
    Measure("lift_at_10", "lift@10 %", P_CHURN, "higher", metrics.lift_at),
    Measure("churn_bias", "churn bias", P_CHURN, "zero", metrics.churn_bias),
    Measure("count_bias", "count bias", PURCHASES, "zero", metrics.bias),
    Measure("count_rmse", "count RMSE", PURCHASES, "lower", metrics.rmse),
    Measure("count_mae", "count MAE", PURCHASES, "lower", metrics.mae),
    Measure("poisson_deviance", "Poisson deviance", PURCHASES, "lower", metrics.poisson_deviance, _deviance_statistic),
    Measure("spend_bias", "spend bias", SPEND, "zero", metrics.bias),
    Measure("spend_rmse", "spend RMSE", SPEND, "lower", metrics.rmse),
    Measure("spend_mae", "spend MAE", SPEND, "lower", metrics.mae),
    Measure("spend_gini", "nGini", SPEND, "higher", metrics.normalised_gini, gini_statistic),
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
    origins = [OriginStatistics(trial.customers, _statistics(trial)) for trial in trials.trials]
    whole = mean_over_origins(origins, np.ones(len(trials.customer_ids)))
    drawn = resample(origins, len(trials.customer_ids), replicates=replicates, seed=seed) if origins else {}
    rows = []
    for rival in trials.contenders[1:]:
        for metric, at in _origins_of(origins, OURS).items():
            if _origins_of(origins, rival).get(metric) == at:
                ours, its = (OURS, metric), (rival, metric)
                low, high = interval(drawn[ours] - drawn[its])
                rows.append((rival, metric, whole[ours] - whole[its], low, high, _verdict(metric, low, high)))
    return pd.DataFrame(rows, columns=["contender", "metric", "difference", "low", "high", "verdict"])


def partial(trials: Trials) -> list[str]:
    """Sentences that name the contenders which predict a column at some origins only."""
    wanted = len(trials.trials)
    counts: dict[tuple[str, str], int] = {}
    for trial in trials.trials:
        for key in trial.predicted:
            counts[key] = counts.get(key, 0) + 1
    return [
        f"{contender} predicts {column} at {count} of {wanted} origins and is left out of that comparison"
        for (contender, column), count in sorted(counts.items())
        if count < wanted
    ]


def _statistics(trial: Trial) -> dict[tuple[str, str], Statistic]:
    """The statistics that get an interval, where they are defined."""
    everybody = np.ones(len(trial.customers))
    made = {
        (contender, measure.name): measure.statistic(trial.actual[column], predicted)
        for (contender, column), predicted in trial.predicted.items()
        for measure in MEASURES
        if measure.statistic and measure.column == column and column in trial.actual
    }
    return {key: statistic for key, statistic in made.items() if not math.isnan(statistic(everybody))}


def _origins_of(origins: list[OriginStatistics[tuple[str, str]]], contender: str) -> dict[str, list[int]]:
    """The origins at which a contender has each metric."""
    found: dict[str, list[int]] = {}
    for number, origin in enumerate(origins):
        for whose, metric in origin.statistics:
            if whose == contender:
                found.setdefault(metric, []).append(number)
    return found


def _verdict(metric: str, low: float, high: float) -> str:
    if max(abs(low), abs(high)) < NOTHING:
        return "tie"
    if BY_NAME[metric].better == "higher":
        low, high = -high, -low
    return "better" if high < 0 else "worse" if low > 0 else "tie"
