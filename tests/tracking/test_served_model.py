"""The registered model behind `mlflow models serve`, asked over HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pandas as pd
import pytest

from tests.tracking.conftest import Fitted

pytestmark = pytest.mark.slow

PATIENCE = 240  # seconds until a server on a busy machine answers


@dataclass(frozen=True)
class Server:
    """A running server of a model."""

    address: str

    def ask(self, content: str, kind: str) -> tuple[int, str]:
        """Post a request; the status and the body of the answer."""
        request = Request(f"{self.address}/invocations", content.encode(), {"Content-Type": kind})
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()

    def scores(self, content: str, kind: str) -> pd.DataFrame:
        status, body = self.ask(content, kind)
        assert status == 200, body
        return pd.DataFrame(json.loads(body)["predictions"])


@pytest.fixture(scope="module")
def server(full_store: Path) -> Iterator[Server]:
    folder = next(file.parent for file in sorted(full_store.rglob("MLmodel")))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", folder, "-h", "127.0.0.1", "-p", port]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    process = subprocess.Popen(
        [str(word) for word in [*command, "--env-manager", "local", "--workers", 1]],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield Server(address)
    finally:
        os.killpg(process.pid, 15)
        process.communicate(timeout=60)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(4 * PATIENCE):
        assert process.poll() is None, process.communicate()[0].decode()
        try:
            urlopen(f"{address}/ping", timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.25)
        else:
            return
    raise TimeoutError(f"the server at {address} does not answer")


@pytest.fixture
def features(fitted: list[Fitted]) -> pd.DataFrame:
    """A feature table that every one of the three models may score."""
    last = fitted[-1].features.head(5)
    return last.assign(cutoff=pd.Timestamp("2024-12-01"))


def expected(fitted: list[Fitted], features: pd.DataFrame, version: str) -> pd.DataFrame:
    (scorer,) = (each.scorer for each in fitted if each.scorer.version == version)
    return scorer.score_features(features)


def test_csv_is_scored_as_json_is(server: Server, fitted: list[Fitted], features: pd.DataFrame) -> None:
    by_csv = server.scores(features.to_csv(), "text/csv")
    split = features.reset_index().assign(cutoff="2024-12-01").to_dict("split", index=False)
    by_json = server.scores(json.dumps({"dataframe_split": split}).replace("NaN", "null"), "application/json")
    pd.testing.assert_frame_equal(by_csv, by_json)
    scored = expected(fitted, features, by_csv["model_version"][0])
    assert by_csv["customer_id"].tolist() == scored["customer_id"].tolist()
    assert by_csv["p_churn"].tolist() == pytest.approx(scored["p_churn"].tolist(), abs=0, rel=1e-12)


def test_csv_of_nobody_gives_no_scores(server: Server, features: pd.DataFrame) -> None:
    assert len(server.scores(features.head(0).to_csv(), "text/csv")) == 0


def test_a_day_in_another_notation_is_refused_over_http_as_well(server: Server, features: pd.DataFrame) -> None:
    status, body = server.ask(features.assign(cutoff="01/12/2024").to_csv(), "text/csv")
    assert status == 400
    assert "column 'cutoff' holds '01/12/2024' (a text); expected calendar days" in body
