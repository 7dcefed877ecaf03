"""Estimates without covariates are what a calculator gives; covariates that tell nothing change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.loyalty.associations.estimates import (
    Estimate,
    difference_of_means,
    difference_of_shares,
    median_time,
    pooled_odds_ratio,
    ratio_of_means,
    ratio_of_sums,
    share,
)

NONE = np.empty((8, 0))
EXPOSED = np.array([True] * 4 + [False] * 4)


def test_ratio_of_means() -> None:
    found = ratio_of_means(np.array([2.0, 4, 6, 0, 1, 3, 2, 2]), EXPOSED, NONE)
    assert found.value == pytest.approx(1.5)
    assert found.low < found.value < found.high


def test_difference_of_shares_and_of_means_agree_where_nothing_is_adjusted() -> None:
    happened = np.array([True, True, True, False, True, False, False, False])
    shares = difference_of_shares(happened, EXPOSED, NONE)
    means = difference_of_means(happened.astype(float), EXPOSED, NONE)
    assert shares.value == pytest.approx(0.5)
    assert means.value == pytest.approx(0.5)
    wald = 1.959964 * np.sqrt(2 * 0.75 * 0.25 / 4)
    assert shares.high - shares.value == pytest.approx(wald, rel=1e-4)


def test_repeated_and_constant_covariates_change_nothing() -> None:
    rng = np.random.default_rng(1)
    x, exposed = rng.normal(size=500), rng.random(500) < 0.5
    outcome = rng.poisson(np.exp(0.3 * x + 0.4 * exposed)).astype(float)
    once = ratio_of_means(outcome, exposed, x[:, None])
    more = ratio_of_means(outcome, exposed, np.column_stack([x, 2 * x + 1, np.full(500, 7.0), exposed]))
    assert (more.value, more.low, more.high) == pytest.approx((once.value, once.low, once.high), rel=1e-9)


def test_what_separates_the_groups_has_no_finite_interval_or_a_wide_one() -> None:
    happened = np.array([True] * 4 + [False] * 4)
    found = difference_of_shares(happened, EXPOSED, NONE)
    assert not found.is_known or found.high - found.low < 1e-3  # `enough` keeps such groups away


def test_shares() -> None:
    found = ratio_of_sums(np.array([1.0, 0, 2]), np.array([2.0, 2, 4]))
    assert found.value == pytest.approx(3 / 8)
    assert 0 <= found.low < found.value < found.high <= 1
    assert share(3, 12).value == 0.25


def test_pooled_odds_ratio_of_one_table_is_its_odds_ratio() -> None:
    table = np.array([[[10.0], [20.0]], [[5.0], [40.0]]])
    assert pooled_odds_ratio(table).value == pytest.approx(4.0)


def test_a_median_is_known_without_a_warning_where_it_happened_to_all_in_the_end() -> None:
    found = median_time(np.arange(1.0, 42.0), np.ones(41, dtype=bool))
    assert found.value == 21
    assert found.low < 21 < found.high


def test_an_estimate_without_an_interval_is_not_known() -> None:
    assert not Estimate(1.0, float("nan"), 2.0).is_known
