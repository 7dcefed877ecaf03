"""The same log gives the same bytes, whatever the order of its rows, the number of threads, clock, zone and locale."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from experiments.worlds import pausing_shop

PARAMS = """
transactions: {path: orders.csv}
windows: {cutoff: 2024-05-10, horizon_days: 30}
churn: {num_iterations: 10}
lifetime: {model: mbg_nbd}
backtest: {origins: 1}
mlflow: {tracking_uri: "sqlite:///store/mlflow.db"}
"""
MADE = ("predictions.parquet", "backtest.csv", "report.html")
# One process runs several verbs, since its imports take as long as a verb.
RUN = """
import json, sys
from regulars.cli.app import app
for words in json.loads(sys.argv[1]):
    app(words, standalone_mode=False)
"""
# Laid before the system's own, it makes the clock go by three years and a half too far.
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t which, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(which, now);
    if (which == CLOCK_REALTIME) now->tv_sec += 1278L * 86400;
    return failed;
}
"""
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7"}


def wrong_clock(folder: Path) -> dict[str, str]:
    """The variable that has programs begin with a clock that goes wrong; none where nothing compiles it."""
    if not shutil.which("cc"):
        return {}
    (folder / "clock.c").write_text(CLOCK)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "clock.so", "clock.c", "-ldl"], cwd=folder, check=True)
    preload = {"LD_PRELOAD": str(folder / "clock.so")}
    asked = [sys.executable, "-c", "import time; print(time.time())"]
    told = subprocess.run(asked, env={**os.environ, **preload}, capture_output=True, text=True, check=True).stdout
    assert float(told) > time.time() + 1277 * 86400
    return preload


def run(folder: Path, threads: str, surroundings: dict[str, str], *calls: list[str]) -> None:
    counts = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
    made = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(calls)],
        cwd=folder,
        env={**os.environ, **counts, **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr


def made_by(shop: Path, log: str, threads: str, surroundings: dict[str, str], *before: list[str]) -> dict[str, bytes]:
    folder = shop / f"{Path(log).stem}-{threads}"
    folder.mkdir()
    of_log, page = ["--transactions", log, "--out"], folder / "report.html"
    backtest = ["backtest", *of_log, str(folder)]
    report = ["report", *of_log, str(page), "--model", "models:/regulars/1"]
    run(shop, threads, surroundings, *before, backtest, report)
    page.write_text(page.read_text(encoding="utf-8").replace(log, "orders.csv"), encoding="utf-8")
    return {name: (folder / name).read_bytes() for name in MADE}


def test_backtest_and_report_are_the_same_bytes_for_any_surroundings_and_order_of_rows(
    tmp_path: Path, empty_store: Path
) -> None:
    """A small shop, trained on and judged by one thread; then judged by four, on the shuffled log, elsewhere."""
    (tmp_path / "params.yaml").write_text(PARAMS)
    shutil.copytree(empty_store, tmp_path / "store")
    log = pausing_shop(120, 130)
    log.to_csv(tmp_path / "orders.csv", index=False)
    log.sample(frac=1.0, random_state=3).to_csv(tmp_path / "shuffled.csv", index=False)
    expected = made_by(tmp_path, "orders.csv", "1", {}, ["train"])
    found = made_by(tmp_path, "shuffled.csv", "4", {**ELSEWHERE, **wrong_clock(tmp_path)})
    assert [name for name in MADE if found[name] != expected[name]] == []
