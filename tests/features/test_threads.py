"""A service asks one log from several threads at a time, each for a cutoff of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from regulars.features import build_features, build_labels, rfm_summary
from regulars.transactions import Transactions, assess, read_transactions
from regulars.windows import Windows

pytestmark = pytest.mark.slow

CUTOFFS = [f"2024-{month:02}-{day:02}" for month in range(4, 12) for day in (1, 11, 21)]
THREADS, CALLS = 16, 160


def shop(customers: int = 150, orders: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    size = customers * orders
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 330, size), unit="D")
    return pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(customers), orders),
            "date": day,
            "amount": np.round(rng.gamma(4, 10, size), 2),
            "ingested_at": day + pd.to_timedelta(rng.integers(0, 60, size), unit="D"),
        }
    )


@pytest.fixture(params=["lines that come at once", "lines that come late"])
def tx(request: pytest.FixtureRequest) -> Transactions:
    log = shop() if "late" in request.param else shop().drop(columns="ingested_at")
    names = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}
    return read_transactions(log, names | {name: name for name in log if name == "ingested_at"})


def at_once(ask: Callable[[str], pd.DataFrame], cutoffs: Sequence[str]) -> list[pd.DataFrame]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(ask, cutoffs))


@pytest.mark.parametrize("question", [rfm_summary, build_features])
def test_concurrent_answers_are_those_of_one_call_after_the_other(
    tx: Transactions, question: Callable[..., pd.DataFrame]
) -> None:
    expected = {cutoff: question(tx, cutoff) for cutoff in CUTOFFS}
    asked = [CUTOFFS[call % len(CUTOFFS)] for call in range(CALLS)]
    for cutoff, found in zip(asked, at_once(lambda cutoff: question(tx, cutoff), asked), strict=True):
        pd.testing.assert_frame_equal(found, expected[cutoff], check_exact=True)


def test_facts_and_figures_that_nobody_has_asked_for_yet_are_made_once(tx: Transactions) -> None:
    """The first calls meet before anything is built: features, labels, report and hash of the log together."""
    windows = [Windows.at(cutoff, 30) for cutoff in CUTOFFS]

    def everything(at: Windows) -> pd.DataFrame:
        labels = build_labels(tx, at, as_of=at.shifted(90))
        told = {"hash": tx.data_hash, "rows": tx.rows_before(at), "last": tx.last_day_before(at)}
        return labels.assign(findings=len(assess(tx, at).findings), **told)

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(everything, windows))
    for at, table in zip(windows, found, strict=True):
        pd.testing.assert_frame_equal(table, everything(at), check_exact=True)


def test_every_connection_thinks_in_utc_and_within_the_memory_limit() -> None:
    tx = read_transactions(shop(), memory_limit="512MB")
    asked = "SELECT current_setting('TimeZone'), current_setting('memory_limit'), current_setting('threads')"
    assert tx.connection.execute(asked).fetchall() == tx.database.execute(asked).fetchall()
    assert tx.connection.execute(asked).fetchall()[0][:2] == ("UTC", "488.2 MiB")
