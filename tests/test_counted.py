from __future__ import annotations

from regulars.counted import counted


def test_only_one_is_singular() -> None:
    assert [counted(count, "row") for count in (0, 1, 2, 1000)] == ["0 rows", "1 row", "2 rows", "1,000 rows"]
