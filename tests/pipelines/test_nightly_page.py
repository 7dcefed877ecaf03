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


# What the script finds as `mail`: the mail, in a file beside it.
MAIL = """#!/bin/sh
{ echo "$@"; cat; } > "$(dirname "$0")/told"
"""

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
    """A folder with `mail` and the command `regulars`, whose calls are processes that need not import anything."""
    folder.mkdir()
    for name, text in {"regulars": REGULARS, "mail": MAIL}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
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
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "MAILTO": "team@shop.example"}
    words, told = ["sh", place.folder / "nightly.sh"], tmp_path / "bin" / "told"
    with regulars_in(tmp_path / "bin", place.folder, forks):
        first = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert first.returncode in (0, 3, 4), first.stdout
        assert len(list((place.folder / "scores").glob("cutoff=*/scores.parquet"))) == 1
        again = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert "Nothing to do: " in again.stdout
        assert again.returncode == first.returncode
        assert told.exists() == (again.returncode != 0), "mail is sent unless all is fine"
        (place.folder / "orders.csv").unlink()
        lost = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert lost.returncode == 1
        assert "orders.csv" in lost.stdout
        assert (
            told.read_text()
            == f"-s regulars: error 1: no scores, or no verdict on them team@shop.example\n{lost.stdout}"
        )
        told.unlink()
        nobody = subprocess.run(words, env=environment | {"MAILTO": ""}, capture_output=True, text=True, check=False)
        assert (nobody.returncode, nobody.stderr, told.exists()) == (1, "", False)


def test_the_script_for_outcomes_judges_the_scores_of_that_day_and_goes_where_there_are_none(
    place: Place, forks: Server, tmp_path: Path
) -> None:
    script = place.folder / "outcomes.sh"
    script.write_text(block("sh", 1).replace("/srv/shop", str(place.folder)))
    assert place.run("score", "--out", f"{place.folder / 'scores'}/", "--cutoff", CUTOFF).exit_code == 0
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    with regulars_in(tmp_path / "bin", place.folder, forks):
        none = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)
        assert (none.returncode, none.stdout, none.stderr) == (0, "", ""), "nothing was scored on that day"
        clock = tmp_path / "bin" / "date"
        clock.write_text(f"#!/bin/sh\necho {CUTOFF}\n")  # as on the day when it is asked for
        clock.chmod(0o755)
        judged = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)
        assert judged.returncode in (0, 3, 4), judged.stdout
        assert "✓ compare" in judged.stdout


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    (tmp_path / "regulars.service").write_text(block("ini", 0).replace("User=shop\n", ""))
    (tmp_path / "regulars.timer").write_text(block("ini", 1))
    for command in re.findall(r"^\$ (sed .*)$", TEXT, re.MULTILINE):  # the units for the outcomes
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    units = sorted(tmp_path.glob("regulars*"))
    assert len(units) == 4
    assert "/srv/shop/outcomes.sh" in (tmp_path / "regulars-outcomes.service").read_text()
    assert "04:00" in (tmp_path / "regulars-outcomes.timer").read_text()
    found = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert not found.stderr, found.stderr
