from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.seasonal_shops import Shop, promotion_days, shops, simulate


def test_both_halves_hold_every_season_with_every_trend() -> None:
    developed, held_out = shops("develop"), shops("held_out")
    assert len({(shop.season, shop.trend) for shop in developed}) == len(developed) == len(held_out) == 16
    assert {shop.seed for shop in developed}.isdisjoint(shop.seed for shop in held_out)
    assert {shop.months for shop in held_out} == {12, 24, 36}


def test_the_same_shop_has_the_same_log() -> None:
    shop = Shop("peak", "growth", 12, truncated=False, half="develop", seed=5)
    pd.testing.assert_frame_equal(simulate(shop), simulate(shop))
    assert simulate(shop)["date"].nunique() <= shop.days


def test_a_peak_and_a_decline_are_in_the_log() -> None:
    def weekly(season: str, trend: str) -> np.ndarray:
        log = simulate(Shop(season, trend, 24, truncated=True, half="develop", seed=5))
        return np.bincount((log["date"] - log["date"].min()).dt.days // 7)

    assert weekly("peak", "steady").max() > 2.0 * np.median(weekly("peak", "steady"))
    assert weekly("none", "decline")[-8:-1].mean() < 0.25 * np.median(weekly("none", "decline"))


def test_promotion_days_are_those_on_which_customers_buy_more() -> None:
    shop = Shop("none", "promotions", 24, truncated=True, half="develop", seed=5)
    log, days = simulate(shop), promotion_days(shop)
    orders = np.bincount((log["date"] - log["date"].min()).dt.days, minlength=shop.days)
    assert orders[days].mean() > 1.6 * np.delete(orders, days).mean()
    assert len(promotion_days(Shop("none", "steady", 24, truncated=True, half="develop", seed=5))) == 0
