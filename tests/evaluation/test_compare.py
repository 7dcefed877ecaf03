from __future__ import annotations

import math

import numpy as np
import pytest

from regulars.evaluation import metrics
from regulars.evaluation.compare import BY_NAME, MEASURES, compare, measure, partial
from regulars.evaluation.trials import read_trials


def value(table, contender, metric, origin):
    return table.set_index(["contender", "metric", "origin"])["value"][contender, metric, origin]


def test_metrics_are_those_of_the_rows(simulate):
    predictions = simulate(customers=200, origins=2)
    table = measure(read_trials(predictions))
    rows = predictions[(predictions["contender"] == "mbg_nbd") & (predictions["origin"].astype(str) == "1998-01-31")]
    churned = rows["actual_purchases"] == 0
    assert value(table, "mbg_nbd", "auc", "1998-01-31") == metrics.auc(churned, rows["p_churn"])
    spend_gini = metrics.normalised_gini(rows["actual_spend"], rows["expected_spend"])
    assert value(table, "mbg_nbd", "spend_gini", "1998-01-31") == spend_gini


def test_mean_and_worst_are_over_origins(simulate):
    table = measure(read_trials(simulate(customers=200, origins=3)))
    for name, worst in (("auc", min), ("log_loss", max), ("count_bias", lambda found: max(found, key=abs))):
        rows = table[(table["contender"] == "regulars") & (table["metric"] == name)].set_index("origin")["value"]
        by_origin = rows.drop(["mean", "worst"])
        assert rows["mean"] == pytest.approx(by_origin.mean())
        assert rows["worst"] == worst(by_origin)


def test_every_measure_with_an_interval_equals_its_function(simulate):
    (trial,) = read_trials(simulate(customers=100, origins=1)).trials
    for shown in MEASURES:
        actual, predicted = trial.actual[shown.column], trial.predicted["mbg_nbd", shown.column]
        if shown.losses:
            assert shown.losses(actual, predicted).mean() == pytest.approx(shown.function(actual, predicted), rel=1e-12)
        if shown.of_weights:
            assert shown.of_weights(actual, predicted)(np.ones(100)) == shown.function(actual, predicted)


def test_a_better_contender_is_called_better_and_an_equal_one_a_tie(simulate):
    noise = {"regulars": 0.3, "worse": 2.0, "better": 0.0, "equal": 0.3}
    found = compare(read_trials(simulate(noise, customers=1500)), replicates=200)
    verdicts = found.set_index(["contender", "metric"])["verdict"]
    for metric in ("auc", "log_loss", "brier", "poisson_deviance", "spend_gini"):
        assert verdicts["worse", metric] == "better"  # ours is better than it
        assert verdicts["better", metric] == "worse"
        assert verdicts["equal", metric] == "tie"


def test_the_difference_lies_in_its_interval_and_is_that_of_the_means(simulate):
    trials = read_trials(simulate(customers=300))
    table, found = measure(trials), compare(trials, replicates=100)
    assert ((found["low"] <= found["difference"]) & (found["difference"] <= found["high"])).all()
    for row in found.itertuples():
        ours, its = value(table, "regulars", row.metric, "mean"), value(table, row.contender, row.metric, "mean")
        assert row.difference == pytest.approx(ours - its, abs=1e-12)


def test_against_itself_there_is_no_difference_at_all(simulate):
    predictions = simulate({"regulars": 0.5, "frequency": 1.0}, customers=200)
    for column in ("p_churn", "expected_purchases", "expected_spend"):
        ours = predictions.loc[predictions["contender"] == "regulars", column].to_numpy()
        predictions.loc[predictions["contender"] == "frequency", column] = ours
    found = compare(read_trials(predictions), replicates=50)
    assert (found[["difference", "low", "high"]] == 0).all(axis=None)
    assert set(found["verdict"]) == {"tie"}


def test_a_contender_without_counts_or_spend_is_compared_on_churn_alone(simulate):
    predictions = simulate(customers=100)
    rule = predictions["contender"] == "days_since_last"
    predictions.loc[rule, ["expected_purchases", "expected_spend"]] = None
    found = compare(read_trials(predictions), replicates=20)
    assert set(found.loc[found["contender"] == "days_since_last", "metric"]) == {"auc", "log_loss", "brier"}


def test_a_contender_absent_at_an_origin_is_left_out_and_named(simulate):
    predictions = simulate(customers=100)
    there = ~((predictions["contender"] == "mbg_nbd") & (predictions["origin"] == predictions["origin"].min()))
    trials = read_trials(predictions[there])
    assert "mbg_nbd" not in set(compare(trials, replicates=20)["contender"])
    assert partial(trials)[-1] == "mbg_nbd predicts p_churn at 2 of 3 origins and is left out of that comparison"


def test_an_origin_without_churners_has_no_auc_and_the_others_count(simulate):
    predictions = simulate(customers=100)
    first = predictions["origin"] == predictions["origin"].min()
    predictions.loc[first, "actual_purchases"] = predictions.loc[first, "actual_purchases"].clip(lower=1)
    trials = read_trials(predictions)
    table, found = measure(trials), compare(trials, replicates=20)
    assert math.isnan(value(table, "regulars", "auc", "1998-01-01"))
    assert not math.isnan(value(table, "regulars", "auc", "mean"))
    assert not found.loc[found["metric"] == "auc", ["difference", "low", "high"]].isna().any(axis=None)


def test_a_name_stands_for_one_measure():
    assert len(BY_NAME) == len(MEASURES)
