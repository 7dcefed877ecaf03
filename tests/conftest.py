"""What all tests share: real data where it lies, and small real slices of CDNOW where not."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from regulars.transactions import Transactions, read_transactions
from regulars.transactions.sources.demo import cdnow_file
from tests.servers import postgres, s3
from tests.spark_cluster import cluster

__all__ = ["cluster", "postgres", "s3"]  # fixtures

# The same examples on every run, however busy the machine is.
settings.register_profile("regulars", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("regulars")

# Tests in one of these places share something that takes long to make, so one worker takes them all; elsewhere a worker
# takes a file. The longest place that fits counts. Slow tests begin in this order, so that none is left for the end.
TOGETHER = (
    "tests/scorer/",
    "tests/pipelines/",
    "tests/pipelines/test_same_bytes.py",
    "tests/pipelines/test_online_retail.py",
    "tests/pipelines/test_stand_in.py",
    "tests/pipelines/test_demo.py",
    "tests/pipelines/test_id_types.py",
    "tests/pipelines/test_tune.py",
    "tests/test_readme.py",
    "notebooks/",
    "tests/tracking/",
    "tests/predict/",
    "tests/report/",
    "tests/loyalty/",
    "tests/golden/",
)


def place_of(nodeid: str) -> str:
    """What goes to one worker: a place of TOGETHER, or a file."""
    file = nodeid.partition("::")[0]
    return max((place for place in TOGETHER if file.startswith(place)), key=len, default=file)


gc.disable()  # until all is imported and collected: nothing of it is garbage, and looking through it takes two seconds


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def reads_the_demo(item: pytest.Item) -> bool:
    """Whether the examples of a docstring read all of CDNOW, which takes two seconds."""
    return isinstance(item, pytest.DoctestItem) and any('"demo"' in example.source for example in item.dtest.examples)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark flows, notebooks and examples on all of CDNOW as slow; begin with the slow tests, longest places first."""

    def order(item: pytest.Item) -> tuple[bool, int]:
        place = place_of(item.nodeid)
        return item.get_closest_marker("slow") is None, TOGETHER.index(place) if place in TOGETHER else len(TOGETHER)

    for item in items:
        if item.nodeid.startswith(("tests/pipelines/", "notebooks/")) or reads_the_demo(item):
            item.add_marker(pytest.mark.slow)
    items.sort(key=order)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give tests that share something to one worker (pytest-xdist 3.8 is blind to its own groups under pytest 9.2)."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return place_of(nodeid)

    config.option.loadscopereorder = False  # the order of the tests, not places with the most tests first
    return Together(config, log)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets, named by REGULARS_REAL_DATA."""
    folder = os.environ.get("REGULARS_REAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("REGULARS_REAL_DATA names no folder: the real data sets are not here")
    return Path(folder)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an MLflow store in which nothing is yet; MLflow takes seconds to make one. Copy it."""
    from regulars.tracking.store import opened

    folder = tmp_path_factory.mktemp("empty")
    with opened(f"sqlite:///{folder / 'mlflow.db'}", create=True):
        return folder


@pytest.fixture(scope="session")
def cdnow() -> Transactions:
    """All of CDNOW, as the demo reads it."""
    return read_transactions("demo")


@pytest.fixture(scope="session")
def cdnow_lines() -> pd.DataFrame:
    """CDNOW's lines as a frame: customer_id, date, amount. Read by pandas alone, in a twentieth of the time."""
    names = ["customer_id", "date", "number", "amount"]
    lines = pd.read_csv(cdnow_file(), sep=r"\s+", header=0, names=names, dtype={"customer_id": str, "date": str})
    lines["date"] = pd.to_datetime(lines["date"], format="%Y%m%d").astype("datetime64[us]")
    return lines.drop(columns="number").sort_values(["customer_id", "date", "amount"], ignore_index=True)


@pytest.fixture(scope="session")
def shop(cdnow_lines: pd.DataFrame) -> pd.DataFrame:
    """Every sixteenth customer of CDNOW: 1,474 real customers, quick to train on."""
    return cdnow_lines[cdnow_lines["customer_id"].astype(int) % 16 == 0].reset_index(drop=True)
