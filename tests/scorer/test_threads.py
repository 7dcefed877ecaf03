"""A service scores from several threads at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pandas as pd
import pytest

from regulars.features import rfm_summary
from regulars.scorer import Scorer
from regulars.transactions import read_transactions

pytestmark = pytest.mark.slow

CUTOFFS = [str(day.date()) for day in pd.date_range("1998-03-02", periods=12, freq="5D")]
THREADS, CALLS = 16, 72


def digest(table: pd.DataFrame) -> str:
    return sha256(table.to_json(date_format="iso", double_precision=15).encode()).hexdigest()


def test_concurrent_scores_and_summaries_are_the_same_bytes_as_one_after_the_other(
    scorer: Scorer, shop: pd.DataFrame
) -> None:
    tx = read_transactions(shop[shop["customer_id"].astype(int) % 160 == 0])

    def ask(cutoff: str) -> tuple[str, str]:
        return digest(scorer.score(tx, cutoff)), digest(rfm_summary(tx, cutoff))

    expected = {cutoff: ask(cutoff) for cutoff in CUTOFFS}
    assert len(set(expected.values())) == len(CUTOFFS)
    asked = [CUTOFFS[call % len(CUTOFFS)] for call in range(CALLS)]
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(ask, asked))
    assert [cutoff for cutoff, each in zip(asked, found, strict=True) if each != expected[cutoff]] == []
