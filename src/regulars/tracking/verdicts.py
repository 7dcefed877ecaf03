"""Verdicts of the monitor, each as a run beside the training runs: when, about which scores, and why."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

from mlflow.entities import Metric

from regulars.params import MlflowParams
from regulars.redact import redact, redacted
from regulars.tracking.open_runs import open_run
from regulars.tracking.runs import experiment_of
from regulars.tracking.store import opened

SUFFIX = "-monitor"  # of the experiment, so that training runs stay by themselves
VERDICT = "verdict.json"
NO_NAME = re.compile(r"[^\w.\-/ ]")  # characters that MLflow takes in no metric's name; values of attributes have any


def log_verdict(
    store: MlflowParams, name: str, *, tags: Mapping[str, str], metrics: Mapping[str, float], told: Mapping[str, Any]
) -> str:
    """Keep a verdict as a run of the experiment `<experiment>-monitor`; return its id.

    Parameters
    ----------
    store : MlflowParams
    name : str
        Of the run.
    tags, metrics : mapping
    told : mapping
        All of it, aggregates alone, as `verdict.json`.

    Raises
    ------
    ModelError
        If the store fails.
    """
    beside = store.model_copy(update={"experiment": store.experiment + SUFFIX})
    with opened(store.tracking_uri) as client:
        written = {f"regulars.{key}": redact(value) for key, value in tags.items()}
        with open_run(client, experiment_of(client, beside), name, written) as (run, folder):
            now = int(time.time() * 1000)
            numbers = [Metric(NO_NAME.sub("_", key), value, now, 0) for key, value in metrics.items()]
            client.log_batch(run.run_id, metrics=numbers)
            file = folder / VERDICT
            file.write_text(json.dumps(redacted(told), indent=1, sort_keys=True, allow_nan=False), encoding="utf-8")
            client.log_artifact(run.run_id, str(file))
    return str(run.run_id)
