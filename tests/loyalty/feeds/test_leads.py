"""Leads beside a log: equal to plain pandas, and blind to the future."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.loyalty import FromFeed
from tests.loyalty.feeds import invented
from tests.loyalty.feeds.conftest import Tell
from tests.loyalty.feeds.figures import figure
from tests.loyalty.feeds.invented import CUTOFF

DAYS = 120


@pytest.fixture(scope="module")
def told(tell: Tell, shop: pd.DataFrame) -> FromFeed:
    return tell("leads", invented.leads(shop))


def by_hand(shop: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """Each lead that was known, the first order and the days to it, and the stage."""
    rows = invented.leads(shop).query("day < @cutoff").set_index("customer_id")
    first = shop[shop["date"] < cutoff].groupby("customer_id")["date"].min().reindex(rows.index)
    interested = rows["qualified_on"] < cutoff
    stage = interested.map({True: "prospect", False: "suspect"}).where(first.isna(), "customer")
    return rows.assign(first=first, waited=(first - rows["day"]).dt.days, stage=stage, interested=interested)


def test_every_lead_has_its_stage_now_and_before(told: FromFeed, shop: pd.DataFrame) -> None:
    expected = by_hand(shop, CUTOFF)
    people = told.people
    assert people is not None
    made = people.set_index("lead")
    states = told.both.customers["stage"]
    known = made["stage"].where(~made["stage"].isin(set(states)), "customer")
    assert known.to_dict() == expected["stage"].to_dict()
    ordered = expected.index[expected["stage"] == "customer"]
    assert made.loc[ordered, "stage"].to_dict() == states[ordered].to_dict()
    before = by_hand(shop, CUTOFF - pd.Timedelta(days=30))["stage"].reindex(expected.index).fillna("new")
    assert made["stage_before"].to_dict() == before.to_dict()
    counts = told.to_dict()["leads_by_stage"]
    assert sum(sum(row.values()) for row in counts.values()) == len(expected)
    assert counts["suspect"]["prospect"] > 0


def test_how_many_order_within_the_horizon(told: FromFeed, shop: pd.DataFrame) -> None:
    leads = by_hand(shop, CUTOFF).query("not waited < 0")
    still = leads["first"].isna()
    found = figure(told, "open_prospects")
    assert found[["estimate", "customers"]].tolist() == [
        pytest.approx(leads.loc[still, "interested"].mean()),
        still.sum(),
    ]
    followed = leads[(CUTOFF - leads["day"]).dt.days > DAYS]
    won = followed["waited"] <= DAYS
    assert figure(told, "leads_won")[["estimate", "customers"]].tolist() == [pytest.approx(won.mean()), len(followed)]
    soon = (followed["qualified_on"] - followed["day"]).dt.days <= DAYS
    assert figure(told, "leads_qualified")["estimate"] == pytest.approx(soon.mean())
    by_channel = told.findings[told.findings["driver"] == "leads_won_by_channel"].set_index("group")["estimate"]
    expected = {f"leads from {name}": share for name, share in won.groupby(followed["channel"]).mean().items()}
    assert by_channel.to_dict() == pytest.approx(expected)
    assert 0 < figure(told, "days_to_first_order")["estimate"] < DAYS


def test_customers_who_were_leads_say_since_when(told: FromFeed, shop: pd.DataFrame) -> None:
    expected = by_hand(shop, CUTOFF).dropna(subset="first")
    made = told.customers.dropna(subset="lead_day")
    assert made["lead_day"].to_dict() == expected["day"].to_dict()
    waited = expected.loc[expected["waited"] >= 0, "waited"]
    assert made["days_to_first_order"].dropna().to_dict() == waited.to_dict()


@pytest.mark.slow
def test_the_future_changes_nothing(told: FromFeed, tell: Tell, shop: pd.DataFrame) -> None:
    rows = invented.leads(shop)
    later = rows["qualified_on"] >= CUTOFF
    other = rows.assign(qualified_on=rows["qualified_on"].mask(later & (rows["day"] < CUTOFF)))
    changed = tell("leads", other[other["day"] < CUTOFF])
    pd.testing.assert_frame_equal(changed.findings, told.findings)
    pd.testing.assert_frame_equal(changed.customers, told.customers)
    assert changed.people is not None
    pd.testing.assert_frame_equal(changed.people, told.people)
