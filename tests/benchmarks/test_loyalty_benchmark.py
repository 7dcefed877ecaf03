from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import benchmark_loyalty
from benchmarks.loyalty_benchmark import CONTESTANTS, measure_loyalty
from benchmarks.sizes import LEAST, simulated
from regulars.errors import InputError


@pytest.mark.slow
def test_every_contestant_is_measured(tmp_path: Path) -> None:
    log = simulated(tmp_path / "log.parquet", LEAST, 0, sold=True)
    for number in range(len(CONTESTANTS)):
        assert min(measure_loyalty(number, log).values()) > 0


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] customers"):
        benchmark_loyalty([10])
