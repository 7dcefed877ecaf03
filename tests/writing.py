"""Another process that writes to a file all the time, in one of several ways."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from regulars.transactions.sources import stillness
from tests.servers import PATIENCE

# A program that goes on writing one file until it is told to end. It says when it has begun.
WRITER = """
import os, sys, time
how, name = sys.argv[1:]
print("begun", flush=True)
number = 0
while True:
    number += 1
    line = f"c{number:06},2024-01-01,1.00\\n"
    if how == "appended to":
        with open(name, "a") as file:
            file.write(line)
    elif how == "written over":
        with open(name, "r+") as file:
            file.write("customer_id,date,amount\\n" + line)
    elif how == "left midway in a line":
        with open(name, "a") as file:
            file.write('"' + line)
    elif how == "replaced":
        with open(name + ".new", "w") as file:
            file.write("customer_id,date,amount\\n" + line * 1000)
        os.replace(name + ".new", name)
    else:
        with open(name + ".new", "w") as file:
            file.write("customer_id,date,amount\\n" + line)
        os.replace(name + ".new", os.path.join(os.path.dirname(name), f"more-{number}.csv"))
    time.sleep(0.001)
"""
WAYS = ("appended to", "written over", "left midway in a line", "replaced", "joined by others")


@contextmanager
def writing(how: str, file: Path) -> Iterator[None]:
    """Another process that writes to a file all the time: at least once between two looks at what a log was then."""
    words = [sys.executable, "-c", WRITER, how, str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "begun\n"
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(stillness, "_stamps", _then_written(stillness._stamps, file))
                yield
        finally:
            writer.kill()


def _then_written(look: Callable[..., stillness.Stamps], file: Path) -> Callable[..., stillness.Stamps]:
    """The look, which comes back once the file, or one beside it, was written since."""

    def written() -> tuple[int, ...]:
        found = file.stat()
        return found.st_ino, found.st_size, found.st_mtime_ns, len(list(file.parent.glob("more-*.csv")))

    def look_and_wait(*source: Any) -> stillness.Stamps:
        found, before, until = look(*source), written(), time.monotonic() + PATIENCE
        while written() == before:
            assert time.monotonic() < until, f"nothing was written to {file}"
            time.sleep(0.001)
        return found

    return look_and_wait
