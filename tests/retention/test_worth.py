"""What a contact is worth, and the profit of contacting more of the customers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.retention.worth import Worth, kind_of, profit_curve
from tests.retention.terms import offer


def customers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "p_churn": [0.8, 0.8, 0.4],
            "p_lost": [0.1, 0.6, 0.3],
            "order_value": [100.0, 100.0, 100.0],
            "spend_if_back": [180.0, 180.0, 180.0],
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


def test_a_share_is_taken_off_the_order() -> None:
    tenth = offer(name="tenth", incentive_share=0.1)
    assert Worth.of(customers(), [tenth], np.ones(3)).cost == pytest.approx(
        Worth.of(customers(), [offer()], np.ones(3)).cost
    )


def test_win_back_needs_a_customer_who_is_more_likely_lost_and_not_expected() -> None:
    assert kind_of(customers()).tolist() == [False, True, False]


def test_the_profit_curve_ends_at_the_profit_of_contacting_everybody() -> None:
    profit = np.array([3.0, -1.0, 0.5, -2.0])
    best_first = np.argsort(-profit)
    curve = profit_curve(profit, best_first, [0.0, 0.25, 0.5, 0.75, 1.0])
    assert curve.tolist() == [0.0, 3.0, 3.5, 2.5, 0.5]
