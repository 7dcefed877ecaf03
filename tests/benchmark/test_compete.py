from __future__ import annotations

import json
from functools import partial

import pandas as pd
import pytest

from regulars import benchmark
from regulars.benchmark import LIFETIME, Benchmark, benchmark_lifetime
from regulars.cli import machine, show
from regulars.errors import InputError
from tests.cli.conftest import Run, run  # noqa: F401


def test_the_verb_prints_the_table(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    compression = next(contest for contest in LIFETIME if contest.rival == "pandas groupby")
    monkeypatch.setattr(benchmark, "benchmark_lifetime", partial(benchmark_lifetime, contests=[compression]))
    said = run("benchmark", "lifetime", "--customers", 1000, "--rounds", 1, "--json")
    assert said.code == 0, said.stderr
    (row,) = json.loads(said.stdout)["contests"]
    assert (row["customers"], row["task"], row["rival"]) == (1000, compression.task, compression.rival)
    assert row["ratio_low"] == row["ratio"] == row["ratio_high"] == row["rival_seconds"] / row["seconds"]
    assert row["agreement"].startswith("same answers: yes")


@pytest.mark.parametrize(("customers", "rounds"), [([], 1), ([10_000], 0), ([10], 1)])
def test_nothing_to_measure_is_refused(customers: list[int], rounds: int) -> None:
    with pytest.raises(InputError, match="nothing to measure"):
        benchmark_lifetime(customers, rounds=rounds)


def test_the_table_in_words_has_one_part_a_number_of_customers() -> None:
    row = {"customers": 1000, "task": "BG/NBD fit", "rival": "lifetimes", "seconds": 0.5, "rival_seconds": 10.0}
    row |= {"ratio": 20.0, "ratio_low": 19.0, "ratio_high": 21.0, "megabytes": float("nan"), "rival_megabytes": 5.0}
    rows = [{**row, "customers": customers, "agreement": "same optimum: yes"} for customers in (1000, 20_000)]
    made = Benchmark(pd.DataFrame(rows), "2 cores")
    told = show.benchmarked(made, "")
    assert "20,000 customers\ntask" in told
    assert "BG/NBD fit  lifetimes      0.5      10     20    19  21" in told
    assert told.endswith("\n\n2 cores")
    assert machine.benchmarked(made)["contests"][0]["megabytes"] is None
