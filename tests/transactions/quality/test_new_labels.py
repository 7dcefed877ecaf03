from __future__ import annotations

import pandas as pd

from regulars.transactions import read_transactions
from regulars.transactions.quality.new_labels import new_labels
from regulars.windows import Windows

LOG = pd.DataFrame(
    {
        "customer_id": range(6),
        "date": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-02-01", "2024-02-02", "2024-02-03", "2024-03-01"]),
        "amount": 1.0,
        "kind": ["tea", "rum", "tea", "jam", None, "oil"],
    }
)
COLUMNS = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "category": "kind"}


def test_labels_that_no_earlier_line_has_are_counted() -> None:
    found = new_labels(read_transactions(LOG, COLUMNS), "category", Windows.at("2024-02-01", 29))
    assert (found.lines, found.new, found.examples, found.share) == (2, 1, ("jam",), 0.5)


def test_a_window_without_lines_has_none() -> None:
    found = new_labels(read_transactions(LOG, COLUMNS), "category", Windows.at("2025-02-01", 29))
    assert (found.lines, found.share) == (0, 0.0)
