"""The schedules that are shipped: an Airflow DAG, a Dockerfile, a CI workflow.

Neither Airflow nor a CI host is here. It is shown that the DAG compiles, that its commands are verbs with their
options, and that the shell turns exit codes as the comment states; not that Airflow takes its arguments.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main
import yaml

from regulars.cli.app import app

ROOT = Path(__file__).parents[1]
DAG = ROOT / "deploy" / "airflow_dag.py"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
VERBS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def bash_commands() -> list[str]:
    tree = ast.parse(DAG.read_text(encoding="utf-8"))
    compile(tree, str(DAG), "exec")
    keywords = [word for node in ast.walk(tree) if isinstance(node, ast.Call) for word in node.keywords]
    return [
        word.value.value for word in keywords if word.arg == "bash_command" and isinstance(word.value, ast.Constant)
    ]


def instructions(name: str) -> list[list[str]]:
    """The words after each instruction of that name in the Dockerfile."""
    return [shlex.split(rest) for rest in re.findall(rf"^{name} (.*)$", DOCKERFILE.read_text(encoding="utf-8"), re.M)]


def check_command(command: str) -> None:
    """See that it is a verb of ours with options of its own."""
    program, verb, *rest = shlex.split(command.partition("||")[0])
    assert program == "regulars"
    known = {option for parameter in VERBS[verb].params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= known


def test_the_dag_compiles_and_calls_verbs_that_exist() -> None:
    commands = bash_commands()
    assert [shlex.split(command)[1] for command in commands] == ["score", "monitor"]
    for command in commands:
        check_command(command)
        assert "scores/" in shlex.split(command), "as the script does: earlier scores are judged by what followed"


@pytest.mark.parametrize(("code", "fine"), [(0, True), (3, True), (4, False), (1, False)])
def test_the_dag_takes_look_as_a_success_and_stop_as_a_failure(tmp_path: Path, code: int, fine: bool) -> None:
    (tmp_path / "regulars").write_text(f"#!/bin/sh\nexit {code}\n")
    (tmp_path / "regulars").chmod(0o755)
    ended = subprocess.run(
        ["sh", "-c", bash_commands()[1]], env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, check=False
    )
    assert (ended.returncode == 0) == fine


def test_the_image_copies_what_is_there_and_nothing_that_is_ignored() -> None:
    copied = {source for *sources, _ in instructions("COPY") for source in sources}
    assert {source for source in copied if not (ROOT / source).exists()} == set()
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == copied


def test_the_image_holds_all_that_the_build_reads() -> None:
    copied = {source for *sources, _ in instructions("COPY") for source in sources}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {"README.md", "LICENSE"} <= copied
    assert 'readme = "README.md"' in project
    assert 'license-files = ["LICENSE"]' in project
    assert (ROOT / "src" / "regulars" / "pipelines").resolve() == ROOT / "pipelines"


def test_the_image_scores_as_somebody_who_is_not_root() -> None:
    ((user,),) = instructions("USER")
    assert user != "root"
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert text.index("USER ") < text.index("ENTRYPOINT ")
    (entry,), (words,) = (re.findall(rf"^{name} \[(.*)\]$", text, re.M) for name in ("ENTRYPOINT", "CMD"))
    check_command(" ".join(yaml.safe_load(f"[{entry}, {words}]")))
    assert yaml.safe_load(f"[{words}]") == ["score", "--out", "scores/"]
    assert "--require-hashes --requirement requirements.lock" in text


@pytest.mark.slow
def test_the_image_builds_and_answers(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        pytest.skip("no Docker daemon answers here: the image is not built")
    name = "regulars-test-image"
    subprocess.run([docker, "build", "--quiet", "--file", DOCKERFILE, "--tag", name, ROOT], check=True)
    told = subprocess.run([docker, "run", "--rm", name, "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("regulars ")


def test_the_workflow_calls_what_the_makefile_has() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    commands = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert commands == ["make test", "make test-lowest", "make test-install"]
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {command.split()[1] for command in commands} <= set(targets)


def test_the_workflow_runs_on_versions_of_python_that_are_supported() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    versions = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert set(versions) <= set(re.findall(r"Python :: (3\.\d+)", project))
