"""CDNOW from the files that ship with `lifetimes`, summed up as the papers do."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest


def orders(file: str, names: list[str], header: int | None) -> pd.DataFrame:
    spec = importlib.util.find_spec("lifetimes")
    assert spec is not None
    path = Path(spec.submodule_search_locations[0]) / "datasets" / file
    log = pd.read_csv(path, sep=r"\s+", header=header, names=names, dtype={"date": str})
    log["date"] = pd.to_datetime(log["date"], format="%Y%m%d")
    return log.groupby(["id", "date"], as_index=False)["spend"].sum()


def summed(days: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    days = days[days["date"] <= end]
    dates = days.groupby("id")["date"].agg(["min", "max", "size"])
    repeats = days[days["date"] > days["id"].map(dates["min"])]
    return pd.DataFrame(
        {
            "frequency": dates["size"] - 1,
            "recency": (dates["max"] - dates["min"]).dt.days / 7,
            "T": (end - dates["min"]).dt.days / 7,
            "monetary_value": repeats.groupby("id")["spend"].mean().reindex(dates.index).fillna(0),
        }
    )


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
