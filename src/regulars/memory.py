"""How much memory this process may use, where the system limits it: a container, a service, `ulimit -v`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from regulars.errors import InputError

MEGABYTE = 1_000_000
LIBRARIES = 500  # megabytes that the libraries take before any data are read
# Of the address space they reserve far more than they use: measured 2.7 GB with one thread each, 0.3 GB for one more.
RESERVED, RESERVED_A_THREAD = 2_600, 300
FOR_DATA = 0.6  # of what is left, for DuckDB: parts that are scored take a quarter as much, and models the rest
LEAST = 200  # megabytes for data; below it nothing can be done
GROUPS, OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
FILES = ("memory.max", "memory.high", "memory.limit_in_bytes")  # of a control group, version 2 and version 1


@dataclass(frozen=True)
class Limit:
    """A limit that the system sets.

    Parameters
    ----------
    megabytes : float
    needed : float
        Megabytes of it that are taken before any data are read.
    by : str
        What sets it, in words.
    """

    megabytes: float
    needed: float
    by: str

    @property
    def left(self) -> float:
        """Megabytes for data."""
        return self.megabytes - self.needed


def usual_limit() -> str | None:
    """What DuckDB may hold, and parts are sized by, where no `memory_limit` is given; None where nothing limits us.

    Raises
    ------
    InputError
        If the process may use less than it needs for the smallest log.
    """
    limits = list(_limits())
    if not limits:
        return None
    least = min(limits, key=lambda limit: limit.left)
    if least.left < LEAST:
        raise InputError(
            f"This process may use {least.megabytes:,.0f} MB ({least.by}), and {least.needed + LEAST:,.0f} MB are "
            "needed for the smallest log. Raise the limit."
        )
    return f"{FOR_DATA * least.left:.0f}MB"


def _limits() -> Iterator[Limit]:
    """The limits that are less than what the machine has."""
    machine = _machine()
    group = min(_of_groups(), default=machine)
    if group < machine:
        yield Limit(group, LIBRARIES, "limit of its control group, as of a container")
    space = _of_address_space()
    needed = RESERVED + RESERVED_A_THREAD * (os.cpu_count() or 1)
    if space < needed + machine:
        yield Limit(space, needed, "limit on its address space, `ulimit -v`; libraries reserve much more than they use")


def _machine() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MEGABYTE
    except (AttributeError, ValueError, OSError):
        return float("inf")


def _of_address_space() -> float:
    try:
        import resource
    except ImportError:  # on Windows
        return float("inf")
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return float("inf") if soft == resource.RLIM_INFINITY else soft / MEGABYTE


def _of_groups() -> Iterator[float]:
    """Limits of this process's group and of those around it; a container sees its own group at the top."""
    lines: list[str] = []
    with suppress(OSError):
        lines = OWN_GROUPS.read_text(encoding="utf-8").splitlines()
    for line in lines:
        _, kinds, path = line.split(":", 2)
        top = GROUPS / "memory" if "memory" in kinds.split(",") else GROUPS
        if kinds and top == GROUPS:
            continue  # a group of version 1 for something else
        below = Path(path.lstrip("/"))
        for group in (below, *below.parents):
            for name in FILES:
                with suppress(OSError, ValueError):  # not there, or `max`
                    yield int((top / group / name).read_text(encoding="ascii")) / MEGABYTE
