"""Who may be contacted: silence, spend, exclusions, consent, earlier contacts."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.params import CampaignParams
from regulars.retention import Lists
from regulars.retention.permission import Limits, consents_of, counted
from tests.retention.terms import offer

START = dt.date(1998, 1, 12)
OFFERS = [offer(), offer(name="call", channel="phone")]


def customers() -> pd.DataFrame:
    """Five customers: silent for 10, 40, 100, 400 and 40 days; the last one has returned all."""
    silent = [10, 40, 100, 400, 40]
    return pd.DataFrame(
        {
            "customer_id": [1, 2, 3, 4, 5],
            "cutoff": pd.Timestamp("1998-01-01"),
            "last_order": [pd.Timestamp("1998-01-01") - pd.Timedelta(days=days) for days in silent],
            "spend_so_far": [50.0, 60.0, 70.0, 80.0, 0.0],
        }
    )


def allowed(lists: Lists | None = None, **limits: object) -> list[int]:
    """Customers who may get at least one offer."""
    campaign = CampaignParams().model_copy(update=limits)
    found = Limits.of(OFFERS, campaign, START, lists or Lists()).permission(customers())
    return [k + 1 for k, any_offer in enumerate(found.allowed.any(axis=1)) if any_offer]


def test_nobody_with_a_net_spend_of_nothing_is_contacted_by_default() -> None:
    assert allowed() == [1, 2, 3, 4]
    assert allowed(min_spend=65.0) == [3, 4]


def test_limits_on_silence() -> None:
    assert allowed(min_days_since_last=40) == [2, 3, 4]
    assert allowed(max_days_since_last=100) == [1, 2, 3]


def test_exclusions_know_ids_in_any_type() -> None:
    assert allowed(Lists(exclude=pd.DataFrame({"customer_id": ["2", "3.0"]}))) == [1, 4]


def test_lists_may_write_an_e_mail_address_in_any_case() -> None:
    mails = customers().assign(customer_id=["ann@x.com", "bob@x.com", "C3", "d@x.com", "e@x.com"])
    exclude = pd.DataFrame({"customer_id": ["Ann@X.com ", "c3"]})
    consent = pd.DataFrame({"customer_id": ["BOB@x.com", "c3"], "channel": "email"})
    found = Limits.of(OFFERS, CampaignParams(), START, Lists(exclude=exclude, consent=consent)).permission(mails)
    assert found.allowed.tolist() == [[False, False], [True, False], *[[False, False]] * 3]
    assert found.kept_out[0] == ("are on the list of exclusions", 1)


def test_consent_is_per_channel() -> None:
    consent = pd.DataFrame({"customer_id": [1, 2, 2], "channel": ["email", "phone", "email"]})
    found = Limits.of(OFFERS, CampaignParams(), START, Lists(consent=consent)).permission(customers())
    assert found.allowed.tolist() == [[True, False], [True, True], [False] * 2, [False] * 2, [False] * 2]
    assert found.suppressed.tolist() == [False, False, True, True, True]


def test_nobody_is_contacted_twice_within_the_days_between_contacts() -> None:
    contacts = pd.DataFrame({"customer_id": [1, 2, 3], "day": ["1997-12-14", "1997-12-13", "1998-02-01"]})
    assert allowed(Lists(contacts=contacts)) == [2, 3, 4]
    assert allowed(Lists(contacts=contacts), min_days_between_contacts=0) == [1, 2, 3, 4]


def test_each_customer_counts_under_the_first_cause() -> None:
    campaign = CampaignParams(max_days_since_last=30)
    exclude = pd.DataFrame({"customer_id": [5]})
    limits = Limits.of(OFFERS, campaign, START, Lists(exclude=exclude))
    told = dict(counted([limits.permission(customers().iloc[rows]) for rows in (slice(0, 3), slice(3, 5))]))
    assert told == {"are on the list of exclusions": 1, "have been silent for more than 30 days": 3}


def test_files_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match=r"excluded customers has no column 'customer_id' \(did you mean 'customer'"):
        allowed(Lists(exclude=pd.DataFrame({"customer": [1]})))
    with pytest.raises(InputError, match="column 'day' holds 'soon'"):
        allowed(Lists(contacts=pd.DataFrame({"customer_id": [1], "day": ["soon"]})))
    with pytest.raises(InputError, match="consents has 1 rows without channel"):
        allowed(Lists(consent=pd.DataFrame({"customer_id": [1], "channel": [None]})))


def test_consents_from_a_column_of_customers() -> None:
    values = pd.Series(["yes", "no", "phone", "email, phone", None, "fax"], index=list("123456"), name="may")
    made, note = consents_of(values, {"email", "phone"})
    assert made.values.tolist() == [["1", "email"], ["1", "phone"], ["3", "phone"], ["4", "email"], ["4", "phone"]]
    assert allowed(Lists(consent=made)) == [1, 3, 4]
    numbers = pd.Series([1.0, 0.0, 0.6], index=["1", "2", "3"])
    assert consents_of(numbers, {"email"})[0].values.tolist() == [["1", "email"]], "0.6 is no yes"
    assert note is not None
    assert note.endswith("channel of the offers (email, phone), and count as without consent: 'fax' (1).")
    assert consents_of(values.head(3), {"email", "phone"})[1] is None


def test_values_that_tell_no_consent_are_counted_with_the_most_frequent_first() -> None:
    words = ["yes", "maybe", "fax", "maybe", "later", "never", "later", "maybe", None]
    note = consents_of(pd.Series(words, name="may"), {"email"})[1]
    assert note == (
        "Column 'may' (campaign.consent): 7 of 9 customers have a value that is neither yes, no nor a channel of the "
        "offers (email), and count as without consent: 'maybe' (3), 'later' (2), 'fax' (1) and 1 other value."
    )


def test_a_column_that_tells_no_consent_is_refused() -> None:
    with pytest.raises(InputError, match=r"Column 'may' \(campaign.consent\) holds 'maybe' and the like; expected yes"):
        consents_of(pd.Series(["maybe", None], index=["1", "2"], name="may"), {"email"})
