from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version

import pytest
import typer.main
from typer.testing import CliRunner

from regulars.cli.app import app

VERBS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
HEAVY = {
    "babel",
    "pandas",
    "numpy",
    "mlflow",
    "lightgbm",
    "sklearn",
    "matplotlib",
    "scipy",
    "duckdb",
    "pyarrow",
    "pyspark",
}

SHARED = ("--params", "--set", "--transactions", "--cutoff", "--seed", "--json", "--debug")
READS_A_LOG = ("validate", "train", "backtest", "score", "segment", "report", "customer", "verify-leakage")
DRAWS = ("demo", "uplift")


def test_the_verbs() -> None:
    documented = """
        backtest customer demo forget history measure monitor promote report rollback score segment target train
        uplift validate verify-leakage
    """
    assert documented.split() == VERBS


def test_the_list_of_verbs_says_of_each_in_one_whole_line_what_it_does() -> None:
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).output
    lines = [line.split(maxsplit=1) for line in told.partition("Commands:")[2].splitlines() if line.strip()]
    assert sorted(verb for verb, _ in lines) == VERBS
    assert [line for line in lines if not line[1].endswith(".") or line[1].endswith("...")] == []


@pytest.mark.medium
def test_help_of_every_verb_loads_nothing_heavy() -> None:
    code = """
import contextlib, io, json, sys
from regulars.cli.app import app
loaded = {}
for words in json.loads(sys.argv[1]):
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
        app([*words, "--help"])
    loaded[" ".join(words)] = [told.getvalue(), sorted(name.partition(".")[0] for name in sys.modules)]
print(json.dumps(loaded))
"""
    said = subprocess.run(
        [sys.executable, "-c", code, json.dumps([[], *([verb] for verb in VERBS)])],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(said.stdout)
    assert set(told) == {"", *VERBS}
    for verb, (text, modules) in told.items():
        assert "Usage" in text, verb
        assert not HEAVY & set(modules), verb


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import json, sys, regulars; print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(json.loads(said.stdout))


@pytest.mark.medium
@pytest.mark.parametrize("verb", VERBS)
def test_help_names_the_options_that_make_sense(run, verb: str) -> None:
    said = run(verb, "--help")
    assert said.code == 0
    named = {option for option in SHARED if option in said.stdout}
    log = {"--transactions", "--cutoff", "--seed"} if verb in READS_A_LOG else set()
    log |= {"--transactions"} if verb in ("measure", "forget") else set()
    log |= {"--transactions", "--cutoff"} if verb in ("target", "monitor") else set()
    file = {"--params"} if verb != "demo" else set()
    seed = {"--seed"} if verb in DRAWS else set()
    assert named == {"--set", "--json", "--debug"} | file | log | seed


@pytest.mark.parametrize("words", [[], ["--help"]])
def test_without_a_verb_it_tells_the_verbs(run, words: list[str]) -> None:
    said = run(*words)
    assert all(verb in said.stdout + said.stderr for verb in VERBS)


def test_the_version(run) -> None:
    said = run("--version")
    assert (said.code, said.stdout) == (0, f"regulars {version('regulars')}\n")


def test_as_a_module() -> None:
    said = subprocess.run([sys.executable, "-m", "regulars", "--help"], capture_output=True, text=True, check=True)
    assert "train" in said.stdout


@pytest.mark.medium
def test_a_wrong_call_is_told_to_machines_too() -> None:
    words = [sys.executable, "-m", "regulars", "score", "--json"]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "--out" in said.stderr
    assert list(json.loads(said.stdout)) == ["error"]
