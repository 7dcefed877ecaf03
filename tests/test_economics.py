"""Money of a contact and of a ranking: the papers' figures, and the same by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from regulars.economics import (
    break_even_churn,
    empc,
    expected_cost,
    expected_profit,
    mpc,
    redeem_probability,
    value_if_retained,
)

VOUCHER = {"incentive_cost": 10.0, "contact_cost": 1.0, "accept_rate": 0.3, "redeem_rate": 1.0}
CHURNED = [0, 1, 0, 1, 0, 1, 0, 1]
SCORE = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]

shares = st.floats(0, 1)
money = st.floats(0, 500)
offers = st.fixed_dictionaries(
    {"incentive_cost": money, "contact_cost": money, "accept_rate": shares, "redeem_rate": shares}
)


class TestContact:
    def test_break_even_of_the_design(self) -> None:
        assert float(break_even_churn(value_if_retained=200, **VOUCHER)) == pytest.approx(11 / 67)
        assert round(float(break_even_churn(value_if_retained=200, **VOUCHER)), 3) == 0.164

    def test_profit_by_hand(self) -> None:
        # half of 100 would leave: 15 saved at 190, 50 loyal redeem 10, all cost 1
        assert float(expected_profit(p_churn=0.5, value_if_retained=200, **VOUCHER)) == pytest.approx(22.5)
        assert float(expected_cost(p_churn=0.5, **VOUCHER)) == pytest.approx(7.5)

    @given(p=shares, value=money, offer=offers)
    def test_outcomes_one_by_one_give_the_same_profit(self, p: float, value: float, offer: dict[str, float]) -> None:
        d, c, gamma, psi = (offer[k] for k in ("incentive_cost", "contact_cost", "accept_rate", "redeem_rate"))
        outcomes = [
            (p * gamma, value - d),
            (p * (1 - gamma), 0),
            ((1 - p) * psi, -d),
            ((1 - p) * (1 - psi), 0),
        ]
        expected = sum(chance * gain for chance, gain in outcomes) - c
        assert float(expected_profit(p_churn=p, value_if_retained=value, **offer)) == pytest.approx(expected, abs=1e-9)

    @given(p=shares, value=money, offer=offers)
    def test_profit_is_the_value_saved_less_the_cost(self, p: float, value: float, offer: dict[str, float]) -> None:
        saved = p * offer["accept_rate"] * value
        profit = float(expected_profit(p_churn=p, value_if_retained=value, **offer))
        assert profit == pytest.approx(saved - float(expected_cost(p_churn=p, **offer)), abs=1e-9)

    @given(value=money, offer=offers)
    def test_profit_is_zero_at_break_even_and_rises_through_it(self, value: float, offer: dict[str, float]) -> None:
        p = float(break_even_churn(value_if_retained=value, **offer))
        if p > 1:
            assert float(expected_profit(p_churn=1.0, value_if_retained=value, **offer)) <= 1e-9
        else:
            assert float(expected_profit(p_churn=p, value_if_retained=value, **offer)) == pytest.approx(0, abs=1e-6)

    def test_an_incentive_above_the_value_never_pays(self) -> None:
        offer = VOUCHER | {"redeem_rate": 0.0}
        assert float(break_even_churn(value_if_retained=5, **offer)) == np.inf

    def test_customers_and_offers_broadcast(self) -> None:
        profit = expected_profit(
            p_churn=np.array([[0.2], [0.8]]),
            value_if_retained=100.0,
            incentive_cost=[10.0, 20.0, 0.0],
            contact_cost=[1.0, 1.0, 4.0],
            accept_rate=[0.3, 0.5, 0.1],
            redeem_rate=[1.0, 1.0, 0.0],
        )
        assert profit.shape == (2, 3)
        assert profit[1, 0] == pytest.approx(0.8 * 0.3 * 90 - 0.2 * 10 - 1)

    def test_redemption_mixes_both_rates(self) -> None:
        assert redeem_probability(p_churn=[0.0, 1.0], accept_rate=0.3, redeem_rate=0.9) == pytest.approx([0.9, 0.3])


class TestValueIfRetained:
    def test_survival_is_divided_out_once(self) -> None:
        value = value_if_retained(p_churn=[0.0, 0.5, 0.9], expected_spend=[80.0, 40.0, 8.0], margin=0.5)
        assert value == pytest.approx([40.0, 40.0, 40.0])

    def test_stays_finite_and_low_when_nobody_survives(self) -> None:
        value = value_if_retained(p_churn=[1.0, 0.9999], expected_spend=[3.0, 3.0], margin=1.0)
        assert value == pytest.approx([300.0, 300.0])


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
