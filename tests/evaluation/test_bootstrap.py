from __future__ import annotations

import math
import time

import numpy as np
import pytest

from regulars.evaluation import bootstrap, metrics
from regulars.evaluation.bootstrap import OriginStatistics, interval, mean_over_origins, resample


@pytest.mark.parametrize("level", [0.4, 1.8])
def test_replicates_are_the_metrics_under_the_weights(level):
    """Whichever outcome is the rarer: a fifth of the customers churn, or most."""
    rng = np.random.default_rng(1)
    p, weights = np.round(rng.random(300), 2), rng.integers(0, 4, (5, 300))
    y = (rng.random(300) < level * p).astype(float)
    spend = (1 - y) * rng.gamma(2, 20, 300)
    origin = OriginStatistics(
        np.arange(300),
        {"log_loss": metrics.log_losses(y, p)},
        {"auc": metrics.auc_of_weights(y, p), "gini": metrics.gini_of_weights(spend, 1 - p)},
    )
    drawn = origin.values(weights)
    assert drawn["auc"] == pytest.approx([metrics.auc(y, p, w) for w in weights], rel=1e-12)
    assert drawn["gini"] == pytest.approx([metrics.normalised_gini(spend, 1 - p, w) for w in weights], rel=1e-12)
    assert drawn["log_loss"] == pytest.approx([metrics.log_loss(y, p, w) for w in weights], rel=1e-12)


def test_replicates_do_not_depend_on_how_many_are_worked_out_together(monkeypatch):
    losses = np.random.default_rng(8).random(50)
    origin = OriginStatistics(np.arange(50), {"loss": losses}, {"auc": metrics.auc_of_weights(losses.round(), losses)})
    together = resample([origin], 50, replicates=7)
    monkeypatch.setattr(bootstrap, "WEIGHTS_AT_ONCE", 100)
    by_twos = resample([origin], 50, replicates=7)
    assert by_twos["auc"].tolist() == together["auc"].tolist()
    assert by_twos["loss"] == pytest.approx(together["loss"], rel=1e-15)


def test_a_contender_that_predicts_the_same_differs_by_nothing_at_all():
    rng = np.random.default_rng(9)
    losses = rng.random(999)
    origin = OriginStatistics(np.arange(999), {"ours": losses, "other": rng.random(999), "its": losses.copy()})
    drawn = resample([origin], 999, replicates=30)
    assert not (drawn["ours"] - drawn["its"]).any()


def test_the_interval_of_a_mean_is_that_of_theory():
    losses = np.random.default_rng(2).normal(5, 2, 2000)
    origin = OriginStatistics(np.arange(2000), {"loss": losses})
    low, high = interval(resample([origin], 2000, replicates=1000)["loss"])
    half = 1.96 * losses.std() / math.sqrt(2000)
    assert (low, high) == pytest.approx((losses.mean() - half, losses.mean() + half), abs=0.15 * half)


def test_a_customers_rows_are_drawn_together():
    """The same rows at two origins are no more evidence than at one; a bootstrap by row would say so."""
    losses = np.random.default_rng(3).normal(0, 1, 500)
    origin = OriginStatistics(np.arange(500), {"loss": losses})
    once, twice = resample([origin], 500)["loss"], resample([origin, origin], 500)["loss"]
    assert np.allclose(once, twice)


def test_pairing_removes_what_contenders_share():
    rng = np.random.default_rng(4)
    common, own = rng.normal(0, 5, 400), rng.normal(0.1, 0.1, 400)
    origin = OriginStatistics(np.arange(400), {"ours": common, "rival": common + own})
    drawn = resample([origin], 400)
    low, high = interval(drawn["rival"] - drawn["ours"])
    assert 0.08 < low < high < 0.12


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng, hits = np.random.default_rng(5), 0
    for seed in range(100):
        origin = OriginStatistics(np.arange(80), {"loss": rng.normal(1, 1, 80)})
        low, high = interval(resample([origin], 80, replicates=200, seed=seed)["loss"])
        hits += low <= 1 <= high
    assert 88 <= hits <= 99


def test_same_seed_same_replicates_and_another_seed_others():
    origin = OriginStatistics(np.arange(50), {"loss": np.arange(50.0)})
    first, again, other = (resample([origin], 50, replicates=20, seed=s)["loss"] for s in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_metric_absent_at_an_origin_is_the_mean_over_the_others():
    with_auc = OriginStatistics(np.arange(2), {"loss": np.ones(2)}, {"auc": lambda _: np.array([0.7])})
    without = OriginStatistics(np.arange(2), {"loss": np.zeros(2)})
    assert mean_over_origins([with_auc, without], np.ones((1, 2))) == {"loss": [0.5], "auc": [0.7]}


def test_an_origin_none_of_whose_customers_are_drawn_is_undefined():
    origin = OriginStatistics(np.array([0]), {"loss": np.ones(1)}, {"auc": metrics.auc_of_weights(*np.ones((2, 1)))})
    drawn = mean_over_origins([origin], np.array([[0, 2], [1, 1]]))
    assert np.isnan(drawn["loss"]).tolist() == [True, False]
    assert np.isnan(drawn["auc"]).all()


def test_undefined_replicates_are_left_out_unless_they_are_most():
    values = np.r_[np.arange(101.0), np.full(50, np.nan)]
    assert interval(values, level=0.5) == (25.0, 75.0)
    assert all(map(math.isnan, interval(np.r_[values, np.full(200, np.nan)])))


def test_a_replicate_of_ten_thousand_rows_takes_a_few_milliseconds():
    """Sorted once, not in every replicate: 20 AUCs of 10,000 rows, 40 times, within 1 s of processor time."""
    rng = np.random.default_rng(6)
    y = (rng.random(10_000) < 0.7).astype(float)
    statistics = {n: metrics.auc_of_weights(y, rng.random(10_000)) for n in range(20)}
    start = time.process_time()
    resample([OriginStatistics(np.arange(10_000), statistics=statistics)], 10_000, replicates=40)
    assert time.process_time() - start < 1
