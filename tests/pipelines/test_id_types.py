"""Every type of ids that the door lets in goes all the way, and comes back as it was."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.pipelines.conftest import CUTOFF, PARAMS, Place

TYPES: dict[str, Any] = {
    "integers of 64 bits without a sign": lambda ids: ids.astype("uint64") + 2**63,
    "floats of 32 bits": lambda ids: ids.astype("float32"),
}


@pytest.mark.parametrize("made", TYPES.values(), ids=TYPES)
def test_ids_of_every_type_go_all_the_way(made: Any, shop: pd.DataFrame, empty_store: Path, tmp_path: Path) -> None:
    numbers = shop["customer_id"].astype(int)
    some = shop[numbers % 64 == 0]
    some = some.assign(customer_id=made(numbers[some.index]))
    some.to_parquet(tmp_path / "orders.parquet", index=False)
    text = PARAMS.replace("orders.csv", "orders.parquet").replace("num_iterations: 40", "num_iterations: 5")
    (tmp_path / "params.yaml").write_text(text.replace("origins: 1", "origins: 0"))
    shutil.copytree(empty_store, tmp_path / "store")
    place = Place(tmp_path)
    place.json("train", "--force", "a test")
    for ending in ("parquet", "csv"):
        place.score(f"scores.{ending}", "--cutoff", CUTOFF)
        place.json("target", "--scores", tmp_path / f"scores.{ending}", "--out", tmp_path / f"{ending}.csv")
    scores = pd.read_parquet(tmp_path / "scores.parquet")
    assert scores["customer_id"].dtype == some["customer_id"].dtype
    assert set(scores["customer_id"]) <= set(some["customer_id"])
    assert (tmp_path / "csv.csv").read_bytes() == (tmp_path / "parquet.csv").read_bytes()
    place.json("report", "--out", tmp_path / "report.html")
    assert np.isfinite(scores["p_churn"]).all()
