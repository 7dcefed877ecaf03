from __future__ import annotations

import pandas as pd
import pytest

from benchmarks import Benchmark, benchmark_spark
from benchmarks.tables import spark_table
from regulars.errors import InputError


def test_the_table_names_what_was_measured() -> None:
    rows = {"customers": 5_000, "contestant": ["a part, here", "a part, on Spark"], "seconds": [2.0, 2.5]}
    told = spark_table(Benchmark(pd.DataFrame(rows).assign(floors=[1.0, 1.25]), "one machine"))
    assert told.splitlines()[0] == "5,000 customers"
    assert "a part, on Spark      2.5    1.25" in told


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
def test_parts_are_measured_here_and_on_spark_in_turns() -> None:
    made = benchmark_spark([1_000]).table.set_index("contestant")
    assert made.loc["a part, here", "floors"] == 1 < made.loc["connect, and ask a worker for its version", "floors"]
    assert made.loc["a part, on Spark", "seconds"] > 0


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] customers"):
        benchmark_spark([10])
