"""Referrals beside a log: equal to plain pandas, and blind to the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty import FromFeed, with_feeds
from regulars.loyalty.feeds.referrals import ASKED_LATELY
from tests.loyalty.associations import oracle
from tests.loyalty.feeds import invented
from tests.loyalty.feeds.conftest import Tell
from tests.loyalty.feeds.figures import figure
from tests.loyalty.feeds.invented import CUTOFF

DAYS = 120


@pytest.fixture(scope="module")
def told(tell: Tell, shop: pd.DataFrame) -> FromFeed:
    return tell("referrals", invented.referrals(shop))


@pytest.fixture(scope="module")
def rows(shop: pd.DataFrame) -> pd.DataFrame:
    return invented.known(invented.referrals(shop), shop)


@pytest.fixture(scope="module")
def won(rows: pd.DataFrame, shop: pd.DataFrame) -> pd.DataFrame:
    """Each person who was recommended to and had not ordered before, with the days to the first order."""
    named = rows.dropna(subset="referred_id").sort_values(["day", "customer_id"]).drop_duplicates("referred_id")
    first = shop[shop["date"] < CUTOFF].groupby("customer_id")["date"].min()
    waited = (named["referred_id"].map(first) - named["day"]).dt.days
    return named.assign(waited=waited)[~(waited < 0)]


def test_what_the_recommendations_of_a_customer_brought(
    told: FromFeed, rows: pd.DataFrame, won: pd.DataFrame, shop: pd.DataFrame
) -> None:
    made, ordered = told.customers, won.dropna(subset="waited")
    assert made.loc[made["referred"] > 0, "referred"].to_dict() == ordered["customer_id"].value_counts().to_dict()
    spent = ordered["referred_id"].map(shop[shop["date"] < CUTOFF].groupby("customer_id")["amount"].sum())
    value = spent.groupby(ordered["customer_id"]).sum()
    assert made["referred_value"].dropna().to_dict() == pytest.approx(value.to_dict())
    assert made["last_asked"].dropna().to_dict() == rows.groupby("customer_id")["day"].max().to_dict()


def test_whom_to_ask_next_are_advocates_not_asked_lately(told: FromFeed) -> None:
    states, made = told.both.customers, told.customers
    good = (states["stage"] == "advocate") & (states["health"] == "good")
    lately = (CUTOFF - made["last_asked"]).dt.days <= 180
    assert made["ask_next"].equals((good & ~lately).rename("ask_next"))
    assert (good & lately).any()
    asked = with_feeds(told.both.states, {"referrals": told}).set_index("customer_id")["action"]
    assert set(asked[good & lately]) == {ASKED_LATELY}
    assert asked[~(good & lately)].equals(states.loc[~(good & lately), "action"])


def test_how_many_name_somebody_and_how_many_of_those_order(
    told: FromFeed, rows: pd.DataFrame, won: pd.DataFrame
) -> None:
    named = rows["referred_id"].notna().groupby(rows["customer_id"]).any()
    assert figure(told, "askers_named")["estimate"] == pytest.approx(named.mean())
    followed = won[(CUTOFF - won["day"]).dt.days > DAYS]
    found = figure(told, "referrals_won")
    assert found["estimate"] == pytest.approx((followed["waited"] <= DAYS).mean())
    assert found["customers"] == len(followed)


def test_referred_customers_beside_others(told: FromFeed, won: pd.DataFrame, shop: pd.DataFrame) -> None:
    days = shop[shop["date"] < CUTOFF].drop_duplicates(["customer_id", "date"]).sort_values("date")
    by = days.groupby("customer_id")["date"]
    second = (by.nth(1).set_axis(days.loc[by.nth(1).index, "customer_id"]) - by.first()).dt.days
    age = (CUTOFF - by.first()).dt.days
    longest = (CUTOFF - invented.referrals(shop)["day"].min()).days
    since = age[(age <= longest) & (age > DAYS)]
    exposed = pd.Series(since.index.isin(won.dropna(subset="waited")["referred_id"]), since.index)
    expected = oracle.difference(
        second.reindex(since.index) <= DAYS, exposed, pd.DataFrame({"age": pd.Series(since)}).apply(np.log)
    )
    found = figure(told, "repeat_of_referred")
    assert found[["estimate", "low", "high"]].tolist() == pytest.approx(expected, abs=1e-6)
    assert found[["customers", "compared"]].tolist() == [exposed.sum(), (~exposed).sum()]


@pytest.mark.slow
def test_the_future_changes_nothing(told: FromFeed, tell: Tell, shop: pd.DataFrame) -> None:
    other = tell("referrals", invented.in_another_future(invented.referrals(shop)))
    pd.testing.assert_frame_equal(other.findings, told.findings)
    pd.testing.assert_frame_equal(other.customers, told.customers)
