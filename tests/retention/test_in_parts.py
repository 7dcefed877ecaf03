"""A table that is read some customers at a time: its parts, and rows of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from regulars.retention.in_parts import AT_ONCE, Held, parts, rows_of


@dataclass
class Given:
    """Parts as they are given."""

    frames: Sequence[pd.DataFrame]

    @property
    def columns(self) -> Sequence[str]:
        return list(self.frames[0])

    def __len__(self) -> int:
        return sum(map(len, self.frames))

    def parts(self, names: Sequence[str]) -> Iterator[pd.DataFrame]:
        return (frame[list(names)] for frame in self.frames)


def test_parts_hold_every_customer_once() -> None:
    assert [(part.start, part.stop) for part in parts(AT_ONCE + 1)] == [(0, AT_ONCE), (AT_ONCE, AT_ONCE + 1)]
    assert [len(part) for part in Held(pd.DataFrame({"a": np.arange(AT_ONCE + 1)})).parts(["a"])] == [AT_ONCE, 1]
    assert [list(part) for part in Held(pd.DataFrame({"a": [], "b": []})).parts(["a"])] == [["a"]]


@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 4], [4, 0, 3], [2, 2], []])
def test_rows_come_in_the_order_asked_for_whatever_part_they_are_in(rows: list[int]) -> None:
    frame = pd.DataFrame({"a": [5, 6, 7, 8, 9], "b": list("vwxyz")})
    table = Given([frame.iloc[:2], frame.iloc[2:2], frame.iloc[2:]])
    pd.testing.assert_frame_equal(
        rows_of(table, np.array(rows, dtype=np.intp), ["b", "a"]), frame.iloc[rows][["b", "a"]].reset_index(drop=True)
    )


def test_types_are_those_of_the_whole_table() -> None:
    table = Given([pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [None, 4.0]})])
    assert rows_of(table, np.array([0]), ["a"])["a"].dtype == "float64"
