from __future__ import annotations

import pytest

from benchmarks import benchmark_targets
from benchmarks.tables import targets_table
from regulars.errors import InputError


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_the_table_has_every_contestant_beside_sorting() -> None:
    made = benchmark_targets([2_000])
    assert made.table["contestant"].tolist() == [
        "floor: customers sorted by profit",
        "choice under budget and capacity",
        "work list, from scores to openings",
        "regulars target, from file to file",
    ]
    assert made.table["floors"].iloc[0] == 1
    assert (made.table[["seconds", "megabytes"]] > 0).all(axis=None)
    assert "x sorting" in targets_table(made)


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] customers"):
        benchmark_targets([10])
