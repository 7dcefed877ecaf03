from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from regulars.evaluation import Rolled, choose_origins
from regulars.params import load_params
from regulars.pipelines.backtest import backtest_log, champion_of, history_of
from regulars.pipelines.validate import validate
from regulars.scorer import History, store
from regulars.tables import PREDICTIONS
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.pipelines.conftest import Trained


def test_predictions_and_their_judgement(trained: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "backtest"
    told = trained.place.json("backtest", "--out", folder)
    predictions = pd.read_parquet(folder / "predictions.parquet")
    assert tuple(predictions.columns) == PREDICTIONS
    assert sorted(path.name for path in folder.iterdir()) == ["backtest.csv", "predictions.parquet"]
    assert told["folder"] == str(folder)
    assert told["verdict"]["passed"] is trained.told["verdict"]["passed"]

    assert {(row["outcome"], row["group"]) for row in told["coverage"]} >= {("purchases", "active"), ("spend", "all")}
    assert [row["outcome"] for row in told["totals"]] == ["purchases", "spend"]
    assert (
        told["totals"][0]["actual"] == predictions.loc[predictions["contender"] == "regulars", "actual_purchases"].sum()
    )
    assert [row["origin"] for row in told["dates"]] == [str(predictions["origin"].iloc[0].date()), "mean"]

    windows = pd.Timestamp(predictions["origin"].iloc[0]), predictions["origin"].iloc[0] + pd.Timedelta(days=120)
    assert windows[1] <= pd.Timestamp("1998-03-01")
    log = trained.log
    later = log[log["date"].between(*windows, inclusive="left")]
    bought = later.groupby("customer_id")["date"].nunique()
    ours = predictions[predictions["contender"] == "regulars"].set_index("customer_id")
    assert set(ours.index) == set(log.loc[log["date"] < windows[0], "customer_id"])
    expected = bought.reindex(ours.index).fillna(0)
    assert (ours["actual_purchases"] == expected).all()


def test_a_champion_of_another_catalogue_of_features_is_not_compared(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = load_params(trained.place.folder / "params.yaml", environment={})
    history = History(read_transactions(trained.log))
    champion, untried = champion_of(params, history)
    assert champion is None
    assert untried
    assert untried.sentence.startswith("The champion has the same settings and features")
    monkeypatch.setattr(store, "catalogue_hash", lambda *_: "another")
    champion, untried = champion_of(params, history)
    assert champion is None
    assert untried
    assert (untried.passed, untried.blocking) == (False, True)
    assert untried.sentence.startswith(
        "Not compared with the champion: Version 1 of model 'regulars' cannot be loaded. The model was trained with an"
    )


def test_an_origin_over_the_peak_is_tried_and_told(cdnow: Transactions, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def nothing(_: History, origins: Sequence[Windows], *__: object, **___: object) -> Rolled:
        tried.extend(str(origin.cutoff) for origin in origins)
        return Rolled(pd.DataFrame(columns=list(PREDICTIONS)), pd.DataFrame(), None, ())

    monkeypatch.setattr("regulars.pipelines.backtest.roll", nothing)
    monkeypatch.setattr("regulars.pipelines.backtest.try_totals", lambda *_: None)
    params = load_params(overrides=["windows.horizon_days=30", "backtest.origins=2"], environment={})
    windows = Windows.at("1998-07-01", 30)
    origins = choose_origins(cdnow, windows, params.backtest)
    made = backtest_log(History(cdnow), windows, origins, params, champion=None)
    assert tried == ["1998-03-03", "1998-06-01"]
    assert made.summary()["notes"] == [
        "origin 1998-03-03 is there for the year's busiest days, 1998-02-26 to 1998-03-25, in place of 1998-05-02"
    ]


@pytest.mark.medium
@pytest.mark.parametrize(("most", "sampled", "counted"), [("1000", 1_000, 5_000), ("10000", 10_000, 0), ("null", 0, 0)])
def test_five_times_the_sample_counts_totals_of_the_past(most: str, sampled: int, counted: int) -> None:
    asked = ("transactions.path=demo", f"training.max_customers={most}", "windows.cutoff=1998-03-01")
    history = history_of(validate(load_params(overrides=asked, environment={})))
    drawn = [each.share * 23_570 if each else 0 for each in (history.sample, history.totals_sample)]
    assert drawn == pytest.approx([sampled, counted])
