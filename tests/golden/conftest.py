"""CDNOW as the papers see it."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.papers import orders, summed


@pytest.fixture(scope="session")
def papers_summary():
    """Frequency, recency, T in weeks and mean repeat spend of order days up to and including a day."""
    return summed


@pytest.fixture(scope="session")
def sample_days():
    return orders("CDNOW_sample.txt", ["master_id", "id", "date", "cds", "spend"], None)


@pytest.fixture(scope="session")
def sample(sample_days):
    return summed(sample_days, pd.Timestamp("1997-09-30"))


@pytest.fixture(scope="session")
def master_days():
    return orders("CDNOW_master.txt", ["id", "date", "cds", "spend"], 0)
