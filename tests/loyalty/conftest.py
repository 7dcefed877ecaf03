"""Logs and feature tables that the tests of this room share."""

from __future__ import annotations

from pathlib import Path

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
def retail(real_data: Path) -> Transactions:
    """A retailer of gifts over two years."""
    return read_transactions(real_data / "online_retail_ii.parquet")


@pytest.fixture(scope="session")
def grocer(real_data: Path) -> Transactions:
    """Half of the households of a grocer, with all that their lines tell."""
    folder = real_data / "completejourney"
    lines = pd.read_parquet(folder / "transactions.parquet")
    lines = lines[lines["household_id"] % 2 == 0]
    products = pd.read_parquet(folder / "products.parquet", columns=["product_id", "department"])
    columns = {"customer_id": "household_id", "ordered_at": "transaction_timestamp", "amount": "sales_value"}
    columns |= {"discount": "retail_disc", "channel": "store_id", "category": "department"}
    columns |= {"product_id": "product_id", "quantity": "quantity"}
    return read_transactions(lines.merge(products, how="left"), columns)


@pytest.fixture(scope="session")
def features(cdnow: Transactions) -> pd.DataFrame:
    """CDNOW's features at the cutoff."""
    return build_features(cdnow, CUTOFF)
