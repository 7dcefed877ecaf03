"""Aggregates behind the report's pictures: predicted and actual figures, and no customer by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.errors import InputError
from regulars.evaluation.metrics import equal_mass_bins
from regulars.evaluation.ranking import IntArray, Ranking
from regulars.evaluation.trials import P_CHURN, PURCHASES, SPEND, Trial, Trials

GAIN_POINTS = 100
MOST_FREQUENT = 7


def calibration(trials: Trials) -> pd.DataFrame:
    """Predicted beside actual churn in ten bins of equal mass, all origins together.

    Returns
    -------
    DataFrame
        Columns `contender`, `bin` (0 the safest), `customers`, `predicted`, `actual` (means).
    """
    tables = []
    for contender, predicted, actual in _pooled(trials, P_CHURN):
        tables.append(_means(contender, "bin", equal_mass_bins(predicted), predicted, actual))
    return _stacked(tables, "bin")


def spend_deciles(trials: Trials) -> pd.DataFrame:
    """Predicted beside actual spend a customer in the deciles of the prediction, all origins together.

    Returns
    -------
    DataFrame
        Columns `contender`, `decile` (0 the lowest), `customers`, `predicted`, `actual` (means).
    """
    tables = []
    for contender, predicted, actual in _pooled(trials, SPEND):
        tables.append(_means(contender, "decile", equal_mass_bins(predicted), predicted, actual))
    return _stacked(tables, "decile")


def purchases_by_frequency(trials: Trials, frequency: pd.DataFrame | None) -> pd.DataFrame:
    """Predicted beside actual order days a customer, by frequency 0 to 7 and more.

    Parameters
    ----------
    trials : Trials
    frequency : DataFrame, optional
        Columns `origin`, `customer_id`, `frequency` (order days after the first, before the
        origin). Without it the table is empty.

    Returns
    -------
    DataFrame
        Columns `contender`, `frequency` (7 stands for 7 and more), `customers`, `predicted`,
        `actual` (means).

    Notes
    -----
    Conditional expectations, as Fader, Hardie & Lee 2005 (Marketing Science 24) show them.
    """
    tables = []
    if frequency is not None and trials.trials:
        found = _frequencies(trials, frequency)
        for contender, predicted, actual in _pooled(trials, PURCHASES):
            at = [f for f, trial in zip(found, trials.trials, strict=True) if (contender, PURCHASES) in trial.predicted]
            group = np.minimum(np.concatenate(at), MOST_FREQUENT)
            tables.append(_means(contender, "frequency", group, predicted, actual))
    return _stacked(tables, "frequency")


def gain(trials: Trials) -> pd.DataFrame:
    """Share of the churners found by contacting the share most at risk, as the mean over origins.

    Returns
    -------
    DataFrame
        Columns `contender`, `contacted` (0, 0.01, .. 1), `churners`. The lift is their ratio.
        Equal scores are contacted in proportion.
    """
    contacted = np.linspace(0, 1, GAIN_POINTS + 1)
    tables = []
    for contender in trials.contenders:
        curves = [
            _gain(trial, contender, contacted) for trial in trials.trials if (contender, P_CHURN) in trial.predicted
        ]
        curves = [curve for curve in curves if not np.isnan(curve).any()]
        if curves:
            found = np.mean(curves, axis=0)
            tables.append(pd.DataFrame({"contender": contender, "contacted": contacted, "churners": found}))
    return (
        pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["contender", "contacted", "churners"])
    )


def _gain(trial: Trial, contender: str, contacted: Floats) -> Floats:
    churned = trial.actual[P_CHURN]
    ranking = Ranking(-trial.predicted[contender, P_CHURN])
    reached, found = ranking.group_sums(np.ones(len(churned))), ranking.group_sums(churned)
    if not churned.any():
        return np.full(len(contacted), np.nan)
    shares: Floats = np.interp(
        contacted, np.r_[0, np.cumsum(reached)] / len(churned), np.r_[0, np.cumsum(found)] / churned.sum()
    )
    return shares


def _pooled(trials: Trials, column: str) -> Iterator[tuple[str, Floats, Floats]]:
    """Each contender's predictions and the actuals, over the origins at which it has them."""
    for contender in trials.contenders:
        at = [trial for trial in trials.trials if (contender, column) in trial.predicted and column in trial.actual]
        if at:
            predicted = np.concatenate([trial.predicted[contender, column] for trial in at])
            yield contender, predicted, np.concatenate([trial.actual[column] for trial in at])


def _means(contender: str, name: str, group: IntArray, predicted: Floats, actual: Floats) -> pd.DataFrame:
    groups, place, customers = np.unique(group, return_inverse=True, return_counts=True)
    means = {
        what: np.bincount(place, values) / customers for what, values in (("predicted", predicted), ("actual", actual))
    }
    return pd.DataFrame({"contender": contender, name: groups, "customers": customers, **means})


def _stacked(tables: Sequence[pd.DataFrame], name: str) -> pd.DataFrame:
    empty = pd.DataFrame(columns=["contender", name, "customers", "predicted", "actual"])
    return pd.concat(tables, ignore_index=True) if tables else empty


def _frequencies(trials: Trials, frequency: pd.DataFrame) -> list[IntArray]:
    """The frequency of each trial's customers."""
    days = pd.to_datetime(frequency["origin"]).dt.date
    known = frequency.assign(day=days).set_index(["day", "customer_id"])["frequency"]
    found = []
    for trial in trials.trials:
        rows = pd.MultiIndex.from_product([[trial.origin], trials.customer_ids[trial.customers]])
        values = known.reindex(rows)
        if missing := int(values.isna().sum()):
            raise InputError(
                f"The frequency of {missing} of {len(values)} customers at {trial.origin} is missing. "
                "Give one row for every customer of every origin."
            )
        found.append(values.to_numpy(dtype=np.int64))
    return found
