"""Rules side by side: by hand, and whether intervals hold the true value in simulated campaigns."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.learners.effects import doubly_robust
from regulars.retention.uplift.comparison import Comparison
from regulars.retention.uplift.policies import Policy, Terms, effect_of, missing, policies_of, top


def compared(seed: int, n: int = 400) -> tuple[Comparison, np.ndarray]:
    """A campaign whose effect is ½ for half of the customers and −¼ for the others, its outcome models far off."""
    rng = np.random.default_rng(seed)
    x = rng.random(n)
    effect = np.where(x > 0.5, 0.5, -0.25)
    treated = rng.random(n) < 0.4
    actual = 1.0 + x + effect * treated + rng.normal(0, 0.5, n)
    chance = np.full(n, 0.4)
    response, base = np.full(n, 1.2), 0.5 + x / 2
    ones, zeros = doubly_robust(actual, treated, chance, response, base)
    made = Comparison(
        outcome="spend",
        arm="mail",
        rows=np.ones(n, bool),
        treated=treated,
        actual=actual,
        chance=chance,
        is_even=True,
        clusters=np.arange(n),
        by_learner={"DR-learner": x},
        response=response,
        base=base,
        ones=ones,
        zeros=zeros,
        columns={"silence": x.round(1)},
    )
    return made, effect


def named(policies: tuple[Policy, ...], name: str) -> Policy:
    return next(policy for policy in policies if policy.name == name)


def test_the_intervals_hold_the_true_gain_in_95_of_100_campaigns() -> None:
    held = {"uplift": 0, "everybody": 0, "random": 0}
    for seed in range(100):
        made, effect = compared(seed)
        rules = policies_of(made, made.by_learner["DR-learner"], 0.3, Terms())
        chosen = top(made.by_learner["DR-learner"], 0.3)
        truths = {"uplift": (chosen * effect).mean(), "everybody": effect.mean(), "random": 0.3 * effect.mean()}
        for name, truth in truths.items():
            gain = named(rules, name).gain
            held[name] += gain.low <= truth <= gain.high
    assert all(89 <= count <= 100 for count in held.values()), held


def test_every_rule_contacts_as_many_and_random_is_exact() -> None:
    made, _ = compared(0)
    rules = policies_of(made, made.by_learner["DR-learner"], 0.25, Terms())
    assert [rule.name for rule in rules] == [
        *("nobody", "everybody", "random", "silence", "risk", "response", "uplift"),
    ]
    assert {round(rule.contacted, 12) for rule in rules} == {0.0, 0.25, 1.0}
    nobody, random, everybody = (named(rules, name) for name in ("nobody", "random", "everybody"))
    assert random.value == pytest.approx(0.75 * nobody.value + 0.25 * everybody.value)
    assert random.against_random.value == pytest.approx(0.0)
    assert named(rules, "response").value == pytest.approx(random.value)  # it predicts the same for all
    assert named(rules, "uplift").against_response.is_above


def test_money_takes_off_what_contacts_cost_and_profit_stops_where_none_pays() -> None:
    made, _ = compared(1)
    uplift = np.where(made.by_learner["DR-learner"] > 0.9, 1.0, 0.1)
    plain = policies_of(made, uplift, 0.3, Terms())
    priced = policies_of(made, uplift, 0.3, Terms(margin=0.5, cost=0.2, is_money=True))
    for name, share in (("everybody", 1.0), ("uplift", 0.3), ("nobody", 0.0)):
        assert named(priced, name).value == pytest.approx(0.5 * named(plain, name).value - 0.2 * share)
    assert named(priced, "profit").contacted == pytest.approx((uplift == 1.0).mean())
    assert missing(made.columns, Terms()) == ["value", "profit"]
    assert missing(made.columns, Terms(is_money=True)) == ["value"]


def test_rows_of_one_customer_count_together() -> None:
    made, _ = compared(2)
    twice = Comparison(
        **{
            **{name: getattr(made, name) for name in vars(made)},
            **{
                name: np.concatenate([getattr(made, name)] * 2)
                for name in ("treated", "actual", "chance", "clusters", "response", "base", "ones", "zeros")
            },
            "by_learner": {"DR-learner": np.tile(made.by_learner["DR-learner"], 2)},
            "columns": {},
        }
    )
    everybody = np.ones(len(made.actual), bool)
    once, doubled = effect_of(made, everybody), effect_of(twice, np.concatenate([everybody] * 2))
    assert (doubled.low, doubled.high) == pytest.approx((once.low, once.high))


def test_unknown_scores_rank_last() -> None:
    assert top(np.array([np.nan, 1.0, 2.0, np.nan]), 0.5).tolist() == [0, 1, 1, 0]
    assert top(np.array([np.nan, 1.0, np.nan]), 2 / 3).tolist() == pytest.approx([0.5, 1, 0.5])
