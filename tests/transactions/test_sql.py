from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import duckdb
import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, ParamsError
from regulars.features import build_features
from regulars.params import TransactionParams
from regulars.transactions import read_transactions
from regulars.transactions.sql import another_connection, connect, stop_queries


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 700, 300_000), unit="D")
    return pd.DataFrame({"customer_id": rng.integers(0, 60_000, 300_000), "date": days, "amount": 1.25})


def test_the_limit_holds_on_the_connection() -> None:
    (held,) = connect("512MB").execute("SELECT current_setting('memory_limit')").fetchone()
    assert held == "488.2 MiB"


def test_what_is_closed_already_keeps_no_other_query_from_being_stopped() -> None:
    connection = connect()
    others = [another_connection(connection) for _ in range(8)]
    for closed in others[::2]:
        closed.close()
    endless = "SELECT count(*) FROM range(1_000_000_000_000) t(n) WHERE hash(n) = 0"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(others[-1].execute, endless)
        try:
            while not running.done():
                stop_queries()
        finally:
            while not running.done():
                others[-1].interrupt()
        with pytest.raises(duckdb.InterruptException):
            running.result()


@pytest.mark.parametrize(
    "limit", ["lots", "2", "0GB", "-1GB", "80%", "2GB'; DROP TABLE lines", "2GB\n", "", "999999999TB"]
)
def test_what_is_no_amount_of_memory_is_refused_at_every_door(limit: str) -> None:
    with pytest.raises(ParamsError, match=r"memory_limit is .* such as 512MB or 2GB"):
        connect(limit)
    with pytest.raises(ValueError, match="memory_limit"):
        TransactionParams(memory_limit=limit)


@pytest.mark.slow
def test_a_log_that_does_not_fit_spills_and_changes_nothing(orders: pd.DataFrame) -> None:
    tight = read_transactions(orders, memory_limit="60MB")
    spilled, held = (build_features(tx, "2021-06-01") for tx in (tight, read_transactions(orders)))
    pd.testing.assert_frame_equal(spilled, held, check_exact=True)


@pytest.mark.slow
def test_a_limit_too_low_is_said_in_words(orders: pd.DataFrame) -> None:
    with pytest.raises(
        InputError, match=re.escape("the frame does not fit the memory, even with what can be put on disk")
    ):
        read_transactions(orders, memory_limit="5MB")
