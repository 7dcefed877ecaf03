from __future__ import annotations

import pandas as pd
import pytest

from regulars.transactions import Sample, Transactions, read_transactions
from regulars.windows import Windows

WINDOWS = Windows.at("2024-02-01", 30)


def shop(customers: int = 2000) -> pd.DataFrame:
    ids = [f"c{k}" for k in range(customers)]
    return pd.DataFrame({"customer_id": ids, "date": "2024-01-05", "amount": 5.0})


def drawn(tx: Transactions, sample: Sample) -> set[str]:
    asked = f"SELECT DISTINCT customer_id FROM lines WHERE {sample.sql('customer_id')}"
    return {name for (name,) in tx.connection.execute(asked).fetchall()}


def test_a_small_log_is_not_sampled() -> None:
    tx = read_transactions(shop())
    assert Sample.of(tx, WINDOWS, 2000, seed=0) is None
    assert Sample.of(tx, WINDOWS, 1999, seed=0) is not None


@pytest.mark.medium
def test_customers_who_come_after_the_cutoff_do_not_change_who_is_drawn() -> None:
    later = shop(5000).tail(3000).assign(date="2024-03-01")
    few, many = read_transactions(shop()), read_transactions(pd.concat([shop(), later]))
    assert Sample.of(few, WINDOWS, 1000, seed=0) == Sample.of(many, WINDOWS, 1000, seed=0)


@pytest.mark.medium
def test_the_same_customers_are_drawn_in_any_order_of_rows_and_others_by_another_seed() -> None:
    tx, turned = read_transactions(shop()), read_transactions(shop().iloc[::-1])
    first, second = (Sample.of(tx, WINDOWS, 500, seed=seed) for seed in (0, 1))
    assert first
    assert second
    assert 400 < len(drawn(tx, first)) < 600
    assert first.size_in(tx) == len(drawn(tx, first))
    assert drawn(tx, first) == drawn(turned, first)
    assert len(drawn(tx, first) & drawn(tx, second)) < 200
