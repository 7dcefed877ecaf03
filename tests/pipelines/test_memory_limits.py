"""Scoring and training under real limits of the system: they are kept to, or refused in one message."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from regulars.memory import FOR_DATA, LEAST, LIBRARIES, RESERVED, RESERVED_A_THREAD
from tests.forked import Server
from tests.pipelines.conftest import REGULARS, Place, Trained

SPACE = RESERVED + RESERVED_A_THREAD * (os.cpu_count() or 1) + LEAST + 10  # megabytes, hardly more than is needed
GROUP = 1_000  # megabytes
LIMITED = """
import os, resource, sys
from regulars.memory import usual_limit
megabytes, group, *words = sys.argv[1:]
if group:
    open(group, "w").write(str(os.getpid()))
else:
    resource.setrlimit(resource.RLIMIT_AS, (int(megabytes) * 10**6,) * 2)
print(usual_limit(), file=sys.stderr, flush=True)
from regulars.cli import main
sys.argv = ["regulars", *words]
main()
"""


@pytest.fixture(scope="module")
def scored(trained: Trained) -> bytes:
    return trained.place.score("unlimited.parquet")


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group that may hold a gigabyte: the file that takes its processes."""
    top = Path("/sys/fs/cgroup")
    first = (top / "memory").is_dir()
    made = top / ("memory" if first else "") / f"regulars-test-{os.getpid()}"
    try:
        made.mkdir()
        (made / ("memory.limit_in_bytes" if first else "memory.max")).write_text(str(GROUP * 10**6))
    except OSError as error:
        with suppress(OSError):
            made.rmdir()
        pytest.skip(f"no control group can be made here: {error}")
    yield made / "cgroup.procs"
    made.rmdir()


def test_a_limit_on_the_address_space_sizes_the_parts_and_changes_no_byte(
    forks: Server, place: Place, scored: bytes
) -> None:
    process = forks.begin(LIMITED, SPACE, "", "score", "--out", "scores.parquet", cwd=place.folder)
    said = process.said()
    assert process.returncode == 0, said
    assert said.startswith(f"{FOR_DATA * (LEAST + 10):.0f}MB\n")
    assert (place.folder / "scores.parquet").read_bytes() == scored


def test_the_limit_of_a_container_sizes_the_parts_and_changes_no_byte(
    forks: Server, place: Place, scored: bytes, group: Path
) -> None:
    process = forks.begin(LIMITED, 0, group, "score", "--out", "scores.parquet", cwd=place.folder)
    said = process.said()
    assert process.returncode == 0, said
    assert int(said.partition("MB\n")[0]) == pytest.approx(FOR_DATA * (GROUP - LIBRARIES), rel=1e-3)
    assert (place.folder / "scores.parquet").read_bytes() == scored


@pytest.mark.parametrize("verb", ["score --out scores.parquet", "train"])
def test_too_little_is_one_message_before_anything_is_loaded(place: Place, verb: str) -> None:
    command = f"ulimit -v 600000; exec {' '.join(REGULARS)} {verb}"
    made = subprocess.run(["sh", "-c", command], cwd=place.folder, capture_output=True, text=True, check=False)
    assert (made.returncode, made.stdout) == (1, "")
    assert made.stderr.startswith("error: This process may use 614 MB (limit on its address space, `ulimit -v`; ")
    assert made.stderr.endswith("MB are needed for the smallest log. Raise the limit.\n")
    assert made.stderr.count("\n") == 1
