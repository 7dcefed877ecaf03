"""Logs and feature tables that the tests of this room share."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.features import build_features
from regulars.transactions import Transactions, read_transactions

CUTOFF = "1998-01-01"
COLUMNS = {"customer_id": "c", "ordered_at": "d", "amount": "m"}


def log(*lines: tuple[str, str, float]) -> Transactions:
    """A log of customers, days and amounts."""
    return read_transactions(pd.DataFrame(lines, columns=["c", "d", "m"]), COLUMNS)


@pytest.fixture(scope="session")
def features(cdnow: Transactions) -> pd.DataFrame:
    """CDNOW's features at the cutoff."""
    return build_features(cdnow, CUTOFF)
