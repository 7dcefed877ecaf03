"""The campaign history: what it holds, how campaigns are added, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.retention import measure
from regulars.retention.records import appended, checked, hashed
from regulars.tables import CAMPAIGN_HISTORY
from tests.retention.campaigns import play


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    played = play(200)
    return measure(played.targets, played.log(), margin=0.5).records


def test_it_holds_hashes_scores_group_offer_and_outcome_and_nothing_else(rows: pd.DataFrame) -> None:
    assert tuple(rows.columns) == CAMPAIGN_HISTORY
    assert len(rows) == 200
    assert rows["customer"].str.fullmatch("c[0-9a-f]{16}").all()
    assert rows["customer"].is_unique
    assert set(rows["customer"]) == {hashed(customer_id) for customer_id in range(1, 201)}
    assert set(rows["ordered"]) == {0.0, 1.0}
    assert rows["start"].unique() == [pd.Timestamp("2024-01-02")]
    assert rows["currency"].isna().all()


def test_campaigns_are_added_and_the_same_one_is_replaced(rows: pd.DataFrame) -> None:
    autumn = rows.assign(campaign="autumn", start=pd.Timestamp("2024-09-01")).astype(rows.dtypes)
    both = appended(appended(None, rows), autumn)
    assert both["campaign"].tolist() == ["spring"] * 200 + ["autumn"] * 200
    pd.testing.assert_frame_equal(appended(both, rows), both)
    fewer = appended(both, rows.head(50))["campaign"]
    assert fewer.value_counts().to_dict() == {"autumn": 200, "spring": 50}


def test_money_of_another_currency_is_refused(rows: pd.DataFrame) -> None:
    euros = appended(None, rows.assign(currency="EUR"))
    with pytest.raises(InputError, match="holds money in EUR, and this campaign's log is in USD"):
        appended(euros, rows.assign(campaign="autumn", currency="USD"))
    assert len(appended(euros, rows.assign(campaign="autumn"))) == 400  # a log that names no currency


def test_another_table_is_refused_with_all_that_is_wrong(rows: pd.DataFrame) -> None:
    with pytest.raises(InputError) as refused:
        checked(rows.rename(columns={"expected_spend": "expected_spends"}))
    assert "'expected_spend' is missing (did you mean 'expected_spends'?)" in str(refused.value)
    assert "it has other columns: expected_spends" in str(refused.value)
    with pytest.raises(InputError, match=r"(?s)'p_churn' has 200 nulls.*'clv' holds values that are not numbers"):
        checked(rows.assign(p_churn=None, clv="much"))


@pytest.mark.medium
def test_how_silent_customers_were_is_kept_where_the_list_tells() -> None:
    played = play(60)
    told = played.targets.assign(last_order="2023-11-15")
    made = measure(told, played.log(), margin=0.5).records
    assert made["days_since_last"].unique().tolist() == [47.0]
    partly = told.assign(last_order=told["last_order"].where(told["customer_id"] > 20))
    assert measure(partly, played.log(), margin=0.5).records["days_since_last"].count() == 40
    assert measure(played.targets, played.log(), margin=0.5).records["days_since_last"].isna().all()


def test_a_history_from_before_silence_was_kept_is_read_and_added_to(rows: pd.DataFrame) -> None:
    old = rows.drop(columns="days_since_last")
    assert checked(old)["days_since_last"].isna().all()
    autumn = rows.assign(campaign="autumn", start=pd.Timestamp("2024-09-01"), days_since_last=30.0)
    both = appended(old, autumn)
    assert tuple(both.columns) == CAMPAIGN_HISTORY
    assert both.groupby("campaign")["days_since_last"].count().to_dict() == {"autumn": 200, "spring": 0}
