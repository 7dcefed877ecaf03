from __future__ import annotations

import pandas as pd

from regulars.tables import PREDICTIONS
from tests.pipelines.conftest import Trained


def test_predictions_and_their_judgement(trained: Trained) -> None:
    folder = trained.place.folder / "backtest"
    told = trained.place.json("backtest", "--out", folder)
    predictions = pd.read_parquet(folder / "predictions.parquet")
    assert tuple(predictions.columns) == PREDICTIONS
    assert sorted(path.name for path in folder.iterdir()) == ["backtest.csv", "predictions.parquet"]
    assert told["folder"] == str(folder)
    assert told["verdict"]["passed"] is trained.told["verdict"]["passed"]

    windows = pd.Timestamp(predictions["origin"].iloc[0]), predictions["origin"].iloc[0] + pd.Timedelta(days=120)
    assert windows[1] <= pd.Timestamp("1998-03-01")
    log = trained.log
    later = log[log["date"].between(*windows, inclusive="left")]
    bought = later.groupby("customer_id")["date"].nunique()
    ours = predictions[predictions["contender"] == "regulars"].set_index("customer_id")
    assert set(ours.index) == set(log.loc[log["date"] < windows[0], "customer_id"])
    expected = bought.reindex(ours.index).fillna(0)
    assert (ours["actual_purchases"] == expected).all()
