"""Scores made by Spark, on a real standalone cluster: a master and two workers, of which one dies."""

from __future__ import annotations

import json
import re
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from regulars.features import build_features
from regulars.pipelines import score as flow
from regulars.predict import read_table, spark
from regulars.predict.part_files import PartFiles
from regulars.tracking.versions import load_scorer
from regulars.transactions import read_transactions
from tests.pipelines.conftest import CUTOFF, Place, Trained
from tests.servers import PATIENCE, free_port
from tests.spark_cluster import Cluster

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
ROOT = Path(__file__).parents[2]
CODE = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "spark.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(autouse=True)
def one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine has one address, whatever its network is."""
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers may take their time to begin."""
    monkeypatch.setattr(spark, "SECONDS_TO_WORK", PATIENCE)


def refusal(place: Place, *words: object) -> str:
    """Why scores are not made on Spark; nothing is written."""
    made = place.run("score", "--out", place.folder / "spark.parquet", "--engine", "spark", *words)
    assert made.exit_code == 1, made.stderr
    assert not list(place.folder.glob("*spark.parquet*"))
    return " ".join(made.stderr.split())


def manifest(folder: Path, name: str) -> Mapping[str, Any]:
    """What stands beside a table, but for the name of its file."""
    told = json.loads((folder / f"{name}.parquet.manifest.json").read_text())
    assert told.pop("table") == f"{name}.parquet"
    return told


def test_scores_are_the_same_bytes_though_a_worker_is_killed_midway(
    place: Place, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place.score("local.parquet")
    monkeypatch.setattr(flow, "score_log", partial(flow.score_log, parts=8))
    write, one_by_one, kept = PartFiles.write, threading.Lock(), []

    def write_and_kill(files: PartFiles, *part: Any) -> Mapping[str, Any]:
        with one_by_one:  # so that no other part is kept before the worker is dead
            kept.append(write(files, *part))
            if len(kept) == 2:
                cluster.kill_worker()
            return kept[-1]

    monkeypatch.setattr(PartFiles, "write", write_and_kill)
    there = place.score("spark.parquet", "--engine", "spark", "--master", cluster.master)
    assert len(kept) == 8
    assert there == here
    assert manifest(place.folder, "spark") == manifest(place.folder, "local")


def test_workers_with_other_code_are_refused(
    place: Place, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "src" / "regulars", tmp_path / "regulars", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "regulars" / "version_of_tomorrow.py").write_text("")
    (python := tmp_path / "python").write_text(
        f'#!/bin/sh\nPYTHONPATH="{tmp_path}:$PYTHONPATH" exec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    monkeypatch.setenv("PYSPARK_PYTHON", str(python))
    assert "workers have other versions of regulars" in refusal(place, "--master", cluster.master)


@pytest.fixture(scope="class")
def session(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One that is open."""
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        tables = {"spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("tables"))}
        session = SparkSession.builder.master(cluster.master).config(map=tables).getOrCreate()
    yield session
    session.stop()


class TestOpenSession:
    """Where a session is open, as in a notebook: the lines of the page."""

    def test_a_notebook(self, place: Place, session: SparkSession, tmp_path: Path) -> None:
        params = (place.folder / "params.yaml").read_text()
        (place.folder / "params.yaml").write_text(params.replace("orders.csv", "orders/"))
        orders = session.read.csv(str(place.folder / "orders.csv"), header=True, inferSchema=True)
        orders.createOrReplaceTempView("orders")
        lines = (
            CODE[0].replace("/Volumes/main/shop/data", str(place.folder)).replace("/tmp/shop", str(tmp_path / "here"))
        )
        exec(lines.replace("main.shop.", ""), {"spark": session})
        there = Place(tmp_path / "here")
        table = session.table("scores").toArrow()
        assert there.score("local.parquet") == (place.folder / "scores.parquet").read_bytes()
        assert table.num_rows == len(read_table(place.folder / "scores.parquet", ["customer_id"]))

    def test_a_model_is_a_function_of_spark(
        self, trained: Trained, session: SparkSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", trained.place.store)
        tx = read_transactions(trained.place.folder / "orders.csv")
        build_features(tx, CUTOFF).reset_index().to_parquet(tmp_path / "features.parquet")
        known = {"spark": session, "features": session.read.parquet(str(tmp_path / "features.parquet"))}
        exec(CODE[1], known)
        made = known["scores"].toArrow().to_pandas().sort_values("customer_id", ignore_index=True)
        scores = load_scorer("models:/regulars@champion", trained.place.store).score(tx, CUTOFF)
        assert len(made.columns) == 5
        pd.testing.assert_frame_equal(made, scores[list(made)], check_exact=True, check_dtype=False)


def test_a_master_without_workers_is_left_after_a_time(
    place: Place, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "SECONDS_TO_WORK", 2.0)
    while len(cluster.running) > 1:
        cluster.kill_worker()
    said = refusal(place, "--master", cluster.master)
    assert "no worker has taken work for 2 seconds" in said


def test_a_master_that_does_not_answer(place: Place) -> None:
    port = free_port()
    said = refusal(place, "--master", f"spark://127.0.0.1:{port}")
    assert f"master does not answer within 10 seconds: 127.0.0.1:{port} (Connection refused)" in said


def test_without_pyspark(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert "needs pyspark, which is not installed. Install regulars[spark]." in refusal(place)


def test_without_java(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs Java 17 or later: there is no java on the PATH" in refusal(place)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert f"JAVA_HOME is '{tmp_path}', where no bin/java is" in refusal(place)


def test_a_master_is_for_spark_alone(place: Place) -> None:
    made = place.run("score", "--out", place.folder / "scores.parquet", "--master", "local[2]")
    assert made.exit_code == 1
    assert "only Spark has one. Add --engine spark" in made.stderr
