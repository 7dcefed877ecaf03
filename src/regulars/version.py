"""Which code this is."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

__version__ = version("regulars")
STACK = ("duckdb", "lifetimes", "lightgbm", "mlflow", "numpy", "pandas", "scikit-learn", "scipy")


def stack_versions() -> dict[str, str]:
    """The versions of what decides the numbers: Python, and the packages of the stack.

    Examples
    --------
    >>> list(stack_versions())[:3]
    ['python', 'duckdb', 'lifetimes']
    """
    return {"python": platform.python_version(), **{name: version(name) for name in STACK}}


@cache
def code_digest() -> str:
    """A checksum (16 hex digits) of the package's own files and of the versions below it: equal code, equal numbers."""
    folder, digest = Path(__file__).parent, hashlib.sha256(repr(stack_versions()).encode())
    for file in sorted(folder.rglob("*.py")):
        digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def code_version() -> str:
    """The package's version, and the commit where it runs from a checkout.

    Examples
    --------
    >>> code_version().split("+")[0] == version("regulars")
    True
    """
    package = version("regulars")
    folder = Path(__file__).parent
    try:
        commit = subprocess.run(
            ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True, text=True, check=True, timeout=10,
        ).stdout.strip()  # fmt: skip
        inside = subprocess.run(
            ["git", "-C", str(folder), "ls-files", "--error-unmatch", Path(__file__).name],
            capture_output=True, check=False, timeout=10,
        ).returncode == 0  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return package
    return f"{package}+{commit}" if inside else package
