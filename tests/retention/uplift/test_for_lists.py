"""A list goes by uplift only where campaigns show that it ranks customers better than the rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.params import CampaignParams
from regulars.retention.learning import learned_rates
from regulars.retention.rates import LearnedRates
from regulars.retention.targets import make_targets
from regulars.retention.uplift.for_lists import FEWEST, with_individual_effects
from tests.retention.terms import offer
from tests.retention.test_learning import VOUCHER, history
from tests.retention.test_targets import scores


def learned(campaigns: pd.DataFrame | None) -> LearnedRates:
    return with_individual_effects(learned_rates(campaigns, [VOUCHER]), campaigns, [VOUCHER])


def moved_by_value(customers: int = 4000) -> pd.DataFrame:
    """A campaign that moves customers with a large clv alone, whatever their rates say."""
    campaign, rng = history(customers, control_share=0.3, rates=(0.0, 0.0), silent=True), np.random.default_rng(1)
    clv = rng.lognormal(4, 1, customers)
    effect = 0.5 * campaign["p_churn"] * (clv > 60) * (campaign["group"] == "treat")
    return campaign.assign(clv=clv, ordered=(rng.random(customers) < 1 - campaign["p_churn"] + effect) * 1.0)


@pytest.fixture(scope="module")
def by_value() -> LearnedRates:
    return learned(moved_by_value())


@pytest.mark.slow
def test_it_is_used_where_it_ranks_better(by_value: LearnedRates) -> None:
    assert by_value.individual_of("voucher")
    told = by_value.in_words[-1]
    assert "customers are ranked by uplift, learned from the offer's campaigns, because it ranks them better" in told
    assert "contacts (Qini less that of the rates +" in told


@pytest.mark.slow
def test_a_list_then_contacts_whom_it_moves(by_value: LearnedRates) -> None:
    alike = scores(400).assign(p_churn=0.7, p_lost=0.1, order_value=100.0, spend_if_back=160.0)
    told = alike.assign(clv=np.tile([10.0, 300.0], 200))
    campaign = CampaignParams(name="spring", control_share=0.0, contacts_per_day=100, days=1)
    listed = make_targets(told, [VOUCHER], campaign, margin=0.5, rates=by_value).frame
    assert set(listed["clv"]) == {300.0}
    by_rates = make_targets(told, [VOUCHER], campaign, margin=0.5, rates=learned_rates(moved_by_value(), [VOUCHER]))
    assert set(by_rates.frame["clv"]) == {10.0, 300.0}


@pytest.mark.slow
def test_where_the_rates_are_the_truth_the_list_goes_by_them() -> None:
    campaign = history(4000, control_share=0.3, silent=True)
    found = learned(campaign.assign(clv=np.random.default_rng(2).lognormal(4, 1, 4000)))
    assert found.individual_of("voucher") is None
    told = "by the rates of the offer, because uplift has not been shown to rank them better than the rates do (Qini"
    assert told in found.in_words[-1]


def test_too_few_measured_customers_are_named() -> None:
    found = learned(history(FEWEST["treat"], silent=True))
    assert found.individual_of("voucher") is None
    assert "uplift needs 1,000 contacts and 250 controls to learn from, and there are" in found.in_words[-1]


def test_an_offer_without_a_campaign_has_nothing_to_tell() -> None:
    assert learned(None).individual == ()
    assert with_individual_effects(learned_rates(None, []), history(50), [offer(name="new")]).individual == ()
