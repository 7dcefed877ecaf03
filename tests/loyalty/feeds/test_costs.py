"""Costs beside a log: equal to plain pandas, blind to the future, and in the payback of cohorts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty import FromFeed, cost_by_cohort, dynamics_of, from_feed
from regulars.params import LoyaltyParams
from regulars.transactions import Transactions, read_feed, read_transactions
from regulars.windows import Windows
from tests.loyalty.feeds import invented
from tests.loyalty.feeds.conftest import Tell
from tests.loyalty.feeds.figures import figure
from tests.loyalty.feeds.invented import CUTOFF


@pytest.fixture(scope="module")
def told(tell: Tell, shop: pd.DataFrame) -> FromFeed:
    return tell("costs", invented.costs(shop))


def costs_by_hand(rows: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    first = lines[lines["date"] < CUTOFF].groupby("customer_id")["date"].min().dt.to_period("M")
    rows = rows[rows["day"] < CUTOFF]
    shared, own = rows[rows["customer_id"].isna()], rows.dropna(subset="customer_id")
    each = shared.groupby(shared["day"].dt.to_period("M"))["amount"].sum() / first.value_counts()
    return first.map(each).add(own.groupby("customer_id")["amount"].sum().reindex(first.index), fill_value=0)


def test_every_customer_has_own_costs_and_a_part_of_the_months(told: FromFeed, shop: pd.DataFrame) -> None:
    expected = costs_by_hand(invented.costs(shop), shop)
    made = told.customers
    assert made["acquisition_cost"].to_dict() == pytest.approx(expected.to_dict())
    spent = shop[shop["date"] < CUTOFF].groupby("customer_id")["amount"].sum()
    margin = (spent - expected).round(6)
    assert (made["earned_back"] == (margin >= 0)).all()
    found = figure(told, "value_to_cost")
    assert found[["estimate", "customers"]].tolist() == [pytest.approx(spent.sum() / expected.sum()), len(spent)]
    assert found["low"] < found["estimate"] < found["high"]


def test_costs_replace_the_stated_one_in_the_payback(
    told: FromFeed, shop: pd.DataFrame, shop_log: Transactions
) -> None:
    costs = cost_by_cohort({"costs": told})
    assert costs is not None
    moving = dynamics_of(
        shop_log, Windows(CUTOFF.date(), 120), LoyaltyParams(acquisition_cost=1e9), margin=0.5, costs=costs
    )
    payback = moving.payback
    assert payback is not None
    ratio = payback["margin_per_customer"] / costs.reindex(payback.index)
    assert payback["ratio"].to_dict() == pytest.approx(ratio.to_dict())
    assert payback["payback_months"].tolist() == [0.0] * len(payback)
    assert cost_by_cohort({}) is None
    nothing = from_feed(read_feed("costs", invented.costs(shop).head(0)), shop_log, CUTOFF.date())
    assert cost_by_cohort({"costs": nothing}) is None


@pytest.mark.slow
def test_the_future_changes_nothing(told: FromFeed, tell: Tell, shop: pd.DataFrame) -> None:
    rows = invented.costs(shop)
    later = rows["day"] >= CUTOFF
    other = tell("costs", rows.assign(amount=rows["amount"].mask(later, 9e6)))
    pd.testing.assert_frame_equal(other.findings, told.findings)
    pd.testing.assert_frame_equal(other.customers, told.customers)


def test_costs_by_channel_are_shared_by_those_whom_it_won() -> None:
    months = pd.date_range("2023-01-05", periods=8, freq="MS") + pd.Timedelta(days=4)
    lines = pd.DataFrame(
        [
            (f"{channel}{month}-{k}", day, channel, 20.0)
            for month, day in enumerate(months)
            for channel, many in (("web", 4), ("shop", 6))
            for k in range(many)
        ],
        columns=["customer_id", "date", "channel", "amount"],
    )
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "channel": "channel"}
    tx = read_transactions(lines, columns)
    rows = [(day, amount, channel) for day in months for amount, channel in ((100.0, None), (40.0, "web"))]
    feed = read_feed("costs", pd.DataFrame(rows, columns=["day", "amount", "channel"]))
    told = from_feed(feed, tx, margin=0.5)
    made = told.customers["acquisition_cost"]
    assert made[made.index.str.startswith("web")].to_numpy() == pytest.approx(100 / 10 + 40 / 4)
    assert made[made.index.str.startswith("shop")].to_numpy() == pytest.approx(100 / 10)
    assert figure(told, "acquisition_cost")["estimate"] == pytest.approx(140 / 10)
    by_channel = figure(told, "acquisition_cost_by_channel")
    assert (by_channel["group"], by_channel["estimate"]) == ("a new customer by web", pytest.approx(10.0))
    assert not told.customers["earned_back"][made > 10].any()
    assert figure(told, "value_to_cost")["estimate"] == pytest.approx(0.5 * 20 * 10 / (20 * 4 + 10 * 6))
    assert np.isfinite(made).all()
