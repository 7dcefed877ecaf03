"""What cannot be done ends with exit code 1, one clear message, and nothing written."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from regulars.cli import console
from tests.cli.conftest import Answer, Run
from tests.servers import PATIENCE

HEADER = "customer_id,date,amount\n"
OFFER = (
    "{name: voucher, channel: email, contact_cost: 1, incentive_cost: 10, "
    "accept_rate: 0.3, winback_rate: 0, redeem_rate: 1}"
)
TARGET = ("target", "--set", f"offers=[{OFFER}]")
REAL = "".join(f"{day % 7},1997-{1 + day % 12:02}-{1 + day % 28:02},{day}.50\n" for day in range(200))

LOGS = {
    "empty file": ("", r"'orders.csv' is empty"),
    "header only": (HEADER, "has columns but no rows"),
    "missing column": (
        "customer_id,dat,amount\n1,1997-01-01,5\n",
        "column 'date' (for ordered_at) is missing (did you mean 'dat'?)",
    ),
    "several missing": ("cust,dat\n1,1997-01-01\n", "column 'amount' (for amount) is missing"),
    "unreadable dates": (
        HEADER + "1,1997-01-01,5\n2,soon,5\n3,1997-13-45,5\n",
        "'soon'",
    ),
    "unreadable amounts": (HEADER + "1,1997-01-01,5\n2,1997-01-02,five\n", "'five'"),
    "two meanings of a date": (
        HEADER + "1,03/04/1997,5\n1,04/05/1997,5\n",
        "Write them as YYYY-MM-DD",
    ),
    "no customer": (
        HEADER + ",1997-01-01,5\n  ,1997-01-02,5\n",
        "has no purchase in it (2 rows excluded: missing customer)",
    ),
    "only returns": (HEADER + "1,1997-01-01,-5\n2,1997-01-02,-5\n", "has no purchase in it"),
    "one customer": (
        HEADER + "1,1997-01-01,5\n1,1997-02-01,5\n",
        "One customer has a purchase; at least 2 customers are needed",
    ),
    "all bought once": (
        HEADER + "".join(f"{k},1997-01-0{k},5\n" for k in range(1, 6)),
        "None of 5 customers came back on a second day",
    ),
    "not text": (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "cannot be read as CSV"),
    "column named twice": ("customer_id,date,amount,Amount\n1,1997-01-01,5,5\n", "more than one column named"),
}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(answer: Answer, said: str) -> None:
    assert answer.code == 1, answer
    assert answer.stdout == ""
    errors = [line for line in answer.stderr.splitlines() if line.startswith(("error:", "unexpected error:"))]
    assert len(errors) == 1, answer.stderr
    assert errors[0].startswith("error:"), answer.stderr
    assert "Traceback" not in answer.stderr
    assert said in answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", LOGS)
def test_a_log_that_cannot_be_used(run: Run, tmp_path: Path, name: str) -> None:
    content, said = LOGS[name]
    log = tmp_path / "orders.csv"
    log.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = files(tmp_path)
    refused(run("train", "--transactions", "orders.csv"), said.replace("'orders.csv'", f"'{log}'"))
    assert files(tmp_path) == before


def test_dates_that_cannot_be_read_are_shown_with_their_rows(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        HEADER + "1,1997-01-01,5\n" * 4 + "2,soon,5\n" + "1,1997-01-01,5\n" * 3 + "3,late,5\n"
    )
    answer = run("validate", "--transactions", "orders.csv")
    refused(answer, "'soon'")
    for shown in ("'late'", "row 5", "9", "2"):
        assert shown in answer.stderr


@pytest.mark.medium
def test_every_fault_of_a_log_is_told_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer_id,date,amount\n1,soon,much\n1,1997-01-01,5\n")
    answer = run("train", "--transactions", "orders.csv")
    refused(answer, "'soon'")
    assert "'much'" in answer.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.parquet", b"PAR1 not"),
        ("orders.csv.gz", b"not gzip"),
        ("orders.csv.gz", gzip.compress(b"\xff\xfe\x00", mtime=0)),
    ],
)
def test_a_damaged_file(run: Run, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    refused(run("validate", "--transactions", name), "cannot be read")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "--transactions", "nowhere.csv"], "There is no file"),
        (["train", "--transactions", "*.parquet"], "No file matches"),
        (["train", "--transactions", ""], "transactions.path is '' (from --transactions)"),
        (["validate", "--params", "nowhere.yaml"], "There is no parameter file 'nowhere.yaml'"),
        (["validate", "--set", "windows.horizon=3"], "windows.horizon: unknown key (did you mean 'horizon_days'?)"),
        (["validate", "--set", "windows"], "Write it as key.path=value"),
        (["validate", "--set", "windows.horizon_days=0"], "windows.horizon_days"),
        (["validate", "--set", "lifetime.model=best"], "lifetime.model"),
        (["validate", "--seed", "-1"], "seed"),
        (["validate", "--cutoff", "01/02/1998"], "windows.cutoff"),
        (
            ["validate", "--cutoff", "1997-01-01"],
            "The cutoff 1997-01-01 has no history before it: the order days span 1997-01-01 to",
        ),
        (["validate", "--cutoff", "2050-01-01"], "lies more than one horizon (180 days) after the end of the log"),
        (
            ["train", "--set", "churn.num_leafs=3", "--set", "windows.horizon_days=40"],
            "the LightGBM parameter 'num_leafs' cannot be set (did you mean 'num_leaf'?)",
        ),
        (["train", "--force", " "], "A reason of 1 to 1000 characters is expected; found 0."),
        (["train", "--set", "mlflow.model_name=a:b"], "mlflow.model_name is 'a:b'"),
        (["train", "--set", "mlflow.tracking_uri=nonsense://x"], "The MLflow store nonsense://x cannot be used"),
        (["score", "--out", "scores.xlsx"], "should end in .parquet or .csv"),
        (["score", "--out", "scores"], "should end in .parquet or .csv"),
        (["score", "--out", "nowhere/scores.csv"], "The folder 'nowhere' does not exist"),
        (["score", "--out", "scores.csv"], "There is no MLflow store"),
        (["score", "--out", "scores.csv", "--model", "regulars"], "There is no MLflow store"),
        ([*TARGET, "--scores", "nowhere.csv", "--out", "targets.csv"], "There is no table 'nowhere.csv'"),
        ([*TARGET, "--scores", "orders.csv", "--out", "targets.csv"], "it lacks cutoff, horizon_days, last_order"),
        ([*TARGET, "--scores", "orders.csv", "--out", "/proc/targets.csv"], "The folder '/proc' takes no files"),
        ([*TARGET, "--scores", "orders.csv", "--out", "targets.txt"], "should end in .parquet or .csv"),
        (["score", "--out", "orders.csv"], "'orders.csv' is read from: it is part of the log. It would be lost"),
        ([*TARGET, "--scores", "s.csv", "--out", "orders.csv"], "'orders.csv' is read from: it is part of the log."),
        ([*TARGET, "--scores", "s.csv", "--out", "s.csv"], "'s.csv' is read from: it is the scores table."),
        (["score", "--out", f"{'x' * 300}.csv"], "cannot be written (File name too long): give another --out."),
        (["score", "--out", f"{'x' * 245}.csv"], ".manifest.json' cannot be written (File name too long)"),
        (["report", "--out", f"{'x' * 300}.html"], "cannot be written (File name too long): give another --out."),
        (["backtest", "--out", "x" * 300], "cannot be written (File name too long): give another --out."),
        (["validate", "--quarantine", f"{'x' * 300}.parquet"], "(File name too long): give another --quarantine."),
        (["validate", "--transactions", "x" * 300], "cannot be opened: File name too long."),
        ([*TARGET, "--scores", f"{'x' * 300}.csv", "--out", "targets.csv"], "File name too long"),
        (["validate", "--params", "x" * 300], "cannot be read: File name too long."),
        (["history", "--set", f"mlflow.tracking_uri=sqlite:///{'x' * 300}"], "File name too long"),
        (["train", "--set", f"mlflow.tracking_uri=sqlite:///{'x' * 300}"], "File name too long"),
        (
            ["score", "--out", "scores.csv", "--transactions", "*.csv"],
            "would be read as part of the log",
        ),
        (
            ["backtest", "--out", "made", "--transactions", "**/*.csv"],
            "would be read as part of the log",
        ),
        (
            ["validate", "--quarantine", "rows.parquet", "--transactions", "."],
            "would be read as part of the log",
        ),
        (["report", "--out", "report.pdf"], "should end in .html"),
        (["validate", "--quarantine", "rows.csv"], "should end in .parquet: it is written as Parquet"),
        (["validate", "--quarantine", "nowhere/rows.parquet"], "Make it, or give another --quarantine."),
        (["backtest", "--out", "/proc/backtest"], "The folder '/proc' takes no files"),
        (["validate", "--cutoff", "2011-31-12"], "windows.cutoff is '2011-31-12'"),
        (["validate", "--cutoff", "9999-12-31"], "windows.cutoff is '9999-12-31'"),
        (["validate", "--set", "offers=[{accept_rate: 3}]"], "offers.0.accept_rate is 3"),
        (["validate", "--set", "horizon_days=90"], "did you mean 'windows.horizon_days'?"),
        (["validate", "--params", "."], "is a folder"),
        (["validate", "--set", "transactions.table=orders"], "only databases have tables"),
        (["report", "--out", "nowhere/report.html"], "The folder 'nowhere' does not exist"),
        (["report", "--out", "report.html"], "There is no MLflow store"),
        (["backtest", "--out", "orders.csv"], "is a file; a folder is expected"),
        (["backtest", "--out", "nowhere/backtest"], "The folder 'nowhere' does not exist"),
        (["history"], "There is no MLflow store"),
        (["rollback", "--reason", "worse"], "There is no MLflow store"),
        (["promote", "--reason", "better"], "There is no MLflow store"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_a_call_that_cannot_be_answered(run: Run, tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "orders.csv").write_text(HEADER + REAL)
    (tmp_path / "params.yaml").write_text("transactions: {path: orders.csv}\n")
    before = files(tmp_path)
    refused(run(*words), said)
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("windws: {}\n", "windws: unknown key (did you mean 'windows'?)"),
        ("offers: [{nme: gift}]\n", "offers.0.nme: unknown key (did you mean 'name'?)"),
        (
            "transactions: {columns: {customer_id: c, ordered_at: d, ammount: a}}\n",
            "unknown key (did you mean 'amount'?)",
        ),
        ("windows: {horizon_days: many, cutof: latest}\n", "windows.cutof: unknown key (did you mean 'cutoff'?)"),
        ("a: [\n", "is not valid YAML"),
        ("- 1\n", "should be a YAML mapping"),
    ],
)
def test_parameters_that_cannot_be_used(run: Run, tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "params.yaml").write_text(content)
    refused(run("validate"), said)


def test_every_fault_of_the_parameters_is_told_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("windows: {horizon_days: many, cutof: latest}\nseed: x\n")
    answer = run("validate")
    for said in ("windows.horizon_days", "windows.cutof", "seed"):
        assert said in answer.stderr


def test_a_usage_error_is_no_failure_of_the_work(run: Run) -> None:
    for words in (["score"], ["frobnicate"], ["promote"], ["train", "--nonsense"]):
        answer = run(*words)
        assert (answer.code, answer.stdout) == (2, "")


def test_debug_shows_where_it_comes_from(run: Run) -> None:
    answer = run("validate", "--transactions", "nowhere.csv", "--debug")
    assert answer.code == 1
    assert "Traceback (most recent call last)" in answer.stderr
    assert "regulars.errors.InputError: There is no file" in answer.stderr


def test_something_unexpected_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("[division] by zero")

    monkeypatch.setattr("regulars.pipelines.validate.validate", fail)
    answer = run("validate")
    assert answer.code == 1
    assert answer.stderr.splitlines() == [
        "unexpected error: ZeroDivisionError: [division] by zero",
        "Run again with --debug for the traceback.",
    ]


def test_an_interrupted_verb_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("regulars.pipelines.validate.validate", stop)
    answer = run("validate")
    assert (answer.code, answer.stdout) == (130, "")
    assert answer.stderr.startswith("Stopped.")


def test_an_interruption_is_known_through_what_others_make_of_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    monkeypatch.setattr("regulars.pipelines.validate.validate", stop)
    answer = run("validate", "--json")
    assert answer.code == 130
    assert json.loads(answer.stdout) == {"error": "Stopped. No table or report was left half-written."}


@pytest.mark.slow
def test_ctrl_c_while_duckdb_reads(tmp_path: Path) -> None:
    """A real process, and a query that would not end."""
    code = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which whatever runs the tests may ignore
from regulars.cli import main
import regulars.pipelines.validate as flow
from regulars.transactions.sql import connect
def endless(params, **_):
    connection = connect()
    print("begun", flush=True)
    connection.execute("SELECT sum(a.range * b.range) FROM range(3000000) a, range(3000000) b").fetchall()
flow.validate = endless
sys.argv = ["regulars", "validate"]
main()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()  # one that did not stop must not hang the tests
    assert (process.returncode, said) == (130, "Stopped. No table or report was left half-written.\n")


def test_machines_are_told_the_error_too(run: Run) -> None:
    answer = run("validate", "--transactions", "nowhere.csv", "--json")
    assert answer.code == 1
    told = json.loads(answer.stdout)["error"]
    assert told.startswith("There is no file")
    assert answer.stderr.strip() == f"error: {told}"


def test_what_is_no_number_is_null_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    console.tell_machine({"a": [float("nan"), 1.5], "b": {"c": float("inf")}})
    assert json.loads(capsys.readouterr().out) == {"a": [None, 1.5], "b": {"c": None}}


def test_scores_of_something_else_are_refused(run: Run, tmp_path: Path) -> None:
    pd.DataFrame({"customer_id": [1], "p_churn": [0.5]}).to_csv(tmp_path / "scores.csv", index=False)
    refused(run(*TARGET, "--scores", "scores.csv", "--out", "targets.csv"), "expected_spend")
    assert not (tmp_path / "targets.csv").exists()
