from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from regulars.files import whole_files
from regulars.params import Params
from regulars.predict import Job, draft_table
from regulars.scorer import History, ScorerSettings, fit_scorer
from regulars.tracking.versions import Registered
from regulars.transactions import Freshness, Transactions, read_transactions
from regulars.windows import Windows

WINDOWS = Windows.at("1998-01-01", 90)


def write_table(frame: pd.DataFrame, path: Path) -> str:
    """Write a table by itself; return its sha256."""
    with whole_files() as files:
        return draft_table(files, frame, path)


def job(tx: Transactions, model: Registered, windows: Windows = WINDOWS) -> Job:
    """Scoring a log at a cutoff."""
    return Job(tx, model, windows, Freshness.of(tx, windows, follows_run=False))


@pytest.fixture
def little_room() -> Iterator[None]:
    """No file may grow beyond 2,000 bytes, as on a disk that is full."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, most))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    signal.signal(signal.SIGXFSZ, before)


@pytest.fixture(scope="session")
def tx(shop: pd.DataFrame) -> Transactions:
    return read_transactions(shop)


@pytest.fixture(scope="session")
def model(tx: Transactions) -> Registered:
    """A scorer without a store."""
    settings = ScorerSettings.of(
        Params.model_validate({"windows": {"horizon_days": 90}, "lifetime": {"model": "mbg_nbd"}})
    )
    return Registered(fit_scorer(History(tx), WINDOWS, settings), "models:/regulars/1", "a run")
