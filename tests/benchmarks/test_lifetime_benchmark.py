from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import LIFETIME, Benchmark, benchmark_lifetime
from benchmarks.tables import lifetime_table
from regulars.errors import InputError

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_one_contest_measures_both_sides() -> None:
    compression = next(contest for contest in LIFETIME if contest.rival == "pandas groupby")
    (row,) = benchmark_lifetime([1000], rounds=1, contests=[compression]).table.to_dict("records")
    assert (row["customers"], row["task"], row["rival"]) == (1000, compression.task, compression.rival)
    assert row["ratio_low"] == row["ratio"] == row["ratio_high"] == row["rival_seconds"] / row["seconds"]
    assert row["agreement"].startswith("same answers: yes")


@pytest.mark.slow
def test_the_command_refuses_in_words() -> None:
    command = [sys.executable, "-m", "benchmarks", "lifetime", "--customers", "10"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "error: There is nothing to measure" in refused.stderr


@pytest.mark.parametrize(("customers", "rounds"), [([], 1), ([10_000], 0), ([10], 1)])
def test_nothing_to_measure_is_refused(customers: list[int], rounds: int) -> None:
    with pytest.raises(InputError, match="nothing to measure"):
        benchmark_lifetime(customers, rounds=rounds)


def test_the_printed_table_has_one_part_for_each_number_of_customers() -> None:
    row = {"customers": 1000, "task": "BG/NBD fit", "rival": "lifetimes", "seconds": 0.5, "rival_seconds": 10.0}
    row |= {"ratio": 20.0, "ratio_low": 19.0, "ratio_high": 21.0, "megabytes": float("nan"), "rival_megabytes": 5.0}
    rows = [{**row, "customers": customers, "agreement": "same optimum: yes"} for customers in (1000, 20_000)]
    printed = lifetime_table(Benchmark(pd.DataFrame(rows), "2 cores"))
    assert "20,000 customers\ntask" in printed
    assert "BG/NBD fit  lifetimes      0.5      10     20    19  21" in printed
    assert printed.endswith("\n\n2 cores")
