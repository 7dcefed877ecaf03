from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from regulars.evaluation import metrics

CHURN = (
    metrics.auc,
    metrics.log_loss,
    metrics.brier,
    metrics.churn_bias,
    metrics.expected_calibration_error,
    metrics.lift_at,
)
AMOUNTS = (
    metrics.bias,
    metrics.rmse,
    metrics.mae,
    metrics.poisson_deviance,
    metrics.normalised_gini,
    metrics.spearman,
    metrics.top_capture,
    metrics.decile_wape,
)


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(3)
    p = np.round(rng.beta(3, 1.5, 500), 2).clip(0.01, 0.99)  # rounded, so that there are ties
    y = (rng.random(500) < p).astype(float)
    amounts = np.where(y == 1, 0.0, rng.poisson(3, 500))
    return y, p, amounts, np.round(5 * (1 - p), 1) + 0.1, rng.integers(0, 4, 500).astype(float)


@pytest.mark.parametrize("weighted", [False, True])
def test_churn_metrics_equal_those_of_sklearn(rows, weighted):
    y, p, _, _, w = rows
    w = w if weighted else None
    assert metrics.auc(y, p, w) == pytest.approx(sk.roc_auc_score(y, p, sample_weight=w), abs=1e-12)
    assert metrics.log_loss(y, p, w) == pytest.approx(sk.log_loss(y, p, sample_weight=w), abs=1e-12)
    assert metrics.brier(y, p, w) == pytest.approx(sk.brier_score_loss(y, p, sample_weight=w), abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_amount_metrics_equal_those_of_sklearn(rows, weighted):
    _, _, actual, predicted, w = rows
    w = w if weighted else None
    for ours, theirs in (
        (metrics.rmse, sk.root_mean_squared_error),
        (metrics.mae, sk.mean_absolute_error),
        (metrics.poisson_deviance, sk.mean_poisson_deviance),
    ):
        assert ours(actual, predicted, w) == pytest.approx(theirs(actual, predicted, sample_weight=w), abs=1e-12)


def test_spearman_equals_that_of_scipy(rows):
    _, _, actual, predicted, _ = rows
    assert metrics.spearman(actual, predicted) == pytest.approx(stats.spearmanr(actual, predicted).statistic, abs=1e-12)


def test_gini_equals_the_area_under_the_lorenz_curve():
    rng = np.random.default_rng(0)
    actual, predicted = rng.gamma(1, 30, 400), rng.random(400)

    def gini(order):
        lorenz = np.r_[0, np.cumsum(actual[order])] / actual.sum()
        return 1 - 2 * np.trapezoid(lorenz, dx=1 / len(order))

    expected = gini(np.argsort(predicted)) / gini(np.argsort(actual))
    assert metrics.normalised_gini(actual, predicted) == pytest.approx(expected, abs=1e-12)


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 9), st.integers(0, 3)), min_size=1, max_size=40).filter(
        lambda rows: sum(weight for *_, weight in rows) > 0
    )
)
def test_a_weight_is_a_number_of_equal_rows(drawn):
    y, score, w = (np.array(column, dtype=float) for column in zip(*drawn, strict=True))
    times = w.astype(int)
    for metric in CHURN:
        weighted, repeated = metric(y, score / 10, w), metric(np.repeat(y, times), np.repeat(score / 10, times))
        assert weighted == pytest.approx(repeated, abs=1e-9, nan_ok=True), metric.__name__
    for metric in AMOUNTS:
        weighted = metric(y * score, 10 - score, w)
        repeated = metric(np.repeat(y * score, times), np.repeat(10 - score, times))
        assert weighted == pytest.approx(repeated, abs=1e-9, nan_ok=True), metric.__name__


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=2, max_size=40), st.randoms())
def test_the_order_of_rows_does_not_matter(drawn, random):
    shuffled = random.sample(drawn, len(drawn))
    for metric in (*CHURN, *AMOUNTS):
        values = [metric(*np.array(rows, dtype=float).T / [[1], [10]]) for rows in (drawn, shuffled)]
        assert values[0] == pytest.approx(values[1], abs=1e-9, nan_ok=True), metric.__name__


@pytest.mark.medium
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-20, 20)), min_size=2, max_size=40))
def test_ranking_metrics_see_the_order_alone(drawn):
    y, score = np.array(drawn, dtype=float).T
    for metric in (metrics.auc, metrics.lift_at, metrics.normalised_gini, metrics.spearman, metrics.top_capture):
        assert metric(y, score) == pytest.approx(metric(y, np.exp(score / 5)), abs=1e-9, nan_ok=True)
    assert metrics.auc(y, score) == pytest.approx(1 - metrics.auc(y, -score), abs=1e-9, nan_ok=True)
    assert metrics.normalised_gini(y, score) == pytest.approx(2 * metrics.auc(y, score) - 1, abs=1e-9, nan_ok=True)


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_proper_scores_are_best_at_the_truth(truth, guess):
    """Both outcomes of each row, weighted by their true probability."""
    p = np.array(truth)
    y, weights = np.r_[np.ones_like(p), np.zeros_like(p)], np.r_[p, 1 - p]
    for metric in (metrics.log_loss, metrics.brier):
        told = metric(y, np.r_[p, p], weights)
        assert told <= metric(y, np.full(2 * len(p), guess), weights) + 1e-12


def test_calibrated_bins_have_no_error_and_a_shift_is_found():
    p = np.repeat([0.2, 0.8], 10)
    y = np.r_[np.arange(10) < 2, np.arange(10) < 8].astype(float)
    assert metrics.expected_calibration_error(y, p) == pytest.approx(0)
    assert metrics.expected_calibration_error(y, p - 0.1) == pytest.approx(0.1)


def test_bins_are_of_equal_mass_but_for_ties():
    assert np.bincount(metrics.equal_mass_bins(np.arange(1000.0))).tolist() == [100] * 10
    assert len(set(metrics.equal_mass_bins(np.zeros(7)))) == 1


def test_lift_of_a_constant_score_is_one_and_of_the_perfect_one_is_the_inverse_base_rate():
    y = np.r_[np.ones(50), np.zeros(150)]
    assert metrics.lift_at(y, np.full(200, 0.3)) == pytest.approx(1)
    assert metrics.lift_at(y, y) == pytest.approx(4)


def test_top_capture_is_half_for_half_the_money():
    actual = np.r_[np.full(10, 9.0), np.full(90, 1.0)]
    assert metrics.top_capture(actual, actual) == pytest.approx(0.5)


def test_decile_wape_stays_finite_where_a_decile_bought_nothing():
    actual = np.r_[np.zeros(90), np.full(10, 50.0)]
    predicted = np.linspace(0, 10, 100)
    assert 0 < metrics.decile_wape(actual, predicted) < 2
    assert metrics.decile_wape(actual, actual) == 0


def test_certain_and_wrong_costs_much_but_not_everything():
    assert metrics.log_loss([1], [0.0]) == pytest.approx(-math.log(1e-15))
    assert math.isfinite(metrics.poisson_deviance([3], [0.0]))


@pytest.mark.parametrize("metric", [*CHURN, *AMOUNTS], ids=lambda metric: metric.__name__)
def test_nothing_to_measure_is_nan(metric):
    assert math.isnan(metric([], []))


@pytest.mark.parametrize("metric", [metrics.auc, metrics.lift_at, metrics.bias, metrics.normalised_gini])
def test_what_no_event_defines_is_nan(metric):
    assert math.isnan(metric([0, 0, 0], [0.1, 0.2, 0.3]))
