"""Contacts beside a log: equal to plain pandas, and blind to the future."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from regulars.loyalty import FromFeed
from tests.loyalty.feeds import invented
from tests.loyalty.feeds.conftest import Tell
from tests.loyalty.feeds.figures import figure
from tests.loyalty.feeds.invented import CUTOFF


@pytest.fixture(scope="module")
def told(tell: Tell, shop: pd.DataFrame) -> FromFeed:
    return tell("contacts", invented.contacts(shop))


@pytest.fixture(scope="module")
def rows(shop: pd.DataFrame) -> pd.DataFrame:
    return invented.known(invented.contacts(shop), shop)


def test_every_customer_has_the_last_contacts_and_their_number(told: FromFeed, rows: pd.DataFrame) -> None:
    made, by_shop = told.customers, rows[rows["direction"] != "inbound"]
    assert made["last_contact"].dropna().to_dict() == by_shop.groupby("customer_id")["day"].max().to_dict()
    inbound = rows[rows["direction"] == "inbound"]
    assert made["last_inbound"].dropna().to_dict() == inbound.groupby("customer_id")["day"].max().to_dict()
    year = by_shop["day"] >= CUTOFF - pd.Timedelta(days=365)
    assert 0 < (~year).sum() < year.sum()
    counts = by_shop[year].groupby("customer_id").size()
    assert made.loc[made["contacts_365"] > 0, "contacts_365"].to_dict() == counts.to_dict()


def test_the_alarm_is_for_good_customers_who_are_leaving_in_silence(told: FromFeed, rows: pd.DataFrame) -> None:
    states, by_shop = told.both.customers, rows[rows["direction"] != "inbound"]
    lately = set(by_shop.loc[(CUTOFF - by_shop["day"]).dt.days <= 90, "customer_id"])
    leaving = states["falling_off"] | (states["main"] & (states["health"] == "poor"))
    expected = leaving & ~states.index.isin(lately)
    assert told.customers["silence_alarm"].equals(expected.rename("silence_alarm"))
    found = figure(told, "silence_alarm")
    assert found[["estimate", "customers"]].tolist() == [pytest.approx(expected.sum() / leaving.sum()), leaving.sum()]
    assert figure(told, "customers_contacted")["estimate"] == pytest.approx(len(lately) / len(states))
    assert figure(told, "contacts_inbound")["estimate"] == pytest.approx((rows["direction"] == "inbound").mean())


def test_days_between_contacts_count_those_that_have_no_next_one(told: FromFeed, rows: pd.DataFrame) -> None:
    gaps: list[tuple[int, bool]] = []
    for _, own in rows[rows["direction"] != "inbound"].groupby("customer_id"):
        days = sorted(own["day"].unique())
        gaps += [((later - day).days, True) for day, later in pairwise(days)]
        gaps.append(((CUTOFF - days[-1]).days, False))
    left, median = 1.0, 0
    for time in sorted({gap for gap, again in gaps if again}):
        left *= 1 - sum(gap == time and again for gap, again in gaps) / sum(gap >= time for gap, _ in gaps)
        if left <= 0.5:
            median = time
            break
    assert figure(told, "days_between_contacts")["estimate"] == median > 0


@pytest.mark.slow
def test_the_future_changes_nothing(told: FromFeed, tell: Tell, shop: pd.DataFrame) -> None:
    other = tell("contacts", invented.in_another_future(invented.contacts(shop)))
    pd.testing.assert_frame_equal(other.findings, told.findings)
    pd.testing.assert_frame_equal(other.customers, told.customers)


def test_without_a_direction_the_shop_made_all_contacts(tell: Tell, shop: pd.DataFrame) -> None:
    told = tell("contacts", invented.contacts(shop).drop(columns="direction"))
    assert told.customers["last_inbound"].isna().all()
    assert "contacts_inbound" not in set(told.findings["driver"])
