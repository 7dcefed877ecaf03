"""Tiers and main customers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.tiers import is_main, measured, thresholds, tiers_of
from regulars.params import LoyaltyParams

SPEND = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 100.0])


def test_tiers_by_share_take_the_best_customers() -> None:
    least = thresholds(SPEND, LoyaltyParams(tier_shares={"silver": 0.3, "gold": 0.1}))
    assert least == {"gold": 100.0, "silver": 7.0}
    found = tiers_of(SPEND, least)
    assert found["tier"].isna().sum() == 7
    assert found["tier"].dropna().tolist() == ["silver", "silver", "gold"]
    assert found["to_next_tier"].tolist() == [7, 6, 5, 4, 3, 2, 1, 93, 92, 0]


def test_own_thresholds_come_first() -> None:
    rules = LoyaltyParams(tier_thresholds={"member": 1.0, "patron": 50.0})
    assert thresholds(SPEND, rules) == {"patron": 50.0, "member": 1.0}


def test_no_tier_is_reached_by_spending_nothing() -> None:
    assert thresholds(np.zeros(4), LoyaltyParams()) == {}
    found = tiers_of(np.zeros(4), {})
    assert found["tier"].isna().all()
    assert (found["to_next_tier"] == 0).all()


@pytest.mark.parametrize(("by", "expected"), [("spend", [90.0]), ("orders", [3.0]), ("years", [2.0])])
def test_tiers_go_by_what_the_shop_chooses(by: str, expected: list[float]) -> None:
    table = pd.DataFrame({"net_365": [90.0], "orders_365": [3.0], "tenure": [730.5]})
    assert measured(table, LoyaltyParams(tiers_by=by)).tolist() == expected  # type: ignore[arg-type]


@pytest.mark.medium
@given(st.lists(st.floats(-100, 1e5), min_size=1, max_size=50))
def test_main_customers_bring_four_fifths_and_no_fewer_would(spend: list[float]) -> None:
    main = is_main(pd.DataFrame({"net_365": spend})).to_numpy()
    positive = np.maximum(spend, 0.0)
    if positive.sum() <= 0:
        assert not main.any()
        return
    assert positive[main].sum() >= 0.8 * positive.sum() * (1 - 1e-9)
    without_least = main & (positive > positive[main].min())
    assert positive[without_least].sum() < 0.8 * positive.sum()
