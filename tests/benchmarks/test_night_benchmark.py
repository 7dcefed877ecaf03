from __future__ import annotations

import pytest

from benchmarks import benchmark_night
from benchmarks.tables import night_table
from regulars.errors import InputError


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_scores_from_a_log_are_measured_beside_features_and_predictions() -> None:
    made = benchmark_night([1_000], memory_limit="1GB")
    assert made.table["floors"].iloc[0] == 1 < made.table["floors"].iloc[1]
    assert (made.table[["cpu_seconds", "seconds", "megabytes"]] > 0).all(axis=None)
    assert "regulars score, reasons for all" in night_table(made)


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] customers"):
        benchmark_night([10])
