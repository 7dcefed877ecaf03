"""Complaints beside a log: equal to plain pandas, blind to the future, silent where nothing can be said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty import FromFeed, from_feed
from regulars.transactions import read_feed, read_transactions
from tests.loyalty.associations import oracle
from tests.loyalty.feeds import invented
from tests.loyalty.feeds.conftest import Tell
from tests.loyalty.feeds.figures import figure
from tests.loyalty.feeds.invented import CUTOFF

LATER = ("resolved_on", "followed_up_on")


@pytest.fixture(scope="module")
def told(tell: Tell, shop: pd.DataFrame) -> FromFeed:
    return tell("complaints", invented.complaints(shop))


@pytest.fixture(scope="module")
def rows(shop: pd.DataFrame) -> pd.DataFrame:
    """What was known at the cutoff."""
    found = invented.known(invented.complaints(shop), shop)
    for name in LATER:
        found[name] = found[name].where(found[name] < CUTOFF)
    return found.assign(compensation=found["compensation"].where(found["resolved_on"].notna()))


def median_by_hand(times: pd.Series, happened: pd.Series) -> float:
    """Where the curve of Kaplan and Meier comes down to a half."""
    left = 1.0
    for time in sorted(times[happened].unique()):
        left *= 1 - ((times == time) & happened).sum() / (times >= time).sum()
        if left <= 0.5:
            return float(time)
    return np.nan


def test_how_they_were_dealt_with(told: FromFeed, rows: pd.DataFrame) -> None:
    resolved = rows["resolved_on"].notna()
    times = rows["resolved_on"].fillna(CUTOFF) - rows["day"]
    took = figure(told, "days_to_resolve")
    assert took["estimate"] == median_by_hand(times.dt.days, resolved)
    assert took["low"] <= took["estimate"] <= took["high"]
    assert figure(told, "complaints_resolved")["estimate"] == pytest.approx(resolved.mean())
    assert figure(told, "complaints_followed_up")["estimate"] == pytest.approx(rows["followed_up_on"].notna().mean())
    given = rows.loc[resolved, "compensation"].fillna(0.0)
    found = figure(told, "compensation")
    assert found[["estimate", "customers"]].tolist() == [pytest.approx(given.mean()), resolved.sum()]
    reach = found["high"] - found["estimate"]
    assert reach == pytest.approx(1.9645 * given.std() / np.sqrt(len(given)), rel=1e-2)


def test_who_came_back_counts_from_the_day_on_which_the_groups_are_known(
    told: FromFeed, rows: pd.DataFrame, shop: pd.DataFrame
) -> None:
    made = []
    ordered = {customer: set(own) for customer, own in shop.groupby("customer_id")["date"]}
    for complaint in rows.sort_values("day").drop_duplicates("customer_id").itertuples():
        after = [(day - complaint.day).days for day in ordered[complaint.customer_id]]
        so_far = [each for each in after if each <= 0]
        if so_far and (CUTOFF - complaint.day).days > 150:
            came = any(30 < each <= 150 for each in after)
            resolved = (complaint.resolved_on - complaint.day).days <= 30
            made.append((came, resolved, np.log(len(so_far)), np.log1p(-max(so_far))))
    frame = pd.DataFrame(made, columns=["came", "resolved", "orders", "silent"])
    expected = oracle.difference(frame["came"], frame["resolved"], frame[["orders", "silent"]])
    found = figure(told, "return_after_complaint")
    assert found[["estimate", "low", "high"]].tolist() == pytest.approx(expected, abs=1e-6)
    assert found[["customers", "compared"]].tolist() == [frame["resolved"].sum(), (~frame["resolved"]).sum()]


def test_what_each_customer_has(told: FromFeed, rows: pd.DataFrame) -> None:
    made = told.customers
    assert made.loc[made["complaints"] > 0, "complaints"].to_dict() == rows["customer_id"].value_counts().to_dict()
    still = rows[rows["resolved_on"].isna()]["customer_id"].value_counts()
    assert made.loc[made["open_complaints"] > 0, "open_complaints"].to_dict() == still.to_dict()
    poor = told.both.customers["health"] == "poor"
    silent = made["complaints"] == 0
    assert (made["silent_sign"] == "poor health").equals(poor & silent)
    found = figure(told, "silent_leavers")
    assert found[["estimate", "customers"]].tolist() == [pytest.approx((poor & silent).sum() / poor.sum()), poor.sum()]


@pytest.mark.slow
def test_the_future_changes_nothing(told: FromFeed, tell: Tell, shop: pd.DataFrame) -> None:
    other = tell("complaints", invented.in_another_future(invented.complaints(shop), *LATER))
    pd.testing.assert_frame_equal(other.findings, told.findings)
    pd.testing.assert_frame_equal(other.customers, told.customers)


def test_how_much_of_what_was_given_back_was_complained_of() -> None:
    bought = [(f"c{k}", "2024-01-01", 10.0) for k in range(60)]
    given_back = [(f"c{k}", f"2024-03-{1 + k % 20:02}", -10.0) for k in range(50)]
    lines = pd.DataFrame(bought + given_back, columns=["customer_id", "date", "amount"])
    tx = read_transactions(pd.concat([lines, lines.head(1).assign(date="2024-07-01")]))
    near = [(f"c{k}", f"2024-03-{5 + k % 20:02}") for k in range(10)]
    too_late = [(f"c{k}", "2024-05-30") for k in range(10, 20)]
    before_the_first_return = [("c59", "2024-02-10")]
    feed = read_feed(
        "complaints", pd.DataFrame(near + too_late + before_the_first_return, columns=["customer_id", "day"])
    )
    told = from_feed(feed, tx, "2024-07-01", horizon_days=110)
    found = figure(told, "faults_voiced")
    assert found[["estimate", "customers"]].tolist() == [pytest.approx(0.2), 50]
    assert found["meaning"].startswith("Of 50 customers who gave something back for the first time, 20 % complained ")
    assert "open_complaints" not in told.customers, "nothing says which are resolved"
    signs = told.customers["silent_sign"]
    lately = [f"c{k}" for k in range(20, 50) if k % 20 >= 12]  # from 2024-03-13, the first day of the horizon, on
    assert signs.index[signs == "gave something back"].tolist() == lately
    assert pd.isna(signs["c12"])
    assert set(told.findings["driver"]) == {"faults_voiced"}
