"""CDNOW from the files that ship with `lifetimes`, summarised as the papers do."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd


def orders(file: str, names: list[str], header: int | None) -> pd.DataFrame:
    """Order days of a file that ships with `lifetimes`: `id`, `date`, and the `spend` of the day."""
    spec = importlib.util.find_spec("lifetimes")
    assert spec is not None
    path = Path(spec.submodule_search_locations[0]) / "datasets" / file
    log = pd.read_csv(path, sep=r"\s+", header=header, names=names, dtype={"date": str})
    log["date"] = pd.to_datetime(log["date"], format="%Y%m%d")
    return log.groupby(["id", "date"], as_index=False)["spend"].sum()


def summed(days: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Frequency, recency and T in weeks, and the mean spend of repeat days, up to and including a day."""
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
