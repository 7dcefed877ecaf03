"""Real processes that are told to end, or are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import PATIENCE

pytestmark = pytest.mark.slow

# What runs the tests may have told them to ignore what a closed terminal or Ctrl-C says, as nohup does.
IN_A_TERMINAL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""
ENDLESS = """
import sys
from regulars.cli import main
import regulars.pipelines.validate as flow
from regulars.transactions import read_transactions
def endless(params, **_):
    tx = read_transactions(params.transactions.path, params.transactions.columns)
    print("begun", flush=True)
    tx.connection.execute("SELECT sum(a.range * b.range) FROM range(3000000) a, range(3000000) b").fetchall()
flow.validate = endless
sys.argv = ["regulars", "validate", "--transactions", "orders.csv", *sys.argv[1:]]
main()
"""
READING = """
import regulars.transactions.sources.read as read
from regulars.cli import main
import sys
def slow(*arguments):
    print("begun", flush=True)
    sys.stdin.read()
read.csv_sql, csv_sql = lambda files, text: (csv_sql(files, text), slow()), read.csv_sql
sys.argv = ["regulars", "validate", "--transactions", "orders.csv"]
main()
"""
LOG = "customer_id,date,amount\n" + "".join(f"anna€{k},2024-01-{k % 28 + 1:02},5\n" for k in range(90))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A log whose signs have to be read from a copy, and a folder for temporary files."""
    (tmp_path / "orders.csv").write_text(LOG, encoding="cp1252")
    (tmp_path / "tmp").mkdir()
    return tmp_path


@contextmanager
def begun(shop: Path, code: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL + code, *words],
        cwd=shop,
        env={**os.environ, "TMPDIR": str(shop / "tmp")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.3)
        try:
            yield process
        finally:
            process.kill()  # one that did not stop must not hang the tests


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_end_stops_the_work_in_words_and_leaves_nothing(shop: Path, number: signal.Signals) -> None:
    with begun(shop, ENDLESS) as process:
        assert list((shop / "tmp").iterdir())
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert said.splitlines()[-1] == "Stopped. No table or report was left half-written."
    assert "Traceback" not in said
    assert not list((shop / "tmp").iterdir())


def test_machines_are_told_of_a_signal_too(shop: Path) -> None:
    with begun(shop, ENDLESS, "--json") as process:
        process.terminate()
        told, _ = process.communicate(timeout=PATIENCE)
    assert told == '{\n "error": "Stopped. No table or report was left half-written."\n}\n'


def test_the_next_run_removes_the_copy_of_the_log_that_a_killed_one_left(shop: Path) -> None:
    with begun(shop, READING) as process:
        process.kill()
    left = [path for path in (shop / "tmp").rglob("*") if path.name == "orders.csv"]
    assert len(left) == 1
    assert "anna€1," in left[0].read_text()
    ended = subprocess.run(
        [sys.executable, "-m", "regulars", "validate", "--transactions", "orders.csv"],
        cwd=shop,
        env={**os.environ, "TMPDIR": str(shop / "tmp")},
        capture_output=True,
        check=False,
    )
    assert b"anna" not in ended.stdout
    assert not list((shop / "tmp").iterdir())
