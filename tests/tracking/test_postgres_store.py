"""A real PostgreSQL server as MLflow's store: made by the first run, written by two at once."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from regulars.params import MlflowParams, Params
from regulars.tracking.registry import Registry
from regulars.tracking.runs import Logged
from regulars.tracking.store import opened
from regulars.tracking.versions import load_scorer
from tests.servers import PASSWORD, Postgres
from tests.tracking.conftest import Fitted, log_one

pytestmark = pytest.mark.slow


@pytest.fixture
def params(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    """Parameters of a store in an empty database of the server; artefacts lie below a folder of this machine."""
    psycopg = pytest.importorskip("psycopg")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.chdir(tmp_path)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE store")
    address = postgres.url.replace("postgresql://", "postgresql+psycopg://").replace("/postgres", "/store")
    return Params(mlflow=MlflowParams(tracking_uri=address))


def both_at_once(params: Params, made: list[Fitted]) -> list[Logged]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return list(pool.map(log_one, [params] * len(made), made))


def test_it_is_made_by_the_first_run_and_written_by_two_at_once(params: Params, fitted: list[Fitted]) -> None:
    registry, uri = Registry(params.mlflow), params.mlflow.tracking_uri
    assert log_one(params, fitted[0]).version == "1"
    logged = both_at_once(params, fitted[1:])
    assert sorted(each.version for each in logged) == ["2", "3"]
    for each, made in zip(logged, fitted[1:], strict=True):
        assert load_scorer(each.model_uri, uri).version == made.scorer.version
    assert registry.promote(1, reason="first").to_version == "1"
    assert registry.promote(2, reason="newer").from_version == "1"
    assert registry.rollback(reason="worse").to_version == registry.champion() == "1"
    with opened(uri) as client:
        experiment = client.get_experiment_by_name("regulars").experiment_id
        assert {run.info.status for run in client.search_runs([experiment])} == {"FINISHED"}
