"""What recognition of each tier may cost: equal to plain pandas, and blind to the future."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.loyalty.tier_worth import tier_worth
from regulars.params import LoyaltyParams
from regulars.transactions import read_transactions
from regulars.windows import Windows

CUTOFF = pd.Timestamp("1998-05-01")
RULES = LoyaltyParams(tier_thresholds={"gold": 150.0, "silver": 50.0, "none": 1e9})


def test_it_is_the_share_who_stopped_times_what_the_others_brought(shop: pd.DataFrame) -> None:
    at = Windows.at(str(CUTOFF.date()), 90)
    found = tier_worth(read_transactions(shop), at, RULES, margin=0.5).set_index("tier")
    start = CUTOFF - pd.Timedelta(days=365)
    then = shop[shop["date"] < start].groupby("customer_id")["amount"].sum()
    year = shop[(shop["date"] >= start) & (shop["date"] < CUTOFF)].groupby("customer_id")["amount"].sum()
    tiers = {"gold": then[then >= 150], "silver": then[(then >= 50) & (then < 150)]}
    assert list(found.index) == list(tiers), "too few customers give no row"
    for tier, own in tiers.items():
        brought = year.reindex(own.index)
        row = found.loc[tier]
        assert row["customers"] == len(own)
        assert row["stopped"] == pytest.approx(brought.isna().mean())
        assert row["stopped_low"] < row["stopped"] < row["stopped_high"]
        assert row["stayer_margin"] == pytest.approx(0.5 * brought.mean())
        assert row["worth_per_head"] == pytest.approx(
            0.5 * brought.sum() / brought.notna().sum() * brought.isna().mean()
        )
        assert f"Recognition may cost {row['worth_per_head']:,.2f} per customer and year at most" in row["meaning"]
    later = shop.assign(amount=shop["amount"].mask(shop["date"] >= CUTOFF, 7e5))
    pd.testing.assert_frame_equal(tier_worth(read_transactions(later), at, RULES, margin=0.5).set_index("tier"), found)


def test_a_tier_that_nobody_left_has_no_price_of_recognition(shop: pd.DataFrame) -> None:
    back = shop.drop_duplicates("customer_id").assign(date=CUTOFF - pd.Timedelta(days=9))
    at = Windows.at(str(CUTOFF.date()), 90)
    found = tier_worth(read_transactions(pd.concat([shop, back])), at, RULES, margin=0.5)
    assert (found["worth_per_head"] == 0).all()
    assert found["meaning"].str.endswith("There was nobody whom recognition could have kept.").all()


def test_a_log_that_begins_within_the_year_or_has_no_money_gives_no_row(shop: pd.DataFrame) -> None:
    assert tier_worth(read_transactions(shop), Windows.at("1998-01-01", 90), RULES, margin=1.0).empty
    counts = {"customer_id": "customer_id", "ordered_at": "date"}
    assert tier_worth(read_transactions(shop, counts), Windows.at("1998-05-01", 90), RULES, margin=1.0).empty
