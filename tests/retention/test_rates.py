"""Rates as a list uses them: by offer and name, by how silent a customer is, in words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from regulars.retention.fading import Fading, Speed
from regulars.retention.individual_effects import IndividualEffect
from regulars.retention.rates import ACCEPT, REDEEM, WINBACK, LearnedRates, Rate
from tests.retention.terms import offer


def rates(*, none: float = 0.0, fading: Fading | None = None, **more: tuple[IndividualEffect, ...]) -> LearnedRates:
    """Those of a voucher: .2, .04 and .9, of them two that may fall with silence."""
    means = {ACCEPT: (0.2, (0.2, 0.3)), WINBACK: (0.04, (0.04, 0.06)), REDEEM: (0.9, ())}
    made = tuple(
        Rate("voucher", name, 0.3, mean, mean, 0.05, 500, 0.5, by_speed, 0.0 if name == REDEEM else none)
        for name, (mean, by_speed) in means.items()
    )
    known = fading or Fading((Speed(math.inf, 0.9), Speed(100.0, 0.1)), (0.5, 0.5))
    return LearnedRates(made, 2, known, **more)


def test_an_offer_takes_its_rates() -> None:
    (applied,) = rates().applied([offer(name="voucher")])
    assert (applied.accept_rate, applied.winback_rate, applied.redeem_rate) == (0.2, 0.04, 0.9)


def test_a_rate_of_a_customer_is_the_mean_over_the_speeds() -> None:
    found = rates().by_silence("voucher", ACCEPT, np.array([0.0, 100.0]))
    assert found.tolist() == pytest.approx([0.5 * 0.2 + 0.5 * 0.3, 0.5 * 0.2 + 0.5 * 0.3 / math.e])


def test_an_offer_that_likely_changes_nothing_is_told_once() -> None:
    assert [text for text in rates(none=0.7).in_words if "changes nothing" in text] == [
        "voucher: with a probability of 70 % it changes nothing."
    ]
    assert not [text for text in rates(none=0.3).in_words if "changes nothing" in text]


def test_only_an_effect_with_a_model_is_used_and_each_is_told() -> None:
    found = rates(individual=(IndividualEffect("voucher", "no campaign has shown more"),))
    assert found.individual_of("voucher") is None
    assert found.in_words[-1].startswith("voucher: customers are ranked by the rates of the offer")
