"""Why Spark cannot be used, in words and at once: by itself it goes on for minutes, or tells in pages of traces."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from regulars.errors import InputError
from regulars.redact import redact, remember
from regulars.version import code_digest

SECONDS_TO_ANSWER = 10.0  # for a master
CONNECT = "sc://"
PORTS = {"spark": 7077, "sc": 15002}  # where no other is named


def refuse_without_pyspark() -> None:
    """Refuse where pyspark is not installed.

    Raises
    ------
    InputError
    """
    if not find_spec("pyspark"):
        raise InputError("--engine spark needs pyspark, which is not installed. Install regulars[spark].")


def refuse_unreachable(master: str | None) -> None:
    """Refuse a master that does not answer, and, where Java is needed, a machine without it.

    Raises
    ------
    InputError
    """
    remember(master or "")
    if not (master and master.startswith(CONNECT)):
        home = os.environ.get("JAVA_HOME")
        if not (Path(home, "bin", "java").exists() if home else shutil.which("java")):
            where = f"JAVA_HOME is {home!r}, where no bin/java is" if home else "there is no java on the PATH"
            raise InputError(f"--engine spark needs Java 17 or later: {where}. Install it, or set JAVA_HOME.")
    tried = []
    for host, port in _addresses(master or ""):
        try:
            socket.create_connection((host, port), timeout=SECONDS_TO_ANSWER).close()
        except OSError as error:
            tried.append(f"{host}:{port} ({error.strerror or error})")
        else:
            return
    if tried:
        raise InputError(
            f"Spark's master does not answer within {SECONDS_TO_ANSWER:.0f} seconds: {', '.join(tried)}. Start it, or "
            "correct --master."
        )


def _addresses(master: str) -> list[tuple[str, int]]:
    """Where a master is looked for, of which one has to answer; nothing for one that has no address of its own.

    Examples
    --------
    >>> _addresses("spark://one:7077,two:7078"), _addresses("sc://three/;user_id=ann"), _addresses("local[2]")
    ([('one', 7077), ('two', 7078)], [('three', 15002)], [])
    """
    scheme, _, rest = master.partition("://")
    if scheme not in PORTS:
        return []
    places = [place.partition(":") for place in rest.partition("/")[0].split(",")]
    return [(host, int(port) if port.isdecimal() else PORTS[scheme]) for host, _, port in places]


def refuse_other_code(found: set[str]) -> None:
    """Refuse workers whose code differs from that of this process, as `code_digest` tells it.

    Raises
    ------
    InputError
    """
    if found != {code_digest()}:
        raise InputError(
            f"Spark's workers have other versions of regulars, Python or the packages below it than this process: "
            f"their code is {', '.join(sorted(found))}, here it is {code_digest()}. Scores might differ. Install the "
            "same everywhere, or name the workers' Python in PYSPARK_PYTHON."
        )


@contextmanager
def told_in_words() -> Iterator[None]:
    """Say what Spark could not do, without its pages of traces."""
    try:
        yield
    except (InputError, TimeoutError):
        raise
    except Exception as error:
        raise InputError(f"Spark could not do it: {_reason(str(error))}") from error


def _reason(text: str) -> str:
    r"""What a worker's Python reported last, or else Spark's first line.

    Examples
    --------
    >>> _reason("Job aborted.\nTraceback:\n  File x\nregulars.errors.InputError: The disk is full.\n\tat org")
    'The disk is full.'
    """
    if "No module named 'regulars'" in text:
        return "its workers have no regulars. Install the same version there, or name their Python in PYSPARK_PYTHON."
    if "JAVA_GATEWAY_EXITED" in text:
        return "Java did not start it. It needs Java 17 or later: see `java -version`, and the lines above."
    told = re.findall(r"^(?:\w+\.)*\w*(?:Error|Exception): (.+)$", text, re.MULTILINE)
    return redact(told[-1] if told else text.strip().partition("\n")[0])
