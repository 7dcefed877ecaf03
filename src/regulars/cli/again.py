"""The options of a call, written down for the command that comes next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FILE = ("params",)
LOG = (*FILE, "transactions", "cutoff", "memory_limit", "seed")


@dataclass(frozen=True)
class Again:
    """The options of a call as the next command repeats them: after verbs that read the log, and after others."""

    log: str = ""
    file: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Again:
        """Write the options down as they were given."""
        given = [(name, asked.get(name)) for name in LOG]
        given += [("set", setting) for setting in asked["set_"] or []]
        words = [(name, f" {flag(name)} {shlex.quote(str(value))}") for name, value in given if value is not None]
        return cls("".join(word for _, word in words), "".join(word for name, word in words if name in (*FILE, "set")))


def flag(name: str) -> str:
    """How an option is written on the command line."""
    return f"--{name.replace('_', '-')}"
