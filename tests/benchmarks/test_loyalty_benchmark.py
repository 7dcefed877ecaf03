from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import benchmark_loyalty
from benchmarks.loyalty_benchmark import CONTESTANTS, OF_CUSTOMER, measure_loyalty
from benchmarks.simulated_log import write_log
from regulars.errors import InputError


@pytest.mark.slow
def test_every_contestant_is_measured(tmp_path: Path) -> None:
    write_log(log := tmp_path / "log.parquet", 4_000, seed=0, of_customer=OF_CUSTOMER, of_order=1, sold=True)
    for number in range(len(CONTESTANTS)):
        assert min(measure_loyalty(number, log).values()) > 0


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] customers"):
        benchmark_loyalty([10])
