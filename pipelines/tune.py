"""Tune: look for better parameters of the churn booster before a scorer is fitted; log every trial."""

from __future__ import annotations

from regulars.evaluation import Origins, Tuned, tune
from regulars.params import Params
from regulars.scorer import History, ScorerSettings
from regulars.tracking.child_runs import ChildRun, log_children
from regulars.tracking.store import trials_file


def tune_log(history: History, origins: Origins, params: Params, *, minutes: float) -> tuple[Params, Tuned]:
    """Tune on what had closed before the origins ; return the parameters to train with, and why."""
    file = trials_file(params.mlflow.tracking_uri)
    tuned = tune(history, origins.kept, ScorerSettings.of(params), minutes=minutes, file=file)
    return params.model_copy(update={"churn": {**params.churn, **tuned.chosen}}), tuned


def log_trials(params: Params, run_id: str, tuned: Tuned) -> None:
    """Log every trial that the choice was made from as a child of the training run."""
    children = [
        ChildRun(f"trial {number}" if number else "untuned", each.params, each.loss, each.began, each.seconds)
        for number, each in enumerate(tuned.tried)
    ]
    log_children(params.mlflow, run_id, children)
