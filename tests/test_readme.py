"""The code of README and quickstart runs: blocks marked `run` on a slice of CDNOW, other commands to their options."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import typer.main
from typer.testing import CliRunner

from regulars.cli.app import app
from regulars.params import load_params

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUICKSTART = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?P<language>\w*)(?P<run> run)?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
COLUMNS = {"customer_id": "client", "date": "bought_on", "amount": "total"}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("readme")]  # one worker trains once


def blocks(language: str, *, run: bool = False, of: str = README) -> list[str]:
    found = [block for block in BLOCK.finditer(of) if block["language"] == language]
    return [block["text"] for block in found if block["run"] or not run]


def commands(texts: list[str]) -> list[list[str]]:
    lines = [shlex.split(line, comments=True) for text in texts for line in text.splitlines()]
    return [line[1:] for line in lines if line and line[0] == "regulars"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, shop: pd.DataFrame, empty_store: Path) -> Path:
    """A folder with the README's parameters and a log that has the columns they name."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(empty_store, folder / "models")
    shop.rename(columns=COLUMNS).to_csv(folder / "orders.csv", index=False)
    (folder / "shop.yaml").write_text(blocks("yaml", run=True)[0], encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(folder: Path) -> Path:
    """The folder after every command that is marked `run`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("REGULARS__BACKTEST__ORIGINS", "1")  # one origin, one model and few trees show as much
        patch.setenv("REGULARS__CHURN__NUM_ITERATIONS", "40")
        patch.setenv("REGULARS__LIFETIME__MODEL", "mbg_nbd")
        for words in commands(blocks("bash", run=True)):
            result = CliRunner().invoke(app, words)
            assert result.exit_code == 0, f"regulars {shlex.join(words)}\n{result.output}"
    return folder


def test_the_two_words_come_first_and_are_in_the_makefile() -> None:
    first = BLOCK.search(README)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert first
    assert re.findall(r"^make (\w+) ", first["text"], re.MULTILINE) == ["demo", "test"]
    assert all(f"\n{word}: " in makefile for word in ("demo", "test"))


@pytest.mark.parametrize("words", commands(blocks("bash")), ids=lambda words: words[0])
def test_every_command_has_its_verb_and_options(words: list[str]) -> None:
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    context = verbs[words[0]].make_context(words[0], words[1:])  # refuses an option that it does not know
    assert context.args == []
    assert context.command is verbs[words[0]]


def test_the_parameters_are_known(folder: Path) -> None:
    assert load_params(folder / "shop.yaml", environment={}).transactions.columns.amount == "total"


def test_the_commands_make_what_they_name(trained: Path) -> None:
    made = {word for words in commands(blocks("bash", run=True)) for word in words if "." in word}
    assert all((trained / name).is_file() for name in made)


def test_the_python_blocks_run(trained: Path) -> None:
    code = "\n".join(blocks("python", run=True)) + "\nassert same.equals(scores)\n"
    ended = subprocess.run([sys.executable, "-c", code], cwd=trained, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_the_quickstart_takes_the_same_steps_with_the_same_parameters(folder: Path) -> None:
    """So what runs of the README runs of it too."""
    steps = commands(blocks("bash", run=True, of=QUICKSTART))
    assert [words for words in steps if words not in commands(blocks("bash", run=True))] == []
    assert [words[0] for words in steps] == ["validate", "train", "score", "report", "target"]
    (folder / "quick.yaml").write_text("".join(blocks("yaml", run=True, of=QUICKSTART)), encoding="utf-8")
    quick, readme = (load_params(folder / file, environment={}) for file in ("quick.yaml", "shop.yaml"))
    assert quick.model_dump() == readme.model_dump()


def test_the_python_of_the_quickstart_runs(trained: Path) -> None:
    code = "\n".join(blocks("python", run=True, of=QUICKSTART))
    ended = subprocess.run([sys.executable, "-c", code], cwd=trained, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
