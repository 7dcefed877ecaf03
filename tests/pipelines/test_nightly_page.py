"""The page on the nightly job: its script and its units are run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines.conftest import Place

PAGE = Path(__file__).parents[2] / "docs" / "score-every-night.md"
TEXT = PAGE.read_text(encoding="utf-8")


def block(kind: str, which: int = 0) -> str:
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)[which]


def test_the_script_scores_judges_and_ends_with_the_exit_code_of_the_monitor(place: Place) -> None:
    script = block("sh").replace("/srv/shop", str(place.folder))
    (place.folder / "regulars").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m regulars "$@"\n')
    (place.folder / "regulars").chmod(0o755)
    (place.folder / "nightly.sh").write_text(script)
    environment = {**os.environ, "PATH": f"{place.folder}:{os.environ['PATH']}"}
    words = ["sh", place.folder / "nightly.sh"]
    first = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert first.returncode in (0, 3, 4), first.stderr
    assert (place.folder / "scores.parquet").exists()
    again = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert "Nothing to do: " in again.stderr
    assert again.returncode == first.returncode
    (place.folder / "orders.csv").unlink()
    lost = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert lost.returncode == 1


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    service, timer = (tmp_path / f"regulars.{ending}" for ending in ("service", "timer"))
    service.write_text(block("ini", 0).replace("User=shop\n", ""))
    timer.write_text(block("ini", 1))
    found = subprocess.run(["systemd-analyze", "verify", service, timer], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert not found.stderr, found.stderr
