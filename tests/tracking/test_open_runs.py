"""A run whose process was killed is ended by the next one, with its model; one that is being written is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus, Run

from regulars.files import is_alive
from regulars.params import Params
from regulars.tracking import open_runs
from regulars.tracking.open_runs import CLAIM_TAG, open_run
from regulars.tracking.store import opened

pytestmark = pytest.mark.slow

WRITE = """
import sys
from regulars.tracking.open_runs import open_run
from regulars.tracking.store import opened
with opened(sys.argv[1]) as client, open_run(client, "0", "theirs", {}) as (run, folder):
    client.create_logged_model("0", name="scorer", source_run_id=run.run_id)
    print(run.run_id, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def client(empty: Params) -> Iterator[MlflowClient]:
    with opened(empty.mlflow.tracking_uri) as client:
        yield client


@pytest.fixture
def another(empty: Params) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that writes a run, and the run's id."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITE, empty.mlflow.tracking_uri],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        yield process, process.stdout.readline().strip()
        process.kill()


def state(client: MlflowClient, run_id: str) -> tuple[str, list[str], bool]:
    """Status of a run and of its models, and whether somebody's claim stands there."""
    run: Run = client.get_run(run_id)
    models = client.search_logged_models(["0"], f"source_run_id = '{run_id}'")
    return run.info.status, [str(model.status) for model in models], CLAIM_TAG in run.data.tags


def test_what_a_killed_process_left_is_ended(client: MlflowClient, another: tuple[subprocess.Popen[str], str]) -> None:
    process, theirs = another
    process.kill()
    process.wait()
    assert state(client, theirs) == ("RUNNING", ["PENDING"], True)
    with open_run(client, "0", "ours", {}) as (run, _):
        assert state(client, theirs) == ("KILLED", ["FAILED"], False)
        assert client.get_run(theirs).info.end_time
    assert state(client, run.run_id) == ("FINISHED", [], False)


def test_two_may_end_it_at_once(
    client: MlflowClient, another: tuple[subprocess.Popen[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    process, theirs = another
    process.kill()
    process.wait()
    ends = []

    def ended_meanwhile(*_: object) -> bool:
        ends.append(theirs)
        if len(ends) == 1:
            open_runs.end_dead_runs(client, "0")
        return True

    monkeypatch.setattr(open_runs, "_is_open", ended_meanwhile)
    open_runs.end_dead_runs(client, "0")
    assert len(ends) == 2
    assert state(client, theirs) == ("KILLED", ["FAILED"], False)


def test_what_another_process_writes_is_let_be(
    client: MlflowClient, another: tuple[subprocess.Popen[str], str]
) -> None:
    _, theirs = another
    with open_run(client, "0", "ours", {}):
        assert state(client, theirs) == ("RUNNING", ["PENDING"], True)


def test_what_another_process_finishes_as_it_is_looked_at_is_let_be(
    client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = ExitStack()
    run, folder = theirs.enter_context(open_run(client, "0", "theirs", {}))
    model = client.create_logged_model("0", name="scorer", source_run_id=run.run_id)
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)

    def finished_meanwhile(asked: Path) -> bool:
        assert asked == folder
        theirs.close()
        return is_alive(asked)

    monkeypatch.setattr(open_runs, "is_alive", finished_meanwhile)
    with open_run(client, "0", "ours", {}):
        assert state(client, run.run_id) == ("FINISHED", ["READY"], False)


def test_runs_of_other_machines_and_other_tools_are_let_be(client: MlflowClient) -> None:
    others = [
        client.create_run("0", tags=tags).info.run_id for tags in ({}, {CLAIM_TAG: "/tmp/regulars-00000000-gone"})
    ]
    with open_run(client, "0", "ours", {}):
        pass
    assert [client.get_run(run).info.status for run in others] == ["RUNNING", "RUNNING"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError])
def test_a_failure_ends_the_run_and_its_model(client: MlflowClient, failure: type[BaseException]) -> None:
    made: list[tuple[str, Path]] = []

    def fail(write: Callable[..., object] = client.create_logged_model) -> None:
        with open_run(client, "0", "ours", {}) as (run, folder):
            write("0", name="scorer", source_run_id=run.run_id)
            made.append((run.run_id, folder))
            raise failure

    with pytest.raises(failure):
        fail()
    ((run_id, folder),) = made
    assert state(client, run_id) == ("FAILED", [str(LoggedModelStatus.FAILED)], False)
    assert not folder.exists()
