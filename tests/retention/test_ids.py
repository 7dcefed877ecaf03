"""Ids of a whole shop: their order, their repeats, and lookups, whatever type they came in."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.retention.control import typed
from regulars.retention.ids import IdIndex, in_order

SERIES = {
    "texts": pd.Series(["b", "10", "9", "a", "-3", "007", "8.0"], dtype="str"),
    "numbers": pd.Series([5, -2, 9, 0]),
    "nullable": pd.Series([5, -2, 9, 0], dtype="Int64"),
    "floats": pd.Series([5.0, -2.0, 8.5]),
    "several types": pd.Series([7, "6.0", "x", 8.5], dtype=object),
    "beyond 64 bits": pd.Series(["9" * 30, "5", "a", "1" + "0" * 18], dtype="str"),
    "none": pd.Series([], dtype="str"),
}


@pytest.mark.parametrize("name", SERIES)
def test_whole_numbers_come_first_by_value_then_texts(name: str) -> None:
    ids = SERIES[name]
    rows, repeated = in_order(ids)
    assert [typed(ids.iloc[row]) for row in rows] == sorted(map(typed, ids.tolist()))
    assert repeated == 0


@pytest.mark.medium
@given(st.lists(st.one_of(st.integers(-20, 20).map(str), st.sampled_from(["a", "b", "7.0", "07", "é", ""]))))
def test_repeats_are_ids_that_are_one_whatever_they_are_written_like(texts: list[str]) -> None:
    ids = pd.Series(texts, dtype="str")
    assert in_order(ids)[1] == len(texts) - len(set(map(typed, texts)))
    assert in_order(ids.astype(object))[1] == in_order(ids)[1]


@pytest.mark.parametrize("name", SERIES)
def test_an_id_is_found_where_it_stands(name: str) -> None:
    ids = SERIES[name]
    index = IdIndex.of(ids)
    assert index.places_of(ids).tolist() == list(range(len(ids)))
    assert not index.among(pd.Series(["nobody", "12345"])).any()
    assert index.among(ids.astype(str)).all()
