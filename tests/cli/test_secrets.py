"""No call shows a password that it was given, whatever comes of it."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from regulars.cli.options import verb
from regulars.cli.streams import GuardedGroup
from tests.cli.conftest import Run
from tests.cli.test_options import LOG

pytestmark = pytest.mark.slow

SECRET = "S3cr3tXq9"
NOWHERE = "127.0.0.1:1"  # refuses at once
ADDRESSES = [
    f"postgresql://ann:{SECRET}@{NOWHERE}/log",
    f"postgresql://ann:{SECRET}/x@{NOWHERE}/log",
    f"postgresql://ann:a {SECRET}@{NOWHERE}/log",
    f"postgresql://ann:a@{SECRET}?#@{NOWHERE}/log",
    f"postgresql://ann@{NOWHERE}/log?password={SECRET}",
    f"mysql://ann:{SECRET}@{NOWHERE}/log",
    f"s3://AK:{SECRET}@bucket/log.csv",
    f"s3://bucket/log.csv?s3_secret_access_key={SECRET}&s3_endpoint={NOWHERE}&s3_use_ssl=false",
    f"http://ann:{SECRET}@{NOWHERE}",
    f"http://{NOWHERE}/?token={SECRET}",
    f"http://ann:{SECRET}@[::1",
    f"ann:{SECRET}@{NOWHERE}/log",
    f"{'x' * 70}://ann:{SECRET}{'y' * 400}@{NOWHERE}/log",
]
READS_A_LOG = ("validate", "train", "backtest", "score", "report", "verify-leakage")
OFFERS = (
    "offers=[{name: voucher, channel: email, contact_cost: 1, incentive_cost: 10, "
    "accept_rate: 0.3, winback_rate: 0, redeem_rate: 1}]"
)
NEEDS = {
    "backtest": ["--out", "made"],
    "score": ["--out", "scores.csv"],
    "report": ["--out", "report.html"],
    "target": ["--scores", "scores.csv", "--out", "targets.csv", "--set", OFFERS],
    "promote": ["--reason", "why"],
    "rollback": ["--reason", "why"],
}
VERBS = (*READS_A_LOG, "target", "promote", "rollback", "history")


def calls(address: str, turn: int) -> Iterator[list[str]]:
    """Calls of all verbs that meet an address where one is expected; and of some, by turns, where none is."""
    for place, name in enumerate(VERBS):
        words = [name, *NEEDS.get(name, [])]
        yield [
            *words,
            "--set",
            f"mlflow.tracking_uri={address}",
            *(["--json", "--debug"] if (place + turn) % 2 else []),
        ]
        if (place + turn) % 5 == 0:
            yield [*words, "--set", f"windows.horizon_days={address}"]
            yield [*words, "--set", f"{address}=1"]
            yield [*words, "--set", address]
            yield [*words, "--params", address]
            yield [*words, address]
            yield [*words, "--nonsense", address]
    for name in READS_A_LOG:
        words = [name, *NEEDS.get(name, [])]
        yield [*words, "--transactions", address]
    for name in READS_A_LOG[turn % 3 :: 3]:
        words = [name, *NEEDS.get(name, [])]
        yield [*words, "--transactions", address, "--debug"]
        yield [*words, "--cutoff", address]
        yield [*words, "--memory-limit", address]
        yield [*words, "--seed", address]
    for name in ("score", "report"):
        yield [name, *NEEDS[name], "--model", address]
        yield [name, "--out", address]
    yield ["target", "--scores", address, "--out", "targets.csv", "--set", OFFERS]
    yield ["promote", address, "--reason", "why"]
    yield ["backtest", "--out", address]


@pytest.mark.parametrize(("turn", "address"), list(enumerate(ADDRESSES)))
def test_no_verb_shows_a_secret_of_an_address(run: Run, tmp_path: Path, turn: int, address: str) -> None:
    (tmp_path / "params.yaml").write_text("transactions: {path: nowhere.csv}\n")
    shown = [words for words in calls(address, turn) if SECRET in (said := run(*words)).stdout + said.stderr]
    assert shown == []


@pytest.mark.parametrize("address", [ADDRESSES[0], ADDRESSES[4], ADDRESSES[8], ADDRESSES[9]])
def test_the_next_command_is_told_without_the_secret(run: Run, tmp_path: Path, address: str) -> None:
    (tmp_path / "orders.csv").write_text(LOG)
    words = ["--transactions", "orders.csv", "--set", "windows.horizon_days=40"]
    said = run("validate", *words, "--set", f"mlflow.tracking_uri={address}")
    assert said.code == 0, said.stderr
    assert "regulars train --transactions orders.csv" in said.stdout
    assert "***" in said.stdout
    assert SECRET not in said.stdout + said.stderr


@pytest.mark.parametrize(
    "content",
    [
        "mlflow: {tracking_uri: 'postgresql://ann:S3cr3tXq9@db/log', experiment: 5}\n",
        "mlflow:\n  tracking_uri: postgresql://ann:S3cr3tXq9@db/log\n  password: [S3cr3tXq9\n",
        "mlflow: postgresql://ann:S3cr3tXq9@db/log\n",
        "password: S3cr3tXq9\n",
        "- postgresql://ann:S3cr3tXq9@db/log\n",
    ],
)
def test_a_parameter_file_that_cannot_be_used_is_named_without_its_secrets(
    run: Run, tmp_path: Path, content: str
) -> None:
    (tmp_path / "params.yaml").write_text(content)
    for words in (["validate"], ["validate", "--debug"], ["validate", "--json"]):
        said = run(*words)
        assert said.code == 1
        assert SECRET not in said.stdout + said.stderr


def test_a_real_process_shows_no_secret_of_its_environment(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": f"http://ann:{SECRET}@{NOWHERE}",
        "AWS_SECRET_ACCESS_KEY": f"{SECRET}key",
        "REGULARS__SEED": f"postgresql://ann:{SECRET}@db",
    }
    for words in (
        ["validate", "--set", "seed=1", "--transactions", "s3://bucket/log.csv", "--debug"],
        ["history", "--json"],
    ):
        said = subprocess.run(
            [sys.executable, "-m", "regulars", *words], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert said.returncode == 1
        assert "error" in said.stderr
        assert SECRET not in said.stdout + said.stderr


@pytest.mark.filterwarnings("default")
def test_what_libraries_print_and_warn_of_is_guarded_too() -> None:
    verbs = typer.Typer(cls=GuardedGroup)
    verbs.callback()(lambda: None)

    @verb(verbs)
    def careless(call: object) -> None:
        """Print what should not be printed."""
        print(f"connecting to http://ann:{SECRET}@host")
        sys.stderr.writelines([f"token={SECRET}\n", "\n"])
        warnings.warn(f"http://ann:{SECRET}@host is \x1b[31mslow", UserWarning, stacklevel=1)

    made = CliRunner().invoke(verbs, ["careless"])
    assert made.exit_code == 0
    assert "http://***@host is \\x1b[31mslow" in made.stderr
    assert SECRET not in made.stdout + made.stderr
