"""The page on the nightly job: its script and its units are run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from tests.forked import Server
from tests.pipelines.conftest import CALL, CUTOFF, Place

PAGE = Path(__file__).parents[2] / "docs" / "score-every-night.md"
TEXT = PAGE.read_text(encoding="utf-8")


def block(kind: str, which: int = 0) -> str:
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)[which]


# What the script finds as `regulars`: it hands its words on, shows what was said and ends as the process ended.
REGULARS = """#!/bin/sh
cd "$(dirname "$0")" || exit
echo "$@" > asked
read -r code < ended
cat said >&2
exit "$code"
"""


@contextmanager
def regulars_in(folder: Path, work: Path, forks: Server) -> Iterator[None]:
    """A folder with the command `regulars`, whose calls are processes that need not import anything."""
    folder.mkdir()
    (folder / "regulars").write_text(REGULARS)
    (folder / "regulars").chmod(0o755)
    asked, ended = folder / "asked", folder / "ended"
    os.mkfifo(asked)
    os.mkfifo(ended)

    def answer() -> None:
        while words := asked.read_text().split():
            process = forks.begin(CALL, *words, cwd=work)
            (folder / "said").write_text(process.said())
            ended.write_text(f"{process.returncode}\n")

    answering = Thread(target=answer)
    answering.start()
    try:
        yield
    finally:
        asked.write_text("")
        answering.join()


def test_the_script_scores_judges_and_ends_with_the_exit_code_of_the_monitor(
    place: Place, forks: Server, tmp_path: Path
) -> None:
    (place.folder / "nightly.sh").write_text(block("sh").replace("/srv/shop", str(place.folder)))
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    words = ["sh", place.folder / "nightly.sh"]
    with regulars_in(tmp_path / "bin", place.folder, forks):
        first = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert first.returncode in (0, 3, 4), first.stderr
        assert len(list((place.folder / "scores").glob("cutoff=*/scores.parquet"))) == 1
        again = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert "Nothing to do: " in again.stderr
        assert again.returncode == first.returncode
        (place.folder / "orders.csv").unlink()
        lost = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert lost.returncode == 1
        assert "orders.csv" in lost.stderr


def test_the_script_for_outcomes_judges_the_scores_of_that_day_and_goes_where_there_are_none(
    place: Place, forks: Server, tmp_path: Path
) -> None:
    script = place.folder / "outcomes.sh"
    script.write_text(block("sh", 1).replace("/srv/shop", str(place.folder)))
    assert place.run("score", "--out", f"{place.folder / 'scores'}/", "--cutoff", CUTOFF).exit_code == 0
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    with regulars_in(tmp_path / "bin", place.folder, forks):
        none = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)
        assert (none.returncode, none.stdout, none.stderr) == (0, "", ""), "nothing was scored 180 days ago"
        clock = tmp_path / "bin" / "date"
        clock.write_text(f"#!/bin/sh\necho {CUTOFF}\n")  # as on the day 180 days after it
        clock.chmod(0o755)
        judged = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)
        assert judged.returncode in (0, 3, 4), judged.stderr
        assert "✓ compare" in judged.stderr


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    service, timer = (tmp_path / f"regulars.{ending}" for ending in ("service", "timer"))
    service.write_text(block("ini", 0).replace("User=shop\n", ""))
    timer.write_text(block("ini", 1))
    found = subprocess.run(["systemd-analyze", "verify", service, timer], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert not found.stderr, found.stderr
