"""Another process that writes to a file all the time, in one of several ways."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    """Another process that writes to a file all the time."""
    words = [sys.executable, "-c", WRITER, how, str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "begun\n"
        try:
            yield
        finally:
            writer.kill()
