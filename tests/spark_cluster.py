"""A real cluster of Spark, started for the tests that need one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.servers import PATIENCE, free_port


@dataclass(frozen=True)
class Cluster:
    """A standalone cluster of Spark: a master, and workers with a processor each, all processes of their own."""

    home: Path
    program: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def master(self) -> str:
        return f"spark://127.0.0.1:{self.port}"

    def start_master(self) -> None:
        self._start("Master", "--host", "127.0.0.1", "--port", self.port, "--webui-port", 0)
        self._await("Started Master", "I have been elected leader")

    def start_worker(self) -> None:
        work = self.home / f"work-{len(self.running)}"
        bounds = ["--cores", 1, "--memory", "1g", "--work-dir", work]
        self._start("Worker", self.master, "--host", "127.0.0.1", "--webui-port", 0, *bounds)
        self._await("Successfully registered with master")

    def kill_worker(self) -> None:
        """Kill the youngest worker, and whatever it has started, at once."""
        worker = self.running.pop()
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=PATIENCE)

    def stop(self) -> None:
        while self.running:
            self.kill_worker()

    def _log(self) -> Path:
        return self.home / f"{len(self.running)}.log"

    def _start(self, kind: str, *words: object) -> None:
        command = [self.program, f"org.apache.spark.deploy.{kind.lower()}.{kind}", *words]
        with self._log().open("wb") as log:
            started = subprocess.Popen(
                [str(word) for word in command],
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        self.running.append(started)

    def _await(self, *words: str) -> None:
        log = self.home / f"{len(self.running) - 1}.log"
        until = time.monotonic() + PATIENCE
        while self.running[-1].poll() is None and time.monotonic() < until:
            if any(word in log.read_text() for word in words):
                return
            time.sleep(0.1)
        raise TimeoutError(log.read_text())


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A standalone cluster of Spark with two workers."""
    pyspark = pytest.importorskip("pyspark", reason="regulars[spark] is not installed")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java, which is not here")
    home = Path(tmp_path_factory.mktemp("spark"))
    log = "rootLogger.level = info\nrootLogger.appenderRef.a.ref = a\nappender.a.type = Console\nappender.a.name = a\n"
    (home / "log4j2.properties").write_text(log + "appender.a.layout.type = PatternLayout\n")
    paths = os.pathsep.join([str(Path(__file__).parent.parent / "src"), os.environ.get("PYTHONPATH", "")])
    environment = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_CONF_DIR": str(home), "PYTHONPATH": paths}
    made = Cluster(home, Path(pyspark.__file__).parent / "bin" / "spark-class", environment)
    try:
        made.start_master()
        made.start_worker()
        made.start_worker()
        yield made
    finally:
        made.stop()
