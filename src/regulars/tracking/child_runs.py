"""Trials of a search as child runs of the training run that chose from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mlflow.entities import Metric, Param
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from regulars.params import MlflowParams
from regulars.progress import step
from regulars.tracking.open_runs import open_run
from regulars.tracking.store import opened


@dataclass(frozen=True)
class ChildRun:
    """A trial: its name, the parameters that were tried, their log-loss, when it began and how long it took."""

    name: str
    params: Mapping[str, object]
    log_loss: float
    began: datetime
    seconds: float


def log_children(store: MlflowParams, run_id: str, children: Sequence[ChildRun]) -> None:
    """Log trials below a run, each over the time that it took.

    Raises
    ------
    ModelError
        If the store fails.
    """
    if not children:
        return
    with opened(store.tracking_uri) as client, step("log the trials"):
        experiment = client.get_run(run_id).info.experiment_id
        for child in children:
            began = int(child.began.timestamp() * 1000)
            ended = began + int(child.seconds * 1000)
            tags = {MLFLOW_PARENT_RUN_ID: run_id}
            with open_run(client, experiment, child.name, tags, began=began, ended=ended) as (run, _):
                client.log_batch(
                    run.run_id,
                    metrics=[Metric("log_loss", child.log_loss, ended, 0), Metric("seconds", child.seconds, ended, 0)],
                    params=[Param(name, str(value)) for name, value in child.params.items()],
                )
