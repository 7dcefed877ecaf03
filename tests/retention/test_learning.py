"""Rates learned from campaigns: the truth is found, the prior weighs what it should, and nothing is made of nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.retention.fading import FALLS
from regulars.retention.learning import learned_rates
from regulars.retention.no_effect import NO_EFFECT
from regulars.retention.rates import ACCEPT, REDEEM, WINBACK
from regulars.tables import CAMPAIGN_HISTORY
from tests.retention.terms import offer

VOUCHER = offer(name="voucher", accept_rate=0.3, winback_rate=0.05)
CALL = offer(name="call", accept_rate=0.15, winback_rate=0.1)


def history(
    customers: int = 600,
    campaigns: int = 1,
    *,
    rates: tuple[float, float] = (0.2, 0.04),
    offer: str = "voucher",
    control_share: float = 0.2,
    silent: bool = False,
    fades: float = np.inf,
    seed: int = 0,
) -> pd.DataFrame:
    """Campaigns in which a contact raises the chance of an order by these rates of p_quiet and p_lost.

    `silent`: the history knows how silent customers were; `fades`: days of silence after which 37 % of it is left.
    """
    rng, made = np.random.default_rng(seed), []
    for campaign in range(campaigns):
        churn = rng.uniform(0.3, 0.95, customers)
        lost = churn * rng.beta(1, 1.5, customers)
        treated = rng.random(customers) >= control_share
        silence = 20 + 300 * np.random.default_rng([seed, campaign]).beta(1, 2, customers) * churn
        left = np.exp(-silence / fades)
        chance = 1 - churn + treated * left * (rates[0] * (churn - lost) + rates[1] * lost)
        made.append(
            pd.DataFrame(
                {
                    "customer": [f"c{k}" for k in rng.choice(5 * customers, customers, replace=False)],
                    "campaign": f"{offer}-{campaign}",
                    "start": pd.Timestamp("2024-01-01"),
                    "cutoff": pd.Timestamp("2024-01-01"),
                    "group": np.where(treated, "treat", "control"),
                    "offer": offer,
                    "kind": "keep",
                    "p_churn": churn,
                    "p_lost": lost,
                    "expected_spend": 40 * (1 - churn),
                    "days_since_last": silence if silent else np.nan,
                    "ordered": (rng.random(customers) < chance) * 1.0,
                }
            )
        )
    frame = pd.concat(made, ignore_index=True).reindex(columns=list(CAMPAIGN_HISTORY))
    return frame.assign(horizon_days=60, model_version="0123456789ab")


def test_before_the_first_campaign_the_rates_are_the_stated_ones() -> None:
    for nothing in (None, history().head(0), history(offer="letter")):
        found = learned_rates(nothing, [VOUCHER])
        assert [rate.mean for rate in found.rates] == pytest.approx([0.3, 0.05, 1.0])
        assert [rate.measured for rate in found.rates] == pytest.approx([0.0, 0.0, 0.0])
        assert "as stated: no campaign with this offer was measured" in found.in_words[0]


def test_many_contacts_bring_the_rates_near_the_truth() -> None:
    found = learned_rates(history(20_000), [VOUCHER])
    assert found.of("voucher", ACCEPT).mean == pytest.approx(0.2, abs=0.04)
    assert found.of("voucher", WINBACK).mean == pytest.approx(0.04, abs=0.04)
    assert found.of("voucher", ACCEPT).measured > 0.9


def test_campaigns_are_pooled() -> None:
    one, eight = (learned_rates(history(campaigns=k), [VOUCHER]) for k in (1, 8))
    assert (one.campaigns, eight.campaigns) == (1, 8)
    assert eight.of("voucher", ACCEPT).error < 0.7 * one.of("voucher", ACCEPT).error
    assert eight.of("voucher", ACCEPT).measured > one.of("voucher", ACCEPT).measured
    assert "% measured in" in eight.in_words[0]


def test_each_offer_learns_from_its_own_contacts() -> None:
    both = pd.concat([history(8000), history(8000, offer="call", rates=(0.05, 0.15), seed=1)], ignore_index=True)
    found = learned_rates(both, [VOUCHER, CALL])
    assert found.of("voucher", ACCEPT).mean == pytest.approx(0.2, abs=0.06)
    assert found.of("call", ACCEPT).mean == pytest.approx(0.05, abs=0.06)
    alone = learned_rates(history(8000), [VOUCHER, CALL])
    assert alone.of("call", ACCEPT).mean == pytest.approx(0.15)
    assert alone.of("call", ACCEPT).measured == pytest.approx(0.0)


def test_a_stated_rate_weighs_as_much_as_twenty_contacts() -> None:
    found = learned_rates(None, [VOUCHER]).of("voucher", ACCEPT)
    assert found.no_effect == pytest.approx(NO_EFFECT)
    works = 1 - found.no_effect
    assert found.error**2 / works - found.no_effect * (found.centre / works) ** 2 == pytest.approx(0.3 * 0.7 / 20)
    certain = learned_rates(None, [offer(accept_rate=0.0, winback_rate=1.0)])
    assert all(rate.error > 0 for rate in certain.rates)


def test_redemption_is_learned_where_the_log_has_discounts() -> None:
    rows = history(8000)
    unknown = learned_rates(rows, [VOUCHER]).of("voucher", REDEEM)
    assert (unknown.mean, unknown.measured) == (1.0, 0.0)
    used = (rows["group"] == "treat") & (rows["ordered"] == 1) & (np.random.default_rng(9).random(8000) < 0.6)
    found = learned_rates(rows.assign(redeemed=used * 1.0), [VOUCHER]).of("voucher", REDEEM)
    assert found.mean == pytest.approx(0.6, abs=0.1)
    assert found.measured > 0.5


def test_rates_are_used_within_0_and_1() -> None:
    known = history(80_000, rates=(-0.3, 0.0))
    known = known[known["p_churn"] < 0.7]  # the others have no chance left that could fall by so much
    found = learned_rates(known, [VOUCHER])
    assert found.of("voucher", ACCEPT).centre < -0.2
    assert 0.0 <= found.applied([VOUCHER])[0].accept_rate < 0.01
    assert found.applied([VOUCHER])[0].redeem_rate == VOUCHER.redeem_rate


def test_effects_that_fall_with_silence_are_found() -> None:
    found = learned_rates(history(20_000, rates=(0.6, 0.2), silent=True, fades=120.0), [VOUCHER])
    assert found.fading.falls > 0.99
    assert "falls with silence with a probability of 100 %" in found.in_words[-1]
    silence = np.array([30.0, 120.0, 240.0])
    truth = 0.6 * np.exp(-silence / 120)
    assert found.by_silence("voucher", ACCEPT, silence) == pytest.approx(truth, abs=0.08)
    assert (np.diff(found.by_silence("voucher", WINBACK, silence)) < 0).all()


def test_where_effects_do_not_fall_the_rates_hardly_do() -> None:
    found = learned_rates(history(20_000, silent=True), [VOUCHER])
    assert found.fading.falls < 0.1
    near, far = found.by_silence("voucher", ACCEPT, np.array([30.0, 240.0]))
    assert far == pytest.approx(near, abs=0.02)
    plain = learned_rates(history(20_000), [VOUCHER])
    assert found.of("voucher", ACCEPT).mean == pytest.approx(plain.of("voucher", ACCEPT).mean, abs=0.01)


def test_a_few_contacts_say_little_about_silence() -> None:
    found = learned_rates(history(12, silent=True), [VOUCHER])
    assert found.fading.falls == pytest.approx(FALLS)


def test_an_estimate_below_0_leaves_a_small_rate_the_larger_the_less_is_known() -> None:
    few, many = (
        learned_rates(history(n, rates=(-0.05, -0.01)), [VOUCHER]).of("voucher", ACCEPT) for n in (300, 30_000)
    )
    assert few.centre < 0.05
    assert many.centre < 0.0
    assert 0.0 < many.mean < few.mean < VOUCHER.accept_rate


def test_an_offer_that_changes_nothing_is_found_out_and_one_that_works_is_not_doubted() -> None:
    nothing, something = (learned_rates(history(8000, rates=rates), [VOUCHER]) for rates in ((0.0, 0.0), (0.25, 0.05)))
    assert nothing.of("voucher", ACCEPT).no_effect > 0.8
    assert nothing.of("voucher", ACCEPT).mean < 0.02
    assert nothing.in_words[-1] == (
        f"voucher: with a probability of {100 * nothing.rates[0].no_effect:.0f} % it changes nothing."
    )
    assert something.of("voucher", ACCEPT).no_effect < 0.01
    assert "changes nothing" not in " ".join(something.in_words)


@pytest.mark.slow
@pytest.mark.parametrize("fades", [np.inf, 120.0])
def test_intervals_hold_the_mean_rates_of_those_who_were_contacted(fades: float) -> None:
    held = []
    for seed in range(100):
        truth = np.random.default_rng(seed).normal(0.3, np.sqrt(0.3 * 0.7 / 20))
        rows = history(600, 2, rates=(max(truth, 0.0), 0.05), silent=True, fades=fades, seed=seed)
        treated = rows[rows["group"] == "treat"]
        left = np.average(np.exp(-treated["days_since_last"] / fades), weights=treated["p_churn"] - treated["p_lost"])
        stated = offer(name="voucher", accept_rate=0.3 * left, winback_rate=0.05 * left)
        low, high = learned_rates(rows, [stated]).of("voucher", ACCEPT).interval
        held.append(low < max(truth, 0.0) * left < high)
    assert 0.9 <= np.mean(held) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("campaigns", [1, 4])
def test_intervals_hold_the_rates_that_the_prior_expects(campaigns: int) -> None:
    rng, held = np.random.default_rng(7), []
    for seed in range(150):
        truth = rng.normal([0.3, 0.05], np.sqrt([0.3 * 0.7 / 20, 0.05 * 0.95 / 20]))
        truth = np.clip(truth, 0.0, 1.0)
        found = learned_rates(history(400, campaigns, rates=(truth[0], truth[1]), seed=seed), [VOUCHER])
        held += [
            rate.interval[0] < rate_true < rate.interval[1]
            for rate, rate_true in zip(found.rates[:2], truth, strict=True)
        ]
    assert 0.9 <= np.mean(held) <= 0.99


def test_the_order_of_rows_does_not_matter() -> None:
    rows = history(200, 3)
    shuffled = rows.sample(frac=1, random_state=0)
    assert [r.mean for r in learned_rates(shuffled, [VOUCHER]).rates] == pytest.approx(
        [r.mean for r in learned_rates(rows, [VOUCHER]).rates]
    )


def test_another_table_is_refused() -> None:
    with pytest.raises(InputError, match="'ordered' is missing"):
        learned_rates(history().drop(columns="ordered"), [VOUCHER])


def test_customers_who_are_driven_away_do_not_lower_the_rates() -> None:
    rng, rows = np.random.default_rng(3), history(20_000)
    away = (rows["group"] == "treat") & (rng.random(len(rows)) < 0.1)
    found = learned_rates(rows.assign(ordered=rows["ordered"].where(~away, 0.0)), [VOUCHER])
    assert found.of("voucher", ACCEPT).mean == pytest.approx(0.18, abs=0.04)
    assert {rate.name for rate in found.rates} == {ACCEPT, WINBACK, REDEEM}
