"""The uplift curve: hand-made cases, laws, and the metrics of scikit-uplift as referee."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklift import metrics

from regulars.retention.uplift.curves import UpliftCurve

AS_IT_WARNS = pytest.mark.filterwarnings("ignore:.*stable_cumsum:FutureWarning")  # of scikit-uplift
FILES = st.integers(0, 10_000)


def drawn(seed: int, n: int = 60):
    """Scores with ties, groups and outcomes."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 20, n) / 4.0, rng.random(n) < 0.5, (rng.random(n) < 0.4) * 1.0


def test_g_is_the_share_times_the_difference_of_means() -> None:
    curve = UpliftCurve(np.arange(6.0)[::-1], np.array([1, 0, 1, 1, 0, 0], bool), np.array([1.0, 0, 1, 0, 0, 1]))
    shares, gained = curve.points()
    by_hand = [0, 0, 2 / 6 * 1, 3 / 6 * 1, 4 / 6 * 2 / 3, 5 / 6 * 2 / 3, 2 / 3 - 1 / 3]
    assert shares.tolist() == pytest.approx([k / 6 for k in range(7)])
    assert gained.tolist() == pytest.approx(by_hand)
    trapezoids = sum((a + b) / 12 for a, b in pairwise(by_hand))
    assert curve.auuc() == pytest.approx(trapezoids)
    assert curve.qini() == pytest.approx(trapezoids - by_hand[-1] / 2)


def test_equal_scores_have_no_qini() -> None:
    _, treated, outcome = drawn(1)
    assert UpliftCurve(np.zeros(60), treated, outcome).qini() == pytest.approx(0.0)


def test_the_qini_of_random_orders_averages_to_zero() -> None:
    rng = np.random.default_rng(0)
    _, treated, outcome = drawn(2, 400)
    found = [float(UpliftCurve(rng.random(400), treated, outcome).qini()) for _ in range(400)]
    assert abs(np.mean(found)) < 3 * np.std(found) / 20 + 1e-3
    assert np.std(found) > 0.005


@settings(max_examples=40)
@given(FILES)
def test_it_depends_on_the_order_alone(seed: int) -> None:
    score, treated, outcome = drawn(seed)
    plain = UpliftCurve(score, treated, outcome)
    for changed in (np.exp(score), 3 * score - 7, score**3):
        assert UpliftCurve(changed, treated, outcome).qini() == pytest.approx(float(plain.qini()))


@settings(max_examples=40)
@given(FILES)
def test_it_does_not_depend_on_the_order_of_the_rows(seed: int) -> None:
    score, treated, outcome = drawn(seed)
    mixed = np.random.default_rng(seed).permutation(60)
    again = UpliftCurve(score[mixed], treated[mixed], outcome[mixed])
    assert again.auuc() == pytest.approx(float(UpliftCurve(score, treated, outcome).auuc()))


@settings(max_examples=40)
@given(FILES, st.integers(0, 10_000))
def test_no_order_is_better_than_that_of_the_true_effects(seed: int, other: int) -> None:
    """Each customer stands twice, contacted and not, under one score: then g holds the true effects themselves."""
    rng = np.random.default_rng(seed)
    without, with_contact = rng.random(30), rng.random(30)
    outcome, treated = np.concatenate([with_contact, without]), np.repeat([True, False], 30)

    def auuc(score: np.ndarray) -> float:
        return float(UpliftCurve(np.tile(score, 2), treated, outcome).auuc())

    assert auuc(with_contact - without) >= auuc(np.random.default_rng(other).random(30)) - 1e-12


@settings(max_examples=30)
@given(FILES)
def test_a_weight_counts_as_so_many_equal_rows(seed: int) -> None:
    score, treated, outcome = drawn(seed)
    weights = np.random.default_rng(seed).integers(0, 4, 60)
    again = [np.repeat(values, weights) for values in (score, treated, outcome)]
    if not (again[1].any() and (~again[1]).any()):
        return
    both = UpliftCurve(score, treated, outcome).qini(np.stack([weights, np.ones(60, int)]))
    assert both[0] == pytest.approx(float(UpliftCurve(*again).qini()))
    assert both[1] == pytest.approx(float(UpliftCurve(score, treated, outcome).qini()))


def test_unequal_chances_are_weighted_away() -> None:
    """Half of the customers have three times the chance of a contact, and visit more often anyway."""
    rng = np.random.default_rng(3)
    n = 40_000
    often = rng.random(n) < 0.5
    chance = np.where(often, 0.75, 0.25)
    treated = rng.random(n) < chance
    outcome = (rng.random(n) < 0.2 + 0.5 * often + 0.1 * treated) * 1.0
    at_the_end = [float(UpliftCurve(rng.random(n), treated, outcome, used).points()[1][-1]) for used in (None, chance)]
    assert at_the_end[0] > 0.3
    assert at_the_end[1] == pytest.approx(0.1, abs=0.02)


@AS_IT_WARNS
@pytest.mark.parametrize("seed", range(5))
def test_scikit_uplift_finds_the_same(seed: int) -> None:
    score, treated, outcome = drawn(seed, 500)
    rows, curve = metrics.uplift_curve(outcome, score, treated.astype(int))
    shares, gained = UpliftCurve(score, treated, outcome).points()
    assert shares * 500 == pytest.approx(rows)
    assert gained * 500 == pytest.approx(curve)


@AS_IT_WARNS
@pytest.mark.parametrize("seed", range(5))
def test_qini_is_what_scikit_uplift_divides_by_that_of_a_perfect_order(seed: int) -> None:
    score, treated, outcome = drawn(seed, 500)
    groups = treated.astype(int)
    rows, best = metrics.perfect_uplift_curve(outcome, groups)
    above = np.trapezoid(best, rows) - best[-1] * rows[-1] / 2
    found = float(UpliftCurve(score, treated, outcome).qini()) * 500**2 / above
    assert found == pytest.approx(metrics.uplift_auc_score(outcome, score, groups))
