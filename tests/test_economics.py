"""Money of a contact and of a ranking: the papers' figures, and the same by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from regulars.economics import (
    empc,
    expected_cost,
    expected_profit,
    mpc,
    redeem_probability,
)

VOUCHER = {"incentive_cost": 10.0, "contact_cost": 1.0, "accept_rate": 0.3, "redeem_rate": 1.0}
CHURNED = [0, 1, 0, 1, 0, 1, 0, 1]
SCORE = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]

shares = st.floats(0, 1)
money = st.floats(0, 500)
offers = st.fixed_dictionaries(
    {
        "incentive_cost": money,
        "contact_cost": money,
        "accept_rate": shares,
        "winback_rate": shares,
        "redeem_rate": shares,
    }
)


class TestContact:
    def test_profit_by_hand(self) -> None:
        # of 100: 40 quiet, of whom 12 order (50 − 10); 20 lost, of whom 2 come back (90 − 10); 40 redeem 10
        worth = {"value_if_quiet": 50, "value_if_lost": 90}
        terms = VOUCHER | {"winback_rate": 0.1}
        assert float(expected_profit(p_quiet=0.4, p_lost=0.2, **worth, **terms)) == pytest.approx(1.4)
        assert float(expected_cost(p_quiet=0.4, p_lost=0.2, **terms)) == pytest.approx(6.4)

    @given(p=shares, lost=shares, value=money, back=money, offer=offers)
    def test_outcomes_one_by_one_give_the_same_profit(
        self, p: float, lost: float, value: float, back: float, offer: dict[str, float]
    ) -> None:
        d, c, psi = (offer[k] for k in ("incentive_cost", "contact_cost", "redeem_rate"))
        quiet, gone = p * (1 - lost), p * lost
        outcomes = [
            (quiet * offer["accept_rate"], value - d),
            (gone * offer["winback_rate"], back - d),
            ((1 - p) * psi, -d),
        ]
        expected = sum(chance * gain for chance, gain in outcomes) - c
        profit = expected_profit(p_quiet=quiet, p_lost=gone, value_if_quiet=value, value_if_lost=back, **offer)
        assert float(profit) == pytest.approx(expected, abs=1e-9)

    @given(p=shares, lost=shares, value=money, back=money, offer=offers, more=money)
    def test_profit_is_monotone_in_worth_costs_and_rates(
        self, p: float, lost: float, value: float, back: float, offer: dict[str, float], more: float
    ) -> None:
        kinds = {"p_quiet": p * (1 - lost), "p_lost": p * lost}

        def profit(value: float = value, back: float = back, **changed: float) -> float:
            return float(expected_profit(**kinds, value_if_quiet=value, value_if_lost=back, **(offer | changed)))

        slack = 1e-9 * (1 + abs(profit()))
        assert profit(value=value + more) >= profit() - slack
        assert profit(back=back + more) >= profit() - slack
        for cost in ("contact_cost", "incentive_cost"):
            assert profit(**{cost: offer[cost] + more}) <= profit() + slack
        assert profit(redeem_rate=1.0) <= profit() + slack
        if value >= offer["incentive_cost"]:
            assert profit(accept_rate=1.0) >= profit() - slack
        if back >= offer["incentive_cost"]:
            assert profit(winback_rate=1.0) >= profit() - slack

    def test_customers_and_offers_broadcast(self) -> None:
        profit = expected_profit(
            p_quiet=np.array([[0.2], [0.8]]),
            p_lost=0.0,
            value_if_quiet=100.0,
            value_if_lost=100.0,
            incentive_cost=[10.0, 20.0, 0.0],
            contact_cost=[1.0, 1.0, 4.0],
            accept_rate=[0.3, 0.5, 0.1],
            winback_rate=0.0,
            redeem_rate=[1.0, 1.0, 0.0],
        )
        assert profit.shape == (2, 3)
        assert profit[1, 0] == pytest.approx(0.8 * 0.3 * 90 - 0.2 * 10 - 1)

    def test_redemption_mixes_the_rates(self) -> None:
        rates = {"accept_rate": 0.3, "winback_rate": 0.05, "redeem_rate": 0.9}
        assert redeem_probability(p_quiet=[0.0, 1.0, 0.0], p_lost=[0, 0, 1], **rates) == pytest.approx([0.9, 0.3, 0.05])


class TestRankingProfit:
    def test_empc_of_the_design(self) -> None:
        assert empc(CHURNED, SCORE) == pytest.approx(23.8755934183, abs=1e-9)

    def test_mpc_tries_every_cut_off(self) -> None:
        order = np.argsort(SCORE)[::-1]
        y = np.asarray(CHURNED)[order]
        by_hand = [(0.3 * 190 - 1) * y[:k].sum() / 8 - 11 * (1 - y[:k]).sum() / 8 for k in range(9)]
        assert mpc(CHURNED, SCORE) == pytest.approx(max(by_hand))

    @pytest.mark.slow
    @settings(max_examples=30, deadline=None)
    @given(seed=st.integers(0, 10_000), accept_rate=st.floats(0.15, 0.85), redeem_rate=shares)
    def test_empc_is_the_mean_of_mpc_over_the_acceptance(
        self, seed: int, accept_rate: float, redeem_rate: float
    ) -> None:
        rng = np.random.default_rng(seed)
        churned, score = rng.integers(0, 2, 40), rng.integers(0, 12, 40) / 12
        terms = {"value_if_retained": 60.0, "incentive_cost": 10.0, "contact_cost": 1.0, "redeem_rate": redeem_rate}
        gamma = (np.arange(4000) + 0.5) / 4000
        density = beta(20 * accept_rate, 20 * (1 - accept_rate)).pdf(gamma)
        best = np.array([mpc(churned, score, accept_rate=g, **terms) for g in gamma[::8]])
        by_quadrature = float(np.interp(gamma, gamma[::8], best) @ density / 4000)
        assert empc(churned, score, accept_rate=accept_rate, **terms) == pytest.approx(by_quadrature, abs=2e-3)

    def test_a_weight_of_two_is_two_rows(self) -> None:
        weights = [2, 1, 1, 3, 1, 1, 1, 2]
        for measure in (mpc, empc):
            doubled = measure(np.repeat(CHURNED, weights), np.repeat(SCORE, weights))
            assert measure(CHURNED, SCORE, weights) == pytest.approx(doubled, abs=1e-12)

    def test_neither_row_order_nor_the_scale_of_the_score_matters(self) -> None:
        order = np.random.default_rng(3).permutation(8)
        y, s = np.asarray(CHURNED)[order], np.asarray(SCORE)[order]
        assert empc(y, np.exp(5 * s)) == pytest.approx(empc(CHURNED, SCORE), abs=1e-12)

    def test_equal_scores_are_contacted_together(self) -> None:
        everybody = 0.5 * (0.3 * 190 - 1) - 0.5 * 11
        assert mpc([1, 0], [0.5, 0.5]) == mpc([0, 1], [0.5, 0.5]) == pytest.approx(everybody)

    def test_nobody_is_contacted_at_a_loss(self) -> None:
        assert mpc([0, 0], [0.9, 0.1]) == 0
        assert empc([0, 0], [0.9, 0.1]) == 0
        assert empc(CHURNED, SCORE, value_if_retained=10) == mpc(CHURNED, SCORE, value_if_retained=10) == 0

    def test_a_certain_acceptance_gives_mpc(self) -> None:
        assert empc(CHURNED, SCORE, accept_rate=1.0) == pytest.approx(mpc(CHURNED, SCORE, accept_rate=1.0))
        assert empc(CHURNED, SCORE, accept_rate=0.0) == 0

    def test_without_customers_there_is_no_answer(self) -> None:
        assert np.isnan(mpc([], []))
        assert np.isnan(empc([], []))
