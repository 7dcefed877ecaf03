from __future__ import annotations

import json

import pandas as pd
import pytest

from regulars.evaluation import judge
from regulars.evaluation.backtest import SHOWN
from regulars.tables import PREDICTIONS
from tests.retention.terms import offer

REPLICATES = 40


@pytest.fixture(scope="module")
def backtest(simulate):
    return judge(simulate(customers=300), skipped=["1997-01-01: too early"], offers=[offer()], replicates=REPLICATES)


def test_the_table_has_a_row_a_contender_ours_first(backtest):
    table = backtest.table()
    assert table.index[0] == "regulars"
    days = ", ".join(backtest.origins["origin"].astype(str))
    assert repr(backtest) == f"<Backtest at {days}: 4 contenders>"
    assert table.iloc[1:]["log-loss"].is_monotonic_increasing
    assert table.shape == (4, len(SHOWN) + 2)
    assert table.loc["regulars", "AUC"] == backtest.value("regulars", "auc")


def test_the_table_tells_how_far_ours_lies_from_each_rival(backtest):
    table = backtest.table()
    assert table.loc["regulars", "ΔAUC [95 %]"] == ""
    rows = backtest.comparisons
    row = rows[(rows["contender"] == "frequency") & (rows["metric"] == "auc")].iloc[0]
    expected = f"{row['difference']:+.4f} [{row['low']:+.4f}, {row['high']:+.4f}] better"
    assert table.loc["frequency", "ΔAUC [95 %]"] == expected


def test_the_summary_is_json_without_customer_ids(backtest):
    text = json.dumps(backtest.summary(), allow_nan=False)
    assert "c00000" not in text
    assert json.loads(text)["skipped"] == ["1997-01-01: too early"]
    assert {row["contender"] for row in json.loads(text)["profit"]} == set(backtest.contenders)


def test_flat_metrics_are_defined_numbers(backtest):
    flat = backtest.metrics_flat()
    assert flat["regulars/auc"] == backtest.value("regulars", "auc")
    assert flat["frequency/log_loss/worst"] == backtest.value("frequency", "log_loss", over="worst")
    assert all(value == value for value in flat.values())


def test_the_same_rows_in_any_order_give_the_same_bytes(simulate):
    predictions = simulate(customers=120, origins=2)
    first, again = (
        judge(rows, replicates=REPLICATES, seed=5).summary()
        for rows in (predictions, predictions.sample(frac=1, random_state=2))
    )
    assert json.dumps(first) == json.dumps(again)


def test_origins_tell_what_came(backtest, simulate):
    predictions = simulate(customers=300)
    ours = predictions[predictions["contender"] == "regulars"].groupby("origin")
    assert backtest.origins["churn_rate"].tolist() == ours["actual_purchases"].agg(lambda n: (n == 0).mean()).tolist()
    assert backtest.origins["customers"].tolist() == [300] * 3


def test_a_log_without_money_is_judged_on_counts(simulate):
    predictions = simulate(customers=100)
    predictions[["actual_spend", "expected_spend"]] = None
    backtest = judge(predictions, replicates=REPLICATES)
    assert not any(metric.startswith("spend") for metric in backtest.metrics["metric"])
    assert backtest.spend_deciles.empty
    assert json.dumps(backtest.summary(), allow_nan=False)


def test_no_predictions_make_an_empty_backtest():
    nothing = pd.DataFrame(columns=list(PREDICTIONS))
    backtest = judge(nothing, pd.DataFrame(), skipped=["1998-01-01: 3 days of history"])
    assert backtest.contenders == []
    assert backtest.table().empty
    assert backtest.summary()["skipped"] == ["1998-01-01: 3 days of history"]
    assert backtest.metrics_flat() == {}
