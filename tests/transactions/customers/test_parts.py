from __future__ import annotations

import pandas as pd
import pytest

from regulars.transactions import Transactions, part_count, parts_of, read_transactions
from regulars.transactions.customers.parts import CUSTOMER_KILOBYTES, LINE_KILOBYTES
from regulars.windows import Windows

WINDOWS = Windows.at("2024-02-01", 30)


@pytest.fixture(scope="module")
def tx() -> Transactions:
    ids = [f"c{k % 300}" for k in range(600)] + ["later", "gave back"]
    days = ["2024-01-05"] * 600 + ["2024-02-01", "2024-01-06"]
    return read_transactions(pd.DataFrame({"customer_id": ids, "date": days, "amount": [5.0] * 601 + [-5.0]}))


@pytest.mark.medium
@pytest.mark.parametrize("count", [1, 2, 7, 1000])
def test_parts_one_after_the_other_have_every_customer_once_and_sorted(tx: Transactions, count: int) -> None:
    parts, found = parts_of(tx, WINDOWS, count), []
    for part in parts:
        asked = f"SELECT DISTINCT customer_id FROM lines WHERE {part.sql} AND is_purchase AND {tx.history_sql(WINDOWS)}"
        ids = sorted(name for (name,) in tx.connection.execute(asked).fetchall())
        assert len(ids) == part.customers > 0
        found += ids
    assert found == sorted(f"c{k}" for k in range(300))
    assert [part.number for part in parts] == list(range(min(count, 300)))


def test_parts_need_about_the_same_memory() -> None:
    lines = [1] * 300 + [200] * 20 + [1] * 300
    ids = [f"{k:03}" for k, many in enumerate(lines) for _ in range(many)]
    tx = read_transactions(pd.DataFrame({"customer_id": ids, "date": "2024-01-05", "amount": range(1, len(ids) + 1)}))
    parts = parts_of(tx, WINDOWS, 12)
    assert sum(part.customers for part in parts) == len(lines)
    needed = [CUSTOMER_KILOBYTES * part.customers + LINE_KILOBYTES * (part.end - part.begin) for part in parts]
    most_of_one = CUSTOMER_KILOBYTES + 200 * LINE_KILOBYTES
    assert needed == pytest.approx([sum(needed) / 12] * 12, abs=most_of_one)


def test_a_return_before_the_first_purchase_stays_with_its_customer() -> None:
    log = pd.DataFrame({"customer_id": ["a", "b", "b", "c"], "amount": [5.0, -2.0, 4.0, 3.0]})
    log["date"] = ["2024-01-05", "2024-01-01", "2024-01-08", "2024-01-09"]
    tx = read_transactions(log)
    lines = [
        tx.connection.execute(f"SELECT customer_id FROM lines WHERE {part.sql}").fetchall()
        for part in parts_of(tx, WINDOWS, 20)
    ]
    assert lines == [[("a",)], [("b",), ("b",)], [("c",)]]


def test_nobody_is_in_no_part(tx: Transactions) -> None:
    assert not parts_of(tx, Windows.at("2024-01-05", 30), 3)


def test_less_memory_makes_more_parts(tx: Transactions) -> None:
    assert part_count(tx, WINDOWS) == 1
    counts = [part_count(tx, WINDOWS, memory_limit=limit) for limit in ("100MB", "2MB", "1.5 MB", "1MB")]
    assert counts == sorted(counts)
    assert counts[0] == 1 < counts[-1]
    assert part_count(tx, WINDOWS, 4, "1MB") > part_count(tx, WINDOWS, 1, "1MB")
