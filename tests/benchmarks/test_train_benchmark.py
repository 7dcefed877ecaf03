from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import benchmark_train, train_benchmark
from benchmarks.tables import train_table
from benchmarks.train_benchmark import CONTESTANTS, params_of
from regulars.errors import InputError
from regulars.params import BacktestParams


@pytest.mark.slow
def test_training_is_measured_beside_its_features(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_benchmark, "CONTESTANTS", CONTESTANTS[:2])  # the third is the second with more origins
    made = benchmark_train([1_000], memory_limit="1GB")
    assert made.table["floors"].iloc[0] == 1 < made.table["floors"].iloc[1:].min()
    assert (made.table[["cpu_seconds", "seconds", "megabytes"]] > 0).all(axis=None)
    assert "regulars train, one origin" in train_table(made)


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] customers"):
        benchmark_train([10])


def test_training_by_default_has_the_origins_of_the_defaults(tmp_path: Path) -> None:
    asked = params_of(tmp_path / "log.parquet", tmp_path, "transactions.memory_limit=2GB")
    assert (asked.backtest.origins, asked.transactions.memory_limit) == (BacktestParams().origins, "2GB")
