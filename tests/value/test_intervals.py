from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.value import RatioIntervals
from regulars.value.intervals import COVERAGE, GROUPS, SMALLEST_GROUP


def customers(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Active customers are steadier than the others: one width for all would cover neither."""
    activity = rng.gamma(0.7, 1.0, n)
    expected = 30 * activity
    spread = np.where(activity > 0.7, 0.3, 1.5)
    return activity, expected, expected * rng.lognormal(-(spread**2) / 2, spread)


def test_fresh_draws_are_covered_as_often_as_promised() -> None:
    """Over 60 calibrations the mean coverage of exchangeable draws is 90 %, overall and by activity."""
    rng, covered = np.random.default_rng(0), []
    for _ in range(60):
        fitted = RatioIntervals.fit(*customers(rng, 600))
        activity, expected, realised = customers(rng, 600)
        low, high = fitted.around(activity, expected)
        inside = (realised >= low) & (realised <= high)
        covered.append([inside.mean(), inside[activity > 0.7].mean(), inside[activity <= 0.7].mean()])
    mean, error = np.mean(covered, axis=0), np.std(covered, axis=0) / np.sqrt(60)
    # whole order statistics can only cover more: by 2 in a group of 101, at most
    assert (mean > COVERAGE - 4 * error).all()
    assert (mean < COVERAGE + 2 / (600 / GROUPS + 1) + 4 * error).all()


def test_continuous_draws_leave_out_a_twentieth_on_each_side() -> None:
    rng, below, above = np.random.default_rng(1), [], []
    for _ in range(60):
        fitted = RatioIntervals.fit(*customers(rng, 600))
        activity, expected, realised = customers(rng, 600)
        group = np.searchsorted(np.asarray(fitted.edges), activity, side="right")
        ratio = realised / expected
        below.append(np.mean(ratio < np.asarray(fitted.low)[group]))
        above.append(np.mean(ratio > np.asarray(fitted.high)[group]))
    for share in (below, above):
        assert np.mean(share) == pytest.approx((1 - COVERAGE) / 2, abs=0.01)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 1000), st.integers(SMALLEST_GROUP, 700))
def test_bounds_contain_the_expected_and_survive_json(seed: int, n: int) -> None:
    activity, expected, realised = customers(np.random.default_rng(seed), n)
    fitted = RatioIntervals.fit(activity, expected, realised)
    low, high = fitted.around(activity, expected)
    assert ((low >= 0) & (low <= expected) & (expected <= high)).all()
    assert (
        len(fitted.low)
        == len(fitted.high)
        == len(fitted.edges) + 1
        <= GROUPS + max(0, int(np.log2(n / GROUPS / SMALLEST_GROUP)))
    )
    assert RatioIntervals.from_dict(json.loads(json.dumps(fitted.to_dict()))) == fitted


def test_among_the_most_active_the_lower_bound_says_something() -> None:
    rng = np.random.default_rng(3)
    activity = rng.gamma(0.3, 2.0, 20_000)
    expected, realised = 10 * activity, 10.0 * rng.poisson(activity)
    low, high = RatioIntervals.fit(activity, expected, realised).around(activity, expected)
    top = activity > np.quantile(activity, 0.99)
    assert (low[top] > 0).all()
    assert np.mean((low <= realised) & (realised <= high), where=top) == pytest.approx(COVERAGE, abs=0.06)


def test_alike_customers_are_one_group() -> None:
    n = 300
    fitted = RatioIntervals.fit(np.ones(n), np.full(n, 10.0), np.linspace(0, 20, n))
    assert fitted.edges == ()
    low, high = fitted.around(np.array([0.0, 5.0]), np.array([10.0, 10.0]))
    np.testing.assert_allclose(low, 1.0, atol=0.1)
    np.testing.assert_allclose(high, 19.0, atol=0.1)


def test_a_customer_at_an_edge_is_in_the_upper_group() -> None:
    fitted = RatioIntervals(edges=(1.0,), low=(0.5, 0.9), high=(2.0, 1.1), upper=(2.0, 1.1), quiet=(False, False))
    low, high = fitted.around(np.array([0.999, 1.0]), np.array([10.0, 10.0]))
    assert (low.tolist(), high.tolist()) == ([5.0, 9.0], [20.0, 11.0])


def test_many_who_never_come_are_no_empty_group() -> None:
    activity = np.concatenate([np.zeros(400), np.linspace(1, 2, 200)])
    fitted = RatioIntervals.fit(activity, np.ones(600), np.ones(600))
    group = np.searchsorted(np.asarray(fitted.edges), activity, side="right")
    assert set(group) == set(range(len(fitted.low)))


def test_too_few_customers_have_no_intervals() -> None:
    n = SMALLEST_GROUP - 1
    assert RatioIntervals.fit(np.ones(n), np.ones(n), np.ones(n)) is None


def test_without_money_there_are_no_intervals() -> None:
    n = SMALLEST_GROUP
    assert RatioIntervals.fit(np.ones(n), np.full(n, np.nan), np.ones(n)) is None


def test_where_nothing_is_left_out_below_all_is_left_out_above() -> None:
    covered = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        ones = np.ones(300)
        fitted = RatioIntervals.fit(ones, ones, rng.gamma(1.0, 1.0, 300) * (rng.random(300) < 0.6))
        low, high = fitted.around(np.ones(1000), np.ones(1000))
        fresh = rng.gamma(1.0, 1.0, 1000) * (rng.random(1000) < 0.6)
        assert (low == 0).all()
        covered.append(np.mean((low <= fresh) & (fresh <= high)))
    assert np.mean(covered) == pytest.approx(COVERAGE, abs=0.015)


def counts(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Most hardly ever come: rates of a shop, counts with more spread than Poisson's."""
    expected = rng.gamma(0.4, 1.5, n) + 0.01
    return expected, rng.poisson(expected * rng.gamma(3.0, 1 / 3.0, n)).astype(float)


def test_whole_numbers_cover_fresh_counts_as_promised_and_no_wider_than_needed() -> None:
    rng, found = np.random.default_rng(5), []
    for _ in range(40):
        expected, came = counts(rng, 900)
        fitted = RatioIntervals.fit(expected, expected, came)
        expected, came = counts(rng, 900)
        low, high = fitted.counts_around(expected, expected)
        assert ((low == low.round()) & (high == high.round()) & (low >= 0) & (low <= high)).all()
        inside, active = (low <= came) & (came <= high), expected > 1.0
        found.append([inside.mean(), inside[active].mean(), np.mean(high - low)])
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(40)
    assert (mean[:2] > COVERAGE - 4 * error[:2]).all()
    assert (mean[:2] < COVERAGE + 0.05).all()
    assert mean[2] < 1.5, "as wide as Poisson's own at twice the mean"


def test_a_count_survives_the_division_by_its_expectation() -> None:
    """One-time buyers of a day share one expectation, and the bound is one of their own counts."""
    alike = np.full(400, 0.07)
    came = (np.arange(400) % 8 == 0).astype(float)
    assert RatioIntervals.fit(alike, alike, came).counts_around(alike[:1], alike[:1]) == ([0.0], [1.0])


def test_of_those_who_nearly_all_stay_away_none_is_expected_to_come() -> None:
    few = np.full(400, 0.05)
    came = (np.arange(400) < 20).astype(float)
    assert RatioIntervals.fit(few, few, came).counts_around(few[:1], few[:1]) == ([0.0], [0.0])


def test_where_nearly_all_stay_away_the_upper_bound_is_that_of_those_who_buy() -> None:
    rng = np.random.default_rng(2)
    activity = np.repeat([0.02, 2.0], 300)
    expected = 30 * activity
    bought = np.concatenate([np.repeat([1.0, 0.0], [6, 294]), np.ones(300)])
    realised = bought * np.where(activity < 1, rng.uniform(20, 40, 600), expected * rng.uniform(0.5, 1.5, 600))
    fitted = RatioIntervals.fit(activity, expected, realised)
    low, high = fitted.quantiles_around(activity, expected)
    assert fitted.stay_away(activity).tolist() == [True] * 300 + [False] * 300
    assert (low[:300] == 0).all()
    assert high[:300] == pytest.approx(realised[:6].max()), "of six buyers the 95 % quantile is the largest"
    assert np.mean(realised[300:] <= high[300:]) == pytest.approx(0.95, abs=0.01)


def test_a_group_without_any_buyer_takes_the_bound_of_the_other_quiet_ones() -> None:
    activity = np.repeat([0.01, 0.02, 2.0], 200)
    realised = np.where(activity == 0.02, np.tile([30.0] + [0.0] * 39, 15), np.where(activity == 2.0, 60.0, 0.0))
    fitted = RatioIntervals.fit(activity, 30 * activity, realised)
    _, high = fitted.quantiles_around(activity, 30 * activity)
    assert (high > 30 * activity)[:400].all()
