from __future__ import annotations

import pytest

from benchmarks import benchmark_train
from benchmarks.tables import train_table
from regulars.errors import InputError


@pytest.mark.slow
def test_training_is_measured_beside_its_features() -> None:
    made = benchmark_train([1_000])
    assert made.table["floors"].iloc[0] == 1 < made.table["floors"].iloc[1]
    assert (made.table[["cpu_seconds", "seconds", "megabytes"]] > 0).all(axis=None)
    assert "regulars train, one origin" in train_table(made)


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] customers"):
        benchmark_train([10])
