"""Processes of their own that begin at once: forked from one that has imported all of the package, and no more.

A new interpreter imports for six seconds before a command begins. A fork has a real process id, dies of real signals
and ends with a real exit code. What depends on the environment, on imports or on hashes still needs an interpreter of
its own.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

LATE = (
    "mlflow.pyfunc",
    "mlflow.tracking.client",
    "mlflow.store.tracking.sqlalchemy_store",
)  # imported within functions
LONGEST = 3600  # seconds, so that a test fails where its process waits for ever; servers answer all tests of a file


class Forked:
    """A process that the server has forked; the methods are those of `subprocess.Popen`."""

    def __init__(self, server: Server, pid: int, said: Path) -> None:
        self._server, self.pid, self._said = server, pid, said
        self.returncode: int | None = None

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._server.ask(wait=self.pid, at_once=True)
        return self.returncode

    def wait(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._server.ask(wait=self.pid, at_once=False)
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:  # until it is waited for, its id is given to no other process
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def said(self) -> str:
        """Wait for its end; return what it wrote to stderr."""
        self.wait()
        return self._said.read_text(encoding="utf-8")


class Server:
    """Forks processes and waits for them, as their parent."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **request: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def begin(self, code: str, *words: object, cwd: Path) -> Forked:
        """Begin a process that runs code as `python -c code words` does, in a folder."""
        self._count += 1
        said = self._folder / f"{self._count}.txt"
        pid = self.ask(code=code, words=["-c", *map(str, words)], cwd=str(cwd), said=str(said))
        return Forked(self, pid, said)

    def end(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def import_everything() -> None:
    import duckdb

    import regulars

    names = [module.name for module in pkgutil.walk_packages(regulars.__path__, "regulars.")]
    for name in (*LATE, *names):
        if not name.endswith(("__main__", "pyfunc_model")):
            importlib.import_module(name)
    # DuckDB opens a connection of its own; a fork would wait at its end for threads of that which it does not have.
    duckdb.set_default_connection(duckdb.connect(":memory:", config={"threads": 1}))


def serve() -> str:
    """Fork as asked; return, in each child, the code that it is to run. Ends with its stdin."""
    while line := next_line():
        request = json.loads(line)
        if "wait" in request:
            pid, status = os.waitpid(request["wait"], os.WNOHANG if request["at_once"] else 0)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        elif not (answer := os.fork()):
            nothing = os.open(os.devnull, os.O_RDWR)
            said = os.open(request["said"], os.O_WRONLY | os.O_CREAT)
            for ours, standard in ((nothing, 0), (nothing, 1), (said, 2)):
                os.dup2(ours, standard)
            os.close(nothing)
            os.close(said)
            os.chdir(request["cwd"])
            sys.argv = request["words"]
            signal.alarm(LONGEST)
            return str(request["code"])
        os.write(1, json.dumps(answer).encode() + b"\n")
    return ""


def next_line() -> bytes:
    """A line of stdin, without a buffer that a child would inherit."""
    line = b""
    while not line.endswith(b"\n") and (sign := os.read(0, 1)):
        line += sign
    return line


if __name__ == "__main__":
    import_everything()
    exec(serve(), {"__name__": "__main__"})  # in a child; an error or an exit code ends it as it ends any interpreter
