from __future__ import annotations

import pandas as pd
import pytest

from regulars.transactions import Part, Transactions, part_count, parts_in_order, read_transactions
from regulars.windows import Windows

WINDOWS = Windows.at("2024-02-01", 30)


@pytest.fixture(scope="module")
def tx() -> Transactions:
    ids = [f"c{k % 300}" for k in range(600)] + ["later", "gave back"]
    days = ["2024-01-05"] * 600 + ["2024-02-01", "2024-01-06"]
    return read_transactions(pd.DataFrame({"customer_id": ids, "date": days, "amount": [5.0] * 601 + [-5.0]}))


@pytest.mark.medium
@pytest.mark.parametrize("count", [1, 2, 7, 1000])
def test_every_customer_is_in_one_part_and_known_in_order(tx: Transactions, count: int) -> None:
    found: dict[str, int] = {}
    for part in Part.all_of(count):
        asked = f"SELECT DISTINCT customer_id FROM lines WHERE {part.sql('customer_id')}"
        ids = [name for (name,) in tx.connection.execute(asked).fetchall()]
        assert not found.keys() & set(ids)
        found |= dict.fromkeys(ids, part.number)
    assert len(found) == 302
    bought = sorted(found.keys() - {"later", "gave back"})
    assert parts_in_order(tx, WINDOWS, count).tolist() == [found[name] for name in bought]


def test_less_memory_makes_more_parts(tx: Transactions) -> None:
    assert part_count(tx, WINDOWS) == 1
    counts = [part_count(tx, WINDOWS, memory_limit=limit) for limit in ("100MB", "2MB", "1.5 MB", "1MB")]
    assert counts == sorted(counts)
    assert counts[0] == 1 < counts[-1]
    assert part_count(tx, WINDOWS, 4, "1MB") > part_count(tx, WINDOWS, 1, "1MB")
