"""Runs while they are written: finished, failed, or, where their process was killed, ended by the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus, RunInfo
from mlflow.exceptions import MlflowException

from regulars.files import is_alive, made_here, scratch

CLAIM_TAG = "regulars.claim"  # of a run that is being written: the temporary folder of its process


@contextmanager
def open_run(
    client: MlflowClient,
    experiment_id: str,
    name: str,
    tags: Mapping[str, str],
    *,
    began: int | None = None,
    ended: int | None = None,
) -> Iterator[tuple[RunInfo, Path]]:
    """Open a run for the enclosed code; give it and a temporary folder.

    The run ends as finished, or as failed with its models where the code fails. Runs that dead processes of this
    machine left open end as killed.

    Parameters
    ----------
    client : MlflowClient
    experiment_id, name : str
    tags : mapping of str to str
    began, ended : int, optional
        In milliseconds since 1970, where they are not those of the enclosed code.
    """
    with scratch() as folder:
        end_dead_runs(client, experiment_id)
        run = client.create_run(
            experiment_id, start_time=began, run_name=name, tags={**tags, CLAIM_TAG: str(folder)}
        ).info
        try:
            yield run, folder
        except BaseException:
            with suppress(MlflowException):
                _end(client, run, "FAILED")
            raise
        client.delete_tag(run.run_id, CLAIM_TAG)
        client.set_terminated(run.run_id, "FINISHED", end_time=ended)


def end_dead_runs(client: MlflowClient, experiment_id: str) -> None:
    """End the runs, with their models, that dead processes of this machine left open."""
    for run in client.search_runs([experiment_id], "attributes.status = 'RUNNING'"):
        folder = Path(run.data.tags.get(CLAIM_TAG, ""))
        if made_here(folder) and not is_alive(folder):
            _end(client, run.info, "KILLED")


def _end(client: MlflowClient, run: RunInfo, status: str) -> None:
    for model in client.search_logged_models([run.experiment_id], f"source_run_id = '{run.run_id}'"):
        if model.status == LoggedModelStatus.PENDING:
            client.finalize_logged_model(model.model_id, LoggedModelStatus.FAILED)
    client.delete_tag(run.run_id, CLAIM_TAG)
    client.set_terminated(run.run_id, status)
