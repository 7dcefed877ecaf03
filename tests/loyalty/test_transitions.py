"""Moves between two cutoffs."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.transitions import NOT_YET, transitions

NAMES = ["x", "y", "z"]


@pytest.mark.slow
@given(
    st.dictionaries(st.integers(0, 30), st.sampled_from(NAMES)),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=31),
)
def test_every_customer_moves_once(before: dict[int, str], after: list[str]) -> None:
    now = pd.Series(after)
    was = pd.Series({c: s for c, s in before.items() if c < len(after)}, dtype=object)
    moves = transitions(was, now, NAMES)
    assert moves.to_numpy().sum() == len(after)
    assert moves.loc[NOT_YET].sum() == len(after) - len(was)
    assert moves.sum().to_dict() == {name: after.count(name) for name in NAMES}
