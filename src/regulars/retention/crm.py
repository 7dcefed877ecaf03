"""The work list as mail tools and CRMs import it: one file of contacts, one of customers not to write to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import pandas as pd

from regulars.retention.worklist import Targets
from regulars.tables import CONTROL, TREAT
from regulars.texts import TEXT_DTYPE

Layout = Literal["klaviyo", "mailchimp", "hubspot"]
MAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
CARRIED = {
    "campaign": "Campaign",
    "offer": "Offer",
    "kind": "Kind",
    "contact_on": "Contact on",
    "opening": "Opening",
    "next_product": "Next product",
}


def _klaviyo(ids: pd.Series, mail: bool) -> dict[str, pd.Series]:
    return {"Email" if mail else "External ID": ids}


def _mailchimp(ids: pd.Series, mail: bool) -> dict[str, pd.Series]:
    return {"Email Address" if mail else "Customer ID": ids}


def _hubspot(ids: pd.Series, mail: bool) -> dict[str, pd.Series]:
    return {"Email" if mail else "Customer ID": ids}


IDS: Mapping[Layout, Callable[[pd.Series, bool], dict[str, pd.Series]]] = {
    "klaviyo": _klaviyo,
    "mailchimp": _mailchimp,
    "hubspot": _hubspot,
}


def contacts_for(layout: Layout, targets: Targets) -> pd.DataFrame:
    """The customers to contact on channels of the tool's own, in the columns that it imports.

    Ids that are addresses go under the tool's column for e-mail, others under that for ids of one's own; Mailchimp's
    tags carry campaign and kind.
    """
    treated = targets.frame[targets.frame["group"] == TREAT].reset_index(drop=True)
    made = pd.DataFrame(_identified(layout, treated["customer_id"]))
    for ours, theirs in CARRIED.items():
        values = treated[ours]
        made[theirs] = values.dt.strftime("%Y-%m-%d") if ours == "contact_on" else values
    if layout == "mailchimp":
        made["TAGS"] = treated["campaign"].astype(TEXT_DTYPE) + "," + treated["kind"].astype(TEXT_DTYPE)
    return made


def suppression_for(layout: Layout, targets: Targets) -> pd.DataFrame:
    """The customers whom the tool must not write to in this campaign: the control group, exclusions, no consent."""
    held_out = targets.frame.loc[targets.frame["group"] == CONTROL, "customer_id"]
    ids = pd.concat([held_out, targets.suppressed], ignore_index=True)
    why = ["control group"] * len(held_out) + ["excluded or no consent"] * len(targets.suppressed)
    return pd.DataFrame({**_identified(layout, ids), "Reason": pd.Series(why, dtype=TEXT_DTYPE)})


def _identified(layout: Layout, ids: pd.Series) -> dict[str, pd.Series]:
    text = ids.astype(TEXT_DTYPE)
    return IDS[layout](ids, bool(len(text)) and bool(text.str.fullmatch(MAIL).all()))
