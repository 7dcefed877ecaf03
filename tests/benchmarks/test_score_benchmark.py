from __future__ import annotations

import pytest

from benchmarks import benchmark_score
from benchmarks.tables import score_table
from regulars.errors import InputError


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_the_table_has_every_contestant_beside_the_predictions() -> None:
    made = benchmark_score([1_000])
    assert len(made.table) == 5
    assert made.table["floors"].iloc[0] == 1
    assert (made.table[["seconds", "megabytes"]] > 0).all(axis=None)
    assert made.table["correlation"].max() > 0.9
    assert "Contributions by leaves and by TreeSHAP" in score_table(made)


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] customers"):
        benchmark_score([10])
