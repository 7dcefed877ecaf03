from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import benchmark_features
from benchmarks.feature_contest import CONTESTANTS, measure
from benchmarks.feature_rivals import THIRTY, pandas_at, query_at
from benchmarks.simulated_log import COLUMNS, CUTOFFS, write_log
from regulars.errors import InputError
from regulars.features import build_features
from regulars.transactions import read_transactions
from regulars.transactions.sql import connect


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("till") / "log.parquet"
    write_log(path, 3_000, seed=1)
    return path


def test_the_log_is_the_same_for_the_same_seed_and_in_the_order_of_time(log: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again.parquet", tmp_path / "other.parquet"
    write_log(again, 3_000, seed=1)
    write_log(other, 3_000, seed=2)
    lines = pd.read_parquet(log)
    pd.testing.assert_frame_equal(lines, pd.read_parquet(again))
    assert not lines.equals(pd.read_parquet(other))
    assert lines["date"].is_monotonic_increasing
    assert (len(lines), lines["amount"].min() >= 0) == (3_000, True)


@pytest.mark.slow
def test_all_customers_order_where_that_is_asked(tmp_path: Path) -> None:
    write_log(log := tmp_path / "log.parquet", 4_000, seed=1, of_customer=4, of_order=1, all_order=True)
    ((customers, lines),) = connect().execute(f"SELECT count(DISTINCT customer_id), count(*) FROM '{log}'").fetchall()
    assert (customers, lines) == (1_000, 4_000)


def test_more_than_a_million_customers_can_be_simulated(tmp_path: Path) -> None:
    write_log(many := tmp_path / "many.parquet", 2_000_000, seed=1, of_customer=1, of_order=1)
    ((customers,),) = connect().execute(f"SELECT count(DISTINCT customer_id) FROM '{many}'").fetchall()
    assert customers > 1_000_003


@pytest.mark.medium
def test_all_make_the_same_thirty_features_of_every_customer(log: Path) -> None:
    cutoff = CUTOFFS[3]
    ours = build_features(read_transactions(log, COLUMNS), cutoff)[list(THIRTY)]
    connection = connect()
    connection.execute("CREATE TABLE log AS FROM read_parquet(?)", [str(log)])
    queried = connection.execute(query_at(cutoff)).df().set_index("customer_id")
    grouped = pandas_at(pd.read_parquet(log).astype({"date": "datetime64[us]"}), cutoff)
    for theirs in (queried, grouped):
        pd.testing.assert_frame_equal(theirs, ours, check_index_type=False, rtol=1e-9, atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["features", "summary"])
def test_all_contestants_agree(log: Path, what: str) -> None:
    answers = [measure(one, log, "500MB")["answer"] for one in CONTESTANTS if one.same == what]
    assert len(answers) == {"features": 6, "summary": 2}[what]
    for answer in answers:
        np.testing.assert_allclose(answer, answers[0], rtol=1e-9)


def test_nothing_to_measure() -> None:
    with pytest.raises(InputError, match=r"nothing to measure with \[10\] rows"):
        benchmark_features([10])
