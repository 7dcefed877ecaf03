"""The same log gives the same bytes, whatever the number of threads and the order of its rows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from experiments.worlds import pausing_shop
from tests.pipelines.conftest import REGULARS

PARAMS = """
transactions: {path: orders.csv}
windows: {horizon_days: 30}
churn: {num_iterations: 10}
lifetime: {model: mbg_nbd}
backtest: {origins: 1}
mlflow: {tracking_uri: "sqlite:///store/mlflow.db"}
"""
MADE = ("predictions.parquet", "backtest.csv", "report.html")


def run(folder: Path, threads: str, *words: object) -> None:
    counts = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
    made = subprocess.run(
        [*REGULARS, *(str(word) for word in words)],
        cwd=folder,
        env={**os.environ, **counts},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop, trained on by one thread; its log once as it came and once shuffled."""
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "params.yaml").write_text(PARAMS)
    (folder / "store").mkdir()
    log = pausing_shop(120, 130)
    log.to_csv(folder / "orders.csv", index=False)
    log.sample(frac=1.0, random_state=3).to_csv(folder / "shuffled.csv", index=False)
    run(folder, "1", "train")
    return folder


def made_by(shop: Path, log: str, threads: str) -> dict[str, bytes]:
    folder = shop / f"{Path(log).stem}-{threads}"
    folder.mkdir()
    run(shop, threads, "backtest", "--transactions", log, "--out", folder)
    run(
        shop, threads, "report", "--transactions", log, "--out", folder / "report.html", "--model", "models:/regulars/1"
    )
    (folder / "report.html").write_text((folder / "report.html").read_text(encoding="utf-8").replace(log, "orders.csv"))
    return {name: (folder / name).read_bytes() for name in MADE}


def test_backtest_and_report_are_the_same_bytes_for_any_threads_and_order_of_rows(shop: Path) -> None:
    expected = made_by(shop, "orders.csv", "1")
    for log, threads in (("orders.csv", "2"), ("shuffled.csv", "4")):
        found = made_by(shop, log, threads)
        assert [name for name in MADE if found[name] != expected[name]] == [], (log, threads)
