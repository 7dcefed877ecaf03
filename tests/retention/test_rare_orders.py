"""Errors where few ordered: false alarms, what large groups keep, and a second computation of the spread."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from regulars.retention.effects import CONFIDENCE, adjusted, difference
from regulars.retention.rare_orders import LENT, cautious_adjusted, cautious_difference, spread_without_effect


def campaign(
    rng: np.random.Generator, sizes: tuple[int, int], rate: float
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes, who ordered, who was treated, and a covariate; nothing changes anybody."""
    treated = np.arange(sum(sizes)) < sizes[0]
    known = rng.exponential(1.0, (len(treated), 1))
    days = rng.poisson(rate * known[:, 0])
    money = days * rng.lognormal(3.0, 1.2, len(days))
    return {"ordered": (days > 0) * 1.0, "order_days": days * 1.0, "money": money}, days > 0, treated, known


@pytest.mark.medium
@pytest.mark.parametrize(("sizes", "rate"), [((450, 50), 0.03), ((80, 20), 0.06)])
def test_without_an_effect_few_intervals_lie_to_one_side_of_zero(sizes: tuple[int, int], rate: float) -> None:
    rng, draws = np.random.default_rng(7), 100
    plain, cautious = np.zeros((3, 2, 2)), np.zeros((3, 2, 2))
    for _ in range(draws):
        outcomes, ordered, treated, known = campaign(rng, sizes, rate)
        for k, values in enumerate(outcomes.values()):
            old = difference(values, treated), adjusted(values, treated, known)
            new = cautious_difference(values, ordered, treated), cautious_adjusted(values, ordered, treated, known)
            assert [effect.value for effect in new] == [effect.value for effect in old]
            for method in range(2):
                for missed, effect in ((plain, old[method]), (cautious, new[method])):
                    low, high = effect.interval()
                    missed[k, method] += low > 0, high < 0
    assert plain[:, :, 0].min() > 0.15 * draws, "the draws show what is mended"
    assert cautious.max() <= 0.06 * draws, cautious


def test_groups_in_which_nobody_ordered_are_not_certain() -> None:
    nobody, treated = np.zeros(100), np.arange(100) < 80
    low, high = cautious_difference(nobody, nobody > 0, treated).interval()
    assert low < 0 < high


@pytest.mark.parametrize("worth", [np.ones(10_000), np.random.default_rng(9).lognormal(3.0, 1.2, 10_000)])
def test_large_groups_keep_the_interval_of_the_difference(worth: np.ndarray) -> None:
    treated = np.arange(100_000) < 90_000
    ordered = np.concatenate([np.arange(90_000) < 27_000, np.arange(10_000) < 2_000])
    values = np.where(ordered, np.resize(worth, 100_000), 0.0)
    known = np.tile(np.arange(10.0), 10_000)[:, None]
    for old, new in (
        (difference(values, treated), cautious_difference(values, ordered, treated)),
        (adjusted(values, treated, known), cautious_adjusted(values, ordered, treated, known)),
    ):
        assert new.value == old.value
        assert old.error <= new.error < 1.03 * old.error


def test_the_floor_of_an_adjusted_share_shrinks_with_what_the_covariate_explains() -> None:
    treated = np.arange(500) < 450
    ordered = (np.arange(500) % 16 == 0) * (np.arange(500) < 450) * 1.0
    known = (ordered + np.random.default_rng(8).normal(0, 0.3, 500))[:, None]
    explained = np.corrcoef(ordered, known[:, 0])[0, 1] ** 2
    plain, beside_known = (
        cautious_difference(ordered, ordered > 0, treated),
        cautious_adjusted(ordered, ordered > 0, treated, known),
    )
    assert beside_known.error / plain.error == pytest.approx((1 - explained) ** 0.5, rel=0.05)


def test_the_spread_is_that_of_customers_drawn_by_the_same_law() -> None:
    """A group's share within its Wilson interval, and its own orders filled up with a hundred of both groups."""
    rng = np.random.default_rng(1)
    treated = np.arange(100) < 80
    ordered = np.concatenate([np.arange(80) < 20, np.arange(20) < 1])
    outcomes = np.column_stack([ordered * 1.0, ordered * rng.lognormal(3.0, 1.0, 100)])
    brought = outcomes.copy()
    outcomes[treated, 1] -= 2.0
    everyone = brought[ordered]
    expected = np.zeros((2, 2))
    for group in (treated, ~treated):
        own, count = brought[group & ordered], int(group.sum())
        low, high = proportion_confint(len(own), count, 1 - CONFIDENCE, method="wilson")
        share = float(np.clip(22 / 102, low, high))
        orders = np.vstack([own, everyone])
        weights = np.repeat([share / (len(own) + LENT), share / (len(own) + LENT) * LENT / 21], [len(own), 21])
        law = np.vstack([orders, np.zeros((1, 2))])
        expected += np.cov(law, rowvar=False, aweights=np.append(weights, 1 - share), ddof=0) / count
    np.testing.assert_allclose(spread_without_effect(outcomes, ordered, treated), expected)


def test_a_certain_cost_of_a_contact_does_not_widen_the_interval() -> None:
    outcomes, ordered, treated, known = campaign(np.random.default_rng(2), (400, 100), 0.2)
    money = outcomes["money"]
    free, dear = (cautious_adjusted(money - cost * treated, ordered, treated, known) for cost in (0.0, 30.0))
    assert dear.value == pytest.approx(free.value - 30.0)
    assert dear.error == pytest.approx(free.error)
