"""Runs while they are written: finished, failed, or, where their process was killed, ended by the next one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus, RunInfo
from mlflow.exceptions import MlflowException
from mlflow.utils.file_utils import local_file_uri_to_path
from mlflow.utils.uri import is_local_uri

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
    machine left open end as killed. A run that does not finish keeps no files on this machine: they may be
    half written.

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
            with suppress(MlflowException, OSError):
                _end(client, run, "FAILED")
            raise
        # In this order: a run that is killed between the two is finished, not open for ever.
        client.set_terminated(run.run_id, "FINISHED", end_time=ended)
        client.delete_tag(run.run_id, CLAIM_TAG)


def end_dead_runs(client: MlflowClient, experiment_id: str) -> None:
    """End the runs, with their models, that dead processes of this machine left open."""
    for run in client.search_runs([experiment_id], "attributes.status = 'RUNNING'"):
        folder = Path(run.data.tags.get(CLAIM_TAG, ""))
        if made_here(folder) and not is_alive(folder) and _is_open(client, run.info.run_id):
            _end(client, run.info, "KILLED")


def _is_open(client: MlflowClient, run_id: str) -> bool:
    """Ask again, now that its process is known to be dead: it may have finished the run since the runs were listed."""
    return str(client.get_run(run_id).info.status) == "RUNNING"


def _end(client: MlflowClient, run: RunInfo, status: str) -> None:
    models = client.search_logged_models([run.experiment_id], f"source_run_id = '{run.run_id}'")
    for model in models:
        client.finalize_logged_model(model.model_id, LoggedModelStatus.FAILED)
    for place in (run.artifact_uri, *(model.artifact_location for model in models)):
        _remove(place)
    client.set_terminated(run.run_id, status)
    with suppress(MlflowException):  # two processes may end the run of a third at once: the other one has deleted it
        client.delete_tag(run.run_id, CLAIM_TAG)


def _remove(place: str) -> None:
    """Remove files of this machine; a server keeps what it has."""
    if is_local_uri(place):
        folder = Path(local_file_uri_to_path(place))
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            folder.parent.rmdir()  # of the run, where nothing else is in it
