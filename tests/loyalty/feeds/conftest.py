"""The log that feeds are put beside."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from regulars.loyalty import FromFeed, from_feed
from regulars.transactions import Transactions, read_feed, read_transactions
from tests.loyalty.feeds.invented import CUTOFF

Tell = Callable[[str, pd.DataFrame], FromFeed]


@pytest.fixture(scope="session")
def shop_log(shop: pd.DataFrame) -> Transactions:
    """Every sixteenth customer of CDNOW."""
    return read_transactions(shop)


@pytest.fixture(scope="session")
def tell(shop_log: Transactions) -> Tell:
    """What a feed tells beside that log."""
    return lambda name, rows: from_feed(read_feed(name, rows), shop_log, CUTOFF.date(), horizon_days=120)
