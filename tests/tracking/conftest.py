from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from mlflow.entities import Dataset

from regulars.features import build_features
from regulars.lifetime import BGNBD, LifetimeValue
from regulars.params import LifetimeParams, MlflowParams, Params
from regulars.scorer import Scorer, ScorerSettings
from regulars.tracking.runs import Logged, Record, log_training
from regulars.tracking.versions import judgement
from regulars.transactions import read_transactions


@dataclass(frozen=True)
class Fitted:
    """A scorer fitted on made-up customers, and the features it was fitted on."""

    scorer: Scorer
    features: pd.DataFrame


def made_up_log(customers: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    log = pd.DataFrame(
        {"customer_id": np.repeat(np.arange(customers) + 1, 5), "day": rng.integers(0, 300, customers * 5)}
    )
    return log.assign(
        date=pd.Timestamp("2024-01-01") + pd.to_timedelta(log.pop("day"), unit="D"),
        amount=rng.integers(5, 100, len(log)).astype(float),
    )


@pytest.fixture(scope="session")
def fitted() -> list[Fitted]:
    """Three scorers that differ in their training cutoff and parameters."""
    tx = read_transactions(made_up_log())
    made = []
    for month, r in ((8, 0.6), (9, 0.7), (10, 0.8)):
        features = build_features(tx, f"2024-{month:02}-01")
        model = BGNBD.from_params({"r": r, "alpha": 30.0, "a": 0.8, "b": 2.5})
        scorer = Scorer(
            settings=ScorerSettings(60, LifetimeParams(model="bg_nbd"), {}, seed=0),
            training_cutoff=dt.date(2024, month, 1),
            feature_names=tuple(name for name in features if name != "cutoff"),
            lifetime=LifetimeValue(model, spend=None, order_value=50.0),
            ensemble=None,
        )
        made.append(Fitted(scorer, features))
    return made


def store_in(folder: Path) -> Params:
    return Params(mlflow=MlflowParams(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}"))


DATASET = Dataset("orders.csv", "d" * 12, "local", '{"uri": "orders.csv"}')


def log_one(
    params: Params,
    fitted: Fitted,
    *,
    grade: str = "B",
    passed: bool = True,
    began: dt.datetime | None = None,
    pictures: Mapping[str, str] = MappingProxyType({"calibration": "<svg/>"}),
) -> Logged:
    record = Record(
        params,
        fitted.scorer,
        example=fitted.features.head(3),
        metrics={"regulars/log_loss": 0.5, "hiatus/log_loss": 0.6, "undefined": float("nan")},
        tables={"backtest": pd.DataFrame({"contender": ["scorer"], "log_loss": [0.5]}), "verdict": {"passed": True}},
        pictures=pictures,
        ledger={"used": {"rows": 10, "money": Decimal("12.50"), "until": dt.date(2024, 12, 31)}},
        card="# A card\n",
        description="Grade **B**.",
        judged=judgement(grade, passed=passed),
        name="orders.csv, 60 days from 2024-08-01, grade B",
        began=began or dt.datetime.now(dt.UTC),
        dataset=DATASET,
        data_hash="d" * 12,
        code_version="0.1.0",
        notes=["one origin was skipped"],
    )
    return log_training(record)


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
