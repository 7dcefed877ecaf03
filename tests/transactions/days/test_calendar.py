from __future__ import annotations

import pandas as pd

from regulars.transactions import Transactions, read_transactions, returning_by_day
from regulars.windows import Windows


def test_order_days_after_the_first_are_counted_day_by_day(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    windows = Windows.at("1997-06-01", 100)
    days = cdnow_lines[["customer_id", "date"]].drop_duplicates()
    again = days[days["date"] > days.groupby("customer_id")["date"].transform("min")]
    expected = again["date"].value_counts().reindex(pd.date_range("1997-06-01", periods=100), fill_value=0)
    assert returning_by_day(cdnow, windows).tolist() == expected.tolist()


def test_only_what_was_known_when_the_window_closed_counts() -> None:
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "b"],
            "date": ["2024-01-01", "2024-01-03", "2024-01-04", "2024-01-01", "2024-01-04"],
            "amount": [1.0, 1.0, 1.0, 1.0, -1.0],
            "known": ["2024-01-01", "2024-01-03", "2024-02-01", "2024-01-01", "2024-01-04"],
        }
    )
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "ingested_at": "known"}
    tx = read_transactions(lines, columns)
    assert returning_by_day(tx, Windows.at("2024-01-01", 4)).tolist() == [0, 0, 1, 0]
