from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from regulars.errors import InputError
from regulars.evaluation import calibrate_amount, calibrate_rule, metrics, past_purchase_rate
from regulars.evaluation.baselines import choose_hiatus


@pytest.fixture(scope="module")
def slices():
    rng = np.random.default_rng(0)
    days = rng.integers(1, 400, 5000)
    return days, rng.random(5000) < expit(-4 + 1.1 * np.log1p(days))


def test_a_calibrated_rule_recovers_the_curve_that_made_the_data(slices):
    rule = calibrate_rule(*slices)
    assert rule.intercept == pytest.approx(-4, abs=0.3)
    assert rule.slope == pytest.approx(1.1, abs=0.06)


def test_a_calibrated_rule_keeps_the_level_and_the_order(slices):
    days, churned = slices
    p = calibrate_rule(days, churned).p_churn(days)
    assert p.mean() == pytest.approx(churned.mean(), abs=1e-3)
    assert metrics.auc(churned, p) == pytest.approx(metrics.auc(churned, days), abs=1e-12)


def test_a_rule_that_falls_with_risk_is_turned_round(slices):
    days, churned = slices
    frequency = 400 - days
    p = calibrate_rule(frequency, churned).p_churn(frequency)
    assert metrics.auc(churned, p) == pytest.approx(1 - metrics.auc(churned, frequency), abs=1e-12)


def test_a_perfect_separation_stays_finite():
    p = calibrate_rule([1, 2, 300, 400], [0, 0, 1, 1]).p_churn([1, 400])
    assert 0 < p[0] < 0.5 < p[1] < 1


@pytest.mark.parametrize(("churned", "expected"), [([1, 1, 1], 3.5 / 4), ([0, 0, 0], 0.5 / 4)])
def test_one_class_gives_a_constant_short_of_certainty(churned, expected):
    assert calibrate_rule([1, 20, 300], churned).p_churn([5, 500]) == pytest.approx([expected, expected])


def test_one_value_gives_the_share_of_churners():
    assert calibrate_rule([0.0] * 99, [1] * 33 + [0] * 66).p_churn([0, 7]) == pytest.approx([0.335, 0.335])


def test_net_negative_spend_counts_as_none():
    rule = calibrate_rule([-50, 0, 80, 120], [1, 1, 0, 0])
    assert rule.p_churn([-50])[0] == rule.p_churn([0])[0]
    assert calibrate_amount([-10, 40], [20, -5]).expected([-3, 10]) == pytest.approx([0, 5])


def test_amounts_keep_the_level_of_the_slices():
    past, actual = np.array([10.0, 0, 70]), np.array([0.0, 5, 35])
    assert calibrate_amount(past, actual).expected(past).sum() == pytest.approx(actual.sum())
    assert calibrate_amount([0, 0], [5, 5]).ratio == 0.0


def test_the_purchase_rate_of_a_new_customer_is_not_blown_up():
    assert past_purchase_rate([0, 1, 9], [1, 90, 720], 90) == pytest.approx([1, 2, 1.25])


def test_faults_are_gathered_and_named():
    with pytest.raises(InputError, match="cannot be calibrated") as failed:
        calibrate_rule([1.0, np.nan, 3.0], [1, 0])
    assert "3 values and 2 outcomes" in str(failed.value)
    assert "1 of 3 values are not finite" in str(failed.value)
    with pytest.raises(InputError, match="0 values"):
        calibrate_amount([], [])


class TestHiatus:
    def test_the_limit_is_where_customers_part(self) -> None:
        rng = np.random.default_rng(0)
        days = rng.integers(1, 300, 2000)
        churned = rng.random(2000) < np.where(days > 120, 0.9, 0.2)
        rule = choose_hiatus(days, churned)
        assert rule.limit == pytest.approx(120, abs=4)
        assert rule.within == pytest.approx(0.2, abs=0.04)
        assert rule.beyond == pytest.approx(0.9, abs=0.04)
        np.testing.assert_array_equal(rule.p_churn([rule.limit, rule.limit + 1]), [rule.within, rule.beyond])

    def test_nobody_on_one_side_is_survived(self) -> None:
        rule = choose_hiatus([7.0, 7.0, 7.0], [1.0, 0.0, 1.0])
        assert 0 < rule.p_churn([7.0])[0] < 1
