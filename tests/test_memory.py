"""What the system allows: read from its files here, and under real limits in `pipelines/test_memory_limits.py`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from regulars import memory
from regulars.errors import InputError
from regulars.memory import FOR_DATA, LIBRARIES, usual_limit

TWO_GB = f"{FOR_DATA * (2_000 - LIBRARIES):.0f}MB"
VERSION_1 = "5:cpu:/elsewhere\n4:memory:/docker/a1\n0::/\n"
FIRST = "memory/docker/a1/memory.limit_in_bytes"


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/\n", {}, None),
        ("0::/\n", {"memory.max": "max\n"}, None),
        ("0::/\n", {"memory.max": "2000000000\n"}, TWO_GB),  # in a container its own group is at the top
        ("0::/a/b.service\n", {"a/b.service/memory.max": "max\n", "a/memory.max": "2000000000\n"}, TWO_GB),
        ("0::/a\n", {"a/memory.max": "max\n", "a/memory.high": "2000000000\n"}, TWO_GB),
        ("0::/a\n", {"a/memory.max": "64000000000\n"}, None),  # more than the machine has
        (VERSION_1, {FIRST: "2000000000\n", "cpu/elsewhere/memory.max": "1"}, TWO_GB),
        (VERSION_1, {FIRST: "9223372036854771712\n"}, None),
        (VERSION_1, {"memory/memory.limit_in_bytes": "2000000000\n"}, TWO_GB),
    ],
)
def test_the_smallest_limit_of_the_control_groups_counts(
    own: str, files: Mapping[str, str], expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {"own": own, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(memory, "GROUPS", tmp_path)
    monkeypatch.setattr(memory, "OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(memory, "_of_address_space", lambda: float("inf"))
    monkeypatch.setattr(memory, "_machine", lambda: 16_000.0)
    assert usual_limit() == expected


def test_too_little_is_refused_with_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_of_address_space", lambda: 1_000.0)
    with pytest.raises(InputError, match=r"may use 1,000 MB \(limit on its address space, `ulimit -v`; .* Raise the l"):
        usual_limit()
