from __future__ import annotations

import pytest

from benchmarks import benchmark_train
from benchmarks.tables import train_table
from regulars.errors import InputError


@pytest.mark.slow
def test_training_is_measured_beside_its_features() -> None:
    made = benchmark_train([1_000], memory_limit="1GB")
    assert made.table["floors"].iloc[0] == 1 < made.table["floors"].iloc[1:].min()
    assert (made.table[["cpu_seconds", "seconds", "megabytes"]] > 0).all(axis=None)
    told = train_table(made)
    assert "regulars train, one origin" in told
    assert "regulars train, default backtest" in told


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] customers"):
        benchmark_train([10])
