"""Both locks install as they stand: whatever is released after them, and with nothing unhashed."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEV, RUN, LOWEST = "requirements-dev.lock", "requirements.lock", "requirements-lowest.lock"
NO_ISOLATION = "--no-build-isolation"
EXPECTED_BY_RUN, EXPECTED_BY_DEV = [Requirement("regulars")], [Requirement("regulars[dev]")]


def install_commands() -> list[list[str]]:
    """What `make` would run to set up for the checks: every call of pip, without its program."""
    made = subprocess.run(
        ["make", "--dry-run", "--always-make", ".venv/.dev"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    calls = [shlex.split(line) for line in made.stdout.splitlines() if " -m pip " in line]
    return [call[call.index("pip") + 1 :] for call in calls]


def locked(file: str) -> dict[str, Requirement]:
    """The packages that a lock installs on this platform."""
    lines = re.findall(r"^[^\s#].*?(?= \\$)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    pinned = [Requirement(line) for line in lines]
    return {canonicalize_name(pin.name): pin for pin in pinned if pin.marker is None or pin.marker.evaluate()}


def needed(roots: list[Requirement]) -> list[Requirement]:
    """Every requirement that follows from these, with all extras that anything asks for."""
    found, asked = [], [(root.name, extra) for root in roots for extra in ("", *root.extras)]
    for name, extra in asked:
        for line in requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                found.append(requirement)
                more = [(requirement.name, inner) for inner in ("", *requirement.extras)]
                asked += [ask for ask in more if ask not in asked]
    return found


def test_every_lock_is_installed_without_a_resolver_by_hash_and_checked_after() -> None:
    commands = [" ".join(command) for command in install_commands()]
    assert commands == [
        f"--disable-pip-version-check install --quiet --no-deps --require-hashes --requirement {RUN}",
        "--disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .",
        "--disable-pip-version-check check",
        f"--disable-pip-version-check install {NO_ISOLATION} --quiet --no-deps --require-hashes --requirement {DEV}",
        "--disable-pip-version-check check",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "roots"), [(RUN, EXPECTED_BY_RUN), (DEV, EXPECTED_BY_DEV)])
def test_a_lock_holds_all_that_its_packages_need(file: str, roots: list[Requirement]) -> None:
    pinned = locked(file)
    followed = needed(roots)
    assert len({requirement.name for requirement in followed}) > 50
    for requirement in followed:
        name = canonicalize_name(requirement.name)
        if name == "regulars":
            continue
        assert name in pinned, f"{requirement} is not in {file}"
        pin = next(iter(pinned[name].specifier)).version
        assert requirement.specifier.contains(pin, prereleases=True), f"{requirement} is locked at {pin}"
        assert version(name) == pin, f"{name} is installed at another version than {file} has"


def test_the_build_is_locked_too() -> None:
    assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]
    for line in PROJECT["build-system"]["requires"]:
        requirement = Requirement(line)
        for file in (RUN, DEV):
            pin = next(iter(locked(file)[requirement.name].specifier)).version
            assert requirement.specifier.contains(pin)


def test_what_runs_is_what_was_checked() -> None:
    run, dev = locked(RUN), locked(DEV)
    assert {name: pin.specifier for name, pin in run.items()} == {name: dev[name].specifier for name in run}


@pytest.mark.parametrize("file", [RUN, DEV, LOWEST])
def test_a_lock_pins_each_package_by_hash_and_names_no_index(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z].*", text, re.MULTILINE)
    assert len(pins) > 80
    assert all("==" in pin and pin.endswith(" \\") for pin in pins)
    assert "://" not in text
    assert set(re.findall(r"--[a-z-]+", text)) == {"--hash"}


def test_the_lowest_versions_that_are_allowed_are_those_that_are_locked_to_be_tested() -> None:
    pinned = locked(LOWEST)
    for requirement in map(Requirement, PROJECT["project"]["dependencies"]):
        (floor,) = [part.version for part in requirement.specifier if part.operator in (">=", "==")]
        pin = next(iter(pinned[canonicalize_name(requirement.name)].specifier)).version
        assert Version(pin) == Version(floor), f"{requirement} is tested at {pin}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from an sdist of this project, unpacked."""
    folder = tmp_path_factory.mktemp("built")
    build = f"from setuptools import build_meta; build_meta.build_sdist({str(folder)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=ROOT, capture_output=True, check=True)
    (sdist,) = folder.glob("*.tar.gz")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", folder / "installed"]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, sdist], check=True, capture_output=True)
    return folder / "installed"


@pytest.mark.slow
def test_a_wheel_made_from_an_sdist_holds_every_file_of_the_package_and_the_flows(built: Path) -> None:
    package = ROOT / "src" / "regulars"
    kinds = {".py", ".typed", ".html", ".css", ".sql"}
    ours = [path for top in (package, package / "pipelines") for path in top.rglob("*") if path.suffix in kinds]
    files = {path.relative_to(package) for path in ours}
    assert {Path("pipelines/train.py"), Path("report/templates/page.html"), Path("py.typed")} <= files
    for file in files:
        assert (built / "regulars" / file).read_bytes() == (package / file).read_bytes()


@pytest.mark.slow
def test_its_command_runs_from_elsewhere(built: Path, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, built / "bin" / "regulars", "validate", "--set", "transactions.path=demo"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(built)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "23,570" in told.stdout


def wheel(folder: Path, name: str, number: str, *metadata: str) -> str:
    """Write a package of nothing; return its line in a lock."""
    file = folder / f"{name}-{number}-py3-none-any.whl"
    info = f"{name}-{number}.dist-info"
    with zipfile.ZipFile(file, "w") as packed:
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {number}", *metadata]
        packed.writestr(f"{info}/METADATA", "\n".join(lines) + "\n")
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{info}/RECORD", "")
    return f"{name}=={number} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


@pytest.mark.slow
def test_a_lock_installs_as_it_is_on_the_day_of_a_newer_release(tmp_path: Path) -> None:
    """The fault of coverage: a package asks for another with an extra, and the newest of that one has a new need."""
    lock = [
        wheel(tmp_path, "asking", "1.0", "Requires-Dist: covering[toml]>=1"),
        wheel(tmp_path, "covering", "1.0", "Provides-Extra: toml", "Requires-Dist: reading; extra == 'toml'"),
        wheel(tmp_path, "reading", "1.0"),
    ]
    wheel(tmp_path, "covering", "2.0", "Provides-Extra: toml", "Requires-Dist: unheard>=2; extra == 'toml'")
    wheel(tmp_path, "unheard", "2.0")
    (tmp_path / DEV).write_text("".join(lock))
    (command,) = [words for words in install_commands() if DEV in words]
    target = tmp_path / "installed"
    ended = subprocess.run(
        [sys.executable, "-m", "pip", *command, "--no-index", "--find-links", tmp_path, "--target", target],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    installed = sorted(folder.name for folder in target.glob("*.dist-info"))
    assert installed == ["asking-1.0.dist-info", "covering-1.0.dist-info", "reading-1.0.dist-info"]
