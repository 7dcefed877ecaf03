"""What mail tools import: contacts, and whom they must not write to."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.params import CampaignParams
from regulars.retention import Lists, Targets, make_targets
from regulars.retention.crm import contacts_for, suppression_for
from tests.retention.terms import offer
from tests.retention.test_targets import scores


def listed(ids: list[object] | None = None) -> Targets:
    frame = scores(200)
    if ids is not None:
        frame = frame.assign(customer_id=ids)
    exclude = frame[["customer_id"]].head(5)
    return make_targets(frame, [offer()], CampaignParams(), margin=0.5, lists=Lists(exclude=exclude))


def test_what_to_offer_next_is_carried() -> None:
    def suggest(asked):
        return pd.DataFrame({"customer_id": asked, "product_id": "cup", "why": "It goes with tea."})

    targets = make_targets(scores(200), [offer()], CampaignParams(), margin=0.5, next_sale=suggest)
    assert set(contacts_for("hubspot", targets)["Next product"]) == {"cup"}
    shares = f"{targets.contacted:,} to contact, {targets.control:,} held out"
    assert repr(targets) == f"<Targets of 200 customers: {shares}>"


@pytest.mark.parametrize(
    ("layout", "own", "address"),
    [
        ("klaviyo", "External ID", "Email"),
        ("mailchimp", "Customer ID", "Email Address"),
        ("hubspot", "Customer ID", "Email"),
    ],
)
def test_ids_go_where_the_tool_looks_for_them(layout, own, address) -> None:
    by_id, by_mail = listed(), listed([f"c{k}@example.org" for k in range(200)])
    assert contacts_for(layout, by_id).columns[0] == own
    assert contacts_for(layout, by_mail).columns[0] == address
    assert len(contacts_for(layout, by_id)) == by_id.contacted


def test_controls_and_exclusions_are_suppressed_and_nobody_is_both() -> None:
    targets = listed()
    written = contacts_for("klaviyo", targets)["External ID"]
    silent = suppression_for("klaviyo", targets)
    assert silent["Reason"].value_counts().to_dict() == {
        "control group": targets.control,
        "excluded or no consent": 5,
    }
    assert not pd.Series(written).isin(silent["External ID"]).any()
