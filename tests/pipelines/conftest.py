"""A shop that has been trained on once, from the command line, for the whole session."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from regulars.cli.app import app
from tests.forked import Server

CUTOFF = "1998-03-01"
PARAMS = f"""
transactions: {{path: orders.csv}}
windows: {{cutoff: {CUTOFF}, horizon_days: 120}}
lifetime: {{model: mbg_nbd}}
churn: {{num_iterations: 40}}
backtest: {{origins: 1}}
offers: [{{name: voucher, channel: email, contact_cost: 1, incentive_cost: 5, accept_rate: 0.3, winback_rate: 0.03,
          redeem_rate: 1}}]
mlflow: {{tracking_uri: "sqlite:///store/mlflow.db"}}
"""


@dataclass(frozen=True)
class Place:
    """A folder with a log, its parameters and a store; commands run as somebody would who works there."""

    folder: Path

    @property
    def store(self) -> str:
        return f"sqlite:///{self.folder / 'store' / 'mlflow.db'}"

    def run(self, *words: object) -> Result:
        """Run a verb in this process."""
        verb, *rest = (str(word) for word in words)
        return CliRunner().invoke(app, [verb, "--params", str(self.folder / "params.yaml"), *rest])

    def json(self, *words: object) -> Any:
        """Run a verb that succeeds, and read what it tells machines."""
        made = self.run(*words, "--json")
        assert made.exit_code == 0, made.stderr
        return json.loads(made.stdout)

    def score(self, name: str, *words: object) -> bytes:
        """The bytes of the scores."""
        made = self.run("score", "--out", self.folder / name, *words)
        assert made.exit_code == 0, made.stderr
        return (self.folder / name).read_bytes()

    def fresh(self, command: Sequence[object], **environment: str) -> str:
        """Run a command in a process of its own that knows nothing but these variables.

        Where the environment names the kernel of OpenBLAS, it stays: each rounds in its own way.
        """
        kept = ("PATH", "HOME", "LANG", "TMPDIR", "OPENBLAS_CORETYPE")
        plain = {name: os.environ[name] for name in kept if name in os.environ}
        made = subprocess.run(
            [str(word) for word in command],
            cwd=self.folder,
            env={**plain, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        return made.stdout

    def copy(self, folder: Path) -> Place:
        """The log, its parameters and the store in another place, to be changed at will; no results of other tests."""
        shutil.copytree(self.folder / "store", folder / "store")
        for name in ("orders.csv", "params.yaml"):
            shutil.copy2(self.folder / name, folder / name)
        return Place(folder)


REGULARS = (sys.executable, "-m", "regulars")
# The same in a process that the fixture `forks` begins.
CALL = "import sys; from regulars.cli import main; sys.argv[0] = 'regulars'; main()"


@dataclass(frozen=True)
class Trained:
    """The place, and what training told."""

    place: Place
    told: Mapping[str, Any]
    log: pd.DataFrame


@pytest.fixture(scope="session")
def trained(shop: pd.DataFrame, empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The shop trained on up to the cutoff; its log goes on for four months more. Do not change it."""
    place = Place(tmp_path_factory.mktemp("shop"))
    log = shop.assign(customer_id="shopper-" + shop["customer_id"])  # ids that nothing else looks like
    log.to_csv(place.folder / "orders.csv", index=False)
    (place.folder / "params.yaml").write_text(PARAMS)
    shutil.copytree(empty_store, place.folder / "store")
    return Trained(place, place.json("train", "--force", "the tests go on"), log)


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Begins processes that have imported everything."""
    server = Server(tmp_path_factory.mktemp("forks"))
    yield server
    server.end()


@pytest.fixture
def place(trained: Trained, tmp_path: Path) -> Place:
    """A copy of the trained place."""
    return trained.place.copy(tmp_path / "moved")
