"""What a contact is worth, and the profit of contacting more of the customers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.retention.in_parts import AT_ONCE
from regulars.retention.learning import learned_rates
from regulars.retention.worth import Worth, kind_of, profit_curve
from tests.retention.terms import offer
from tests.retention.test_learning import history


def customers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "p_churn": [0.8, 0.8, 0.4],
            "p_lost": [0.1, 0.6, 0.3],
            "order_value": [100.0, 100.0, 100.0],
            "spend_if_back": [180.0, 180.0, 180.0],
            "cutoff": pd.Timestamp("1998-01-02"),
            "last_order": pd.Timestamp("1997-10-01"),
        }
    )


def test_quiet_and_lost_have_a_worth_of_their_own() -> None:
    worth = Worth.of(customers(), [offer()], np.full(3, 0.5))
    by_hand = [
        0.7 * 0.3 * (50 - 10) + 0.1 * 0.03 * (90 - 10) - 0.2 * 10 - 1,
        0.2 * 0.3 * (50 - 10) + 0.6 * 0.03 * (90 - 10) - 0.2 * 10 - 1,
        0.1 * 0.3 * (50 - 10) + 0.3 * 0.03 * (90 - 10) - 0.6 * 10 - 1,
    ]
    assert worth.profit[:, 0].tolist() == pytest.approx(by_hand)
    assert worth.cost[0, 0] == pytest.approx(1 + 10 * (0.7 * 0.3 + 0.1 * 0.03 + 0.2))


def test_learned_rates_count_by_how_silent_a_customer_is() -> None:
    rates = learned_rates(history(20_000, rates=(0.6, 0.2), offer="voucher", silent=True, fades=120.0), [offer()])
    days = pd.to_datetime(["2024-01-01", "2023-11-01", "2023-05-01"])
    silent = pd.concat([customers().head(1)] * 3, ignore_index=True).assign(
        cutoff=pd.Timestamp("2024-01-02"), last_order=days
    )
    profit = Worth.of(silent, rates.applied([offer()]), np.full(3, 0.5), rates).profit[:, 0]
    assert (np.diff(profit) < 0).all()
    accept, winback = (
        rates.by_silence("voucher", name, np.array([246.0]))[0] for name in ("accept_rate", "winback_rate")
    )
    assert profit[2] == pytest.approx(0.7 * accept * (50 - 10) + 0.1 * winback * (90 - 10) - 0.2 * 10 - 1)


def test_a_share_is_taken_off_the_order() -> None:
    tenth = offer(name="tenth", incentive_share=0.1)
    assert Worth.of(customers(), [tenth], np.ones(3)).cost == pytest.approx(
        Worth.of(customers(), [offer()], np.ones(3)).cost
    )


@pytest.mark.medium
def test_customers_of_later_parts_are_valued_like_the_first() -> None:
    many = pd.concat([customers()] * (AT_ONCE // 3 + 2), ignore_index=True)
    offers, margin = [offer(), offer(name="call", incentive_cost=0, accept_rate=0.1)], np.full(len(many), 0.5)
    whole, few = Worth.of(many, offers, margin), Worth.of(customers(), offers, margin[:3])
    assert len(many) > AT_ONCE
    assert (whole.profit == np.tile(few.profit, (len(many) // 3, 1))).all()
    assert (whole.cost == np.tile(few.cost, (len(many) // 3, 1))).all()


def test_win_back_needs_a_customer_who_is_more_likely_lost_and_not_expected() -> None:
    assert kind_of(customers()).tolist() == [False, True, False]


def test_whoever_has_been_silent_for_over_a_year_is_to_be_won_back() -> None:
    days = pd.to_datetime(["1997-01-02", "1997-01-01", "1997-01-01"])
    assert kind_of(customers().assign(p_lost=0.0, last_order=days)).tolist() == [False, True, True]


def test_the_profit_curve_ends_at_the_profit_of_contacting_everybody() -> None:
    profit = np.array([3.0, -1.0, 0.5, -2.0])
    curve = profit_curve(profit, [0.0, 0.25, 0.5, 0.75, 1.0])
    assert curve.tolist() == [0.0, 3.0, 3.5, 2.5, 0.5]
