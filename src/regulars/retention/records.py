"""The campaign history: what was known of each listed customer, which group they were in, and what followed.

It holds no customer id, but a hash of it, so that campaigns can be joined; who knows an id can make its hash, so the
file is to be kept as any customer data is.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd

from regulars.errors import Faults, InputError, nearest
from regulars.retention.campaign_list import MONEY, SCORES, CampaignList
from regulars.retention.campaign_outcomes import CampaignOutcomes
from regulars.retention.control import typed
from regulars.tables import CAMPAIGN_HISTORY
from regulars.texts import TEXT_DTYPE

HASH_DIGITS = 16
DAYS = ("start", "cutoff")
OUTCOMES = ("ordered", "order_days", "revenue", "margin", "profit", "redeemed")
TEXTS = ("customer", "campaign", "model_version", "group", "offer", "kind", "currency")
SILENCE = "days_since_last"
FIGURES = ("horizon_days", *SCORES, SILENCE, *MONEY, *OUTCOMES)
LATER = (SILENCE,)  # columns that histories of before do not have: null there
NEVER_NULL = ("customer", "campaign", "group", "offer", "kind", "p_churn", "p_lost", "ordered")


def hashed(customer_id: object) -> str:
    """The hash that stands for a customer: the same for 7, 7.0 and "7", and in every campaign.

    Examples
    --------
    >>> hashed(7) == hashed("7.0"), len(hashed("A-1"))
    (True, 17)
    """
    kind, value = typed(customer_id)
    digest = hashlib.sha256(json.dumps(["customer", kind, str(value)]).encode()).hexdigest()
    return f"c{digest[:HASH_DIGITS]}"  # with a letter, so that no reader takes it for a number


def records(listed: CampaignList, outcomes: CampaignOutcomes, *, currency: str | None) -> pd.DataFrame:
    """The rows of one campaign, sorted by customer; columns `tables.CAMPAIGN_HISTORY`."""
    frame, windows = listed.frame.reset_index(drop=True), listed.windows
    made = frame[["campaign", "cutoff", "horizon_days", "model_version", "group", "offer", "kind", *SCORES, *MONEY]]
    made = made.assign(
        customer=[hashed(customer_id) for customer_id in frame["customer_id"].tolist()],
        start=pd.Timestamp(windows.cutoff),
        currency=currency,
        days_since_last=listed.silence,
        redeemed=np.nan if outcomes.discounted is None else outcomes.discounted * 1.0,
        **{name: outcomes.frame.get(name, np.nan) for name in OUTCOMES if name != "redeemed"},
    )
    return _in_types(made).sort_values("customer", ignore_index=True)


def appended(history: pd.DataFrame | None, rows: pd.DataFrame) -> pd.DataFrame:
    """A history with one more campaign; rows of the same campaign are replaced.

    Raises
    ------
    InputError
        If the history has other columns, or money of another currency.
    """
    if history is None or history.empty:
        return rows
    before = checked(history)
    currencies = set(before["currency"].dropna()) | set(rows["currency"].dropna())
    if len(currencies) > 1:
        raise InputError(
            f"The campaign history holds money in {', '.join(sorted(currencies - set(rows['currency'])))}, and this "
            f"campaign's log is in {rows['currency'].iloc[0]}. Keep one history for each currency: set "
            "campaign.history to another file."
        )
    others = before[before["campaign"] != rows["campaign"].iloc[0]]
    together = pd.concat([others, rows], ignore_index=True) if len(others) else rows
    return together.sort_values(["start", "campaign", "customer"], ignore_index=True)


def checked(history: pd.DataFrame) -> pd.DataFrame:
    """Return a campaign history with its columns in their types.

    Raises
    ------
    InputError
        If it is something else.
    """
    faults = Faults("The campaign history cannot be used")
    history = history.assign(**{name: np.nan for name in LATER if name not in history})
    for name in CAMPAIGN_HISTORY:
        if name not in history:
            faults.add(f"the column {name!r} is missing{nearest(name, history.columns)}")
    if others := [str(name) for name in history if name not in CAMPAIGN_HISTORY]:
        faults.add(f"it has other columns: {', '.join(others)}")
    if faults.found:
        faults.add("campaign.history should name a file that `regulars measure` wrote, or one that is not there yet")
    faults.raise_if_any(InputError)
    for name in NEVER_NULL:
        if nulls := int(history[name].isna().sum()):
            faults.add(f"column {name!r} has {nulls:,} nulls")
    for name in FIGURES:
        if pd.to_numeric(history[name], errors="coerce").isna().sum() > history[name].isna().sum():
            faults.add(f"column {name!r} holds values that are not numbers")
    faults.raise_if_any(InputError)
    return _in_types(history)


def _in_types(frame: pd.DataFrame) -> pd.DataFrame:
    days = {name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in DAYS}
    figures = {name: frame[name].astype("float64") for name in FIGURES}
    texts = {name: frame[name].astype(TEXT_DTYPE) for name in TEXTS}
    return frame.assign(**days, **figures, **texts)[list(CAMPAIGN_HISTORY)]
