"""Differences between two groups: against second computations, and how often intervals hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from regulars.retention.effects import adjusted, can_compare, difference, holm


def groups(n: int, seed: int, *, effect: float = 0.3, share: float = 0.3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, who was treated, and covariates that explain half of the outcome; effects differ by customer."""
    rng = np.random.default_rng(seed)
    known = rng.gamma(1.0, 1.0, (n, 2))
    treated = rng.random(n) < 1 - share
    own = effect * (1 + known[:, 0] - 1)
    return known[:, 0] + rng.normal(0, 1, n) + own * treated, treated, known


def test_the_difference_is_welchs_test() -> None:
    outcome, treated, _ = groups(80, 1)
    found, other = difference(outcome, treated), ttest_ind(outcome[treated], outcome[~treated], equal_var=False)
    assert found.p_value == pytest.approx(other.pvalue)
    assert found.freedom == pytest.approx(other.df)
    assert found.interval(0.9) == pytest.approx(tuple(other.confidence_interval(0.9)))


def test_the_adjusted_effect_is_the_difference_of_two_regressions_at_the_mean() -> None:
    outcome, treated, known = groups(300, 2)
    at_mean = []
    for rows in (treated, ~treated):
        design = np.column_stack([np.ones(rows.sum()), known[rows] - known.mean(axis=0)])
        at_mean.append(np.linalg.lstsq(design, outcome[rows], rcond=None)[0][0])
    assert adjusted(outcome, treated, known).value == pytest.approx(at_mean[0] - at_mean[1])


def test_covariates_that_do_not_vary_change_nothing() -> None:
    outcome, treated, _ = groups(60, 3)
    assert adjusted(outcome, treated, np.ones((60, 2))) == difference(outcome, treated)


def test_covariates_that_repeat_each_other_are_no_problem() -> None:
    outcome, treated, known = groups(200, 4)
    twice = adjusted(outcome, treated, np.hstack([known, known]))
    assert twice.value == pytest.approx(adjusted(outcome, treated, known).value)


def test_small_groups_give_up_covariates() -> None:
    outcome, treated, known = groups(40, 5)
    few = np.flatnonzero(~treated)[:6]
    rows = np.sort(np.concatenate([np.flatnonzero(treated), few]))
    assert adjusted(outcome[rows], treated[rows], known[rows]).value == pytest.approx(
        difference(outcome[rows], treated[rows]).value
    )


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1, 0.3])
def test_nine_in_ten_intervals_hold_the_effect_and_adjusted_ones_are_narrower(share: float) -> None:
    held, widths = np.zeros(2), np.zeros(2)
    for seed in range(400):
        outcome, treated, known = groups(300, seed, share=share)
        truth = 0.3 * known[:, 0].mean()
        for k, effect in enumerate((difference(outcome, treated), adjusted(outcome, treated, known))):
            low, high = effect.interval()
            held[k] += low < truth < high
            widths[k] += high - low
    assert held / 400 == pytest.approx(0.9, abs=0.05), held
    assert widths[1] < 0.85 * widths[0]


def test_holm_steps_down() -> None:
    assert holm([0.02, 0.01, 0.5]) == pytest.approx([0.04, 0.03, 0.5])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_a_spread_needs_two_customers_a_group() -> None:
    assert can_compare(np.array([True, True, False, False]))
    assert not can_compare(np.array([True, True, False]))


def test_outcomes_without_spread_are_certain() -> None:
    treated = np.array([True, True, False, False])
    same, other = difference(np.zeros(4), treated), difference(treated * 1.0, treated)
    assert (same.p_value, other.p_value) == (1.0, 0.0)
    assert other.interval() == (1.0, 1.0)


def test_a_covariate_that_few_customers_of_a_group_vary_in_is_left_out() -> None:
    outcome, treated, _ = groups(200, 6)
    rare = np.zeros((200, 1))
    rare[np.flatnonzero(~treated)[:4]] = 500.0
    rare[np.flatnonzero(treated)[:50]] = 500.0
    assert adjusted(outcome, treated, rare) == difference(outcome, treated)
    rare[np.flatnonzero(~treated)[4:8]] = 500.0
    assert adjusted(outcome, treated, rare) != difference(outcome, treated)
