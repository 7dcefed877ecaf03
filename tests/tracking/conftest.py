from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars.features import build_features
from regulars.params import MlflowParams, Params
from regulars.scorer import History, Scorer, fit_scorer
from regulars.tracking.runs import Logged, log_training
from regulars.tracking.store import opened
from regulars.transactions import read_transactions
from regulars.windows import Windows


@dataclass(frozen=True)
class Fitted:
    """A scorer fitted on made-up customers, and the features it was fitted on."""

    scorer: Scorer
    features: pd.DataFrame


def made_up_log(seed: int, customers: int = 150) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(rng.gamma(2.0, 20.0, customers)[:, None], (customers, 8)).cumsum(axis=1)
    ids, orders = np.indices(gaps.shape)
    days = (rng.integers(0, 90, customers)[:, None] + np.where(orders == 0, 0, gaps)).astype(int)
    stayed = orders < rng.geometric(0.25, customers)[:, None]
    log = pd.DataFrame({"customer_id": ids[stayed] + 1, "day": days[stayed]}).query("day < 365")
    return log.assign(
        date=pd.Timestamp("2024-01-01") + pd.to_timedelta(log.pop("day"), unit="D"),
        amount=rng.integers(5, 100, len(log)).astype(float),
    )


@pytest.fixture(scope="session")
def fitted() -> list[Fitted]:
    """Three scorers whose content differs: each trained at another cutoff."""
    tx = read_transactions(made_up_log(0))
    made = []
    for cutoff in ("2024-11-01", "2024-12-01", "2024-12-30"):
        windows = Windows.at(cutoff, 60)
        lifetime = {"model": "nbd", "clv_horizon_days": 365, "annual_discount_rate": 0.1, "margin": 1.0}
        settings = {"horizon_days": 60, "lifetime": lifetime, "churn": {"num_iterations": 5}, "seed": 0}
        made.append(Fitted(fit_scorer(History(tx), windows, settings), build_features(tx, cutoff)))
    return made


def store_in(folder: Path) -> Params:
    return Params(mlflow=MlflowParams(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}"))


def log_one(params: Params, fitted: Fitted) -> Logged:
    return log_training(
        params,
        fitted.scorer,
        example=fitted.features.head(3),
        metrics={"log_loss": 0.5, "undefined": float("nan")},
        tables={"backtest": pd.DataFrame({"contender": ["scorer"], "log_loss": [0.5]}), "verdict": {"passed": True}},
        pictures={"calibration": "<svg/>"},
        ledger={"used": {"rows": 10}},
        data_hash="d" * 12,
        code_version="0.1.0",
        notes=["one origin was skipped"],
    )


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    with opened(store_in(folder).mlflow.tracking_uri, create=True):
        return folder


@pytest.fixture(scope="session")
def full_store(tmp_path_factory: pytest.TempPathFactory, empty_store: Path, fitted: list[Fitted]) -> Path:
    """A store in which the three scorers are the versions 1, 2 and 3; 3 is the challenger."""
    folder = tmp_path_factory.mktemp("full") / "store"
    shutil.copytree(empty_store, folder)
    for each in fitted:
        log_one(store_in(folder), each)
    return folder


@pytest.fixture
def empty(empty_store: Path, tmp_path: Path) -> Params:
    """Parameters of a fresh copy of the empty store."""
    shutil.copytree(empty_store, tmp_path / "store")
    return store_in(tmp_path / "store")


@pytest.fixture
def full(full_store: Path, tmp_path: Path) -> Params:
    """Parameters of a fresh copy of the store with three versions."""
    shutil.copytree(full_store, tmp_path / "store")
    return store_in(tmp_path / "store")
