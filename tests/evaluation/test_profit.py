from __future__ import annotations

import pytest

from regulars.evaluation.profit import assumed_profit
from regulars.evaluation.trials import read_trials
from tests.retention.terms import offer

OFFER = offer(incentive_cost=2.0, contact_cost=0.5)


def test_a_better_ranking_earns_more(simulate):
    trials = read_trials(simulate({"regulars": 0.0, "frequency": 2.0}, customers=1500))
    profit = assumed_profit(trials, [OFFER]).set_index("contender")["empc"]
    assert profit["regulars"] > profit["frequency"] > 0


def test_a_lower_margin_earns_less(simulate):
    trials = read_trials(simulate(customers=300))
    full, half = (assumed_profit(trials, [OFFER], margin=m).set_index("contender")["empc"] for m in (1.0, 0.5))
    assert (half < full).all()


def test_an_offer_dearer_than_the_customer_earns_nothing(simulate):
    trials = read_trials(simulate(customers=100))
    dear = offer(incentive_cost=10_000.0)
    assert assumed_profit(trials, [dear])["empc"].tolist() == pytest.approx([0.0] * 4)


def test_a_log_without_money_has_no_profit(simulate):
    predictions = simulate(customers=50)
    predictions[["actual_spend", "expected_spend"]] = None
    assert assumed_profit(read_trials(predictions), [OFFER]).empty
