"""What feeds tell, as the report and the page of a customer say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.loyalty import FromFeed
from regulars.params import COMPLAINTS, CONTACTS, COSTS, LEADS, REFERRALS, SURVEYS

TITLES = {
    SURVEYS: "Surveys",
    COMPLAINTS: "Complaints",
    CONTACTS: "Contacts",
    COSTS: "What winning customers costs",
    LEADS: "Leads",
    REFERRALS: "Recommendations",
}
MOST_TOLD = 6  # sentences of a feed that stand open


@dataclass(frozen=True)
class FeedShown:
    """What a feed tells, in sentences.

    Parameters
    ----------
    title : str
    told, folded : tuple of str
        What stands open, and all else.
    rows : str
        What became of its rows.
    """

    title: str
    told: tuple[str, ...]
    folded: tuple[str, ...]
    rows: str


def feeds_shown(feeds: Mapping[str, FromFeed]) -> tuple[FeedShown, ...]:
    """The sentences of each feed that tells something: one on each question, and what is clear, stand open."""
    return tuple(_shown(name, found) for name, found in feeds.items() if len(found.findings))


def _shown(name: str, found: FromFeed) -> FeedShown:
    findings = found.findings
    first = ~findings.duplicated("driver") | findings["is_clear"]
    is_open = first & (first.cumsum() <= MOST_TOLD)
    told, folded = (tuple(findings.loc[which, "meaning"]) for which in (is_open, ~is_open))
    return FeedShown(TITLES[name], told, folded, found.ledger.rows_in_words)


def feed_lines(feeds: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """What feeds tell about one customer: what a line is about, and what is known."""
    for name, row in feeds.items():
        yield from LINES[name]({column: None if pd.isna(value) else value for column, value in row.items()})


def _surveys(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row["survey_score"] is not None:
        yield "survey", f"{row['survey_score']:.0f} of 10 on {row['survey_day']:%Y-%m-%d}: {row['survey_group']}"
    elif row["survey_group"] is not None:
        yield "survey", f"asked on {row['survey_day']:%Y-%m-%d}, no answer"


def _complaints(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if count := row["complaints"]:
        still = row.get("open_complaints")
        state = "" if still is None else f"; {still:,} open" if still else "; all resolved"
        yield "complaints", f"{count:,}, the last on {row['last_complaint']:%Y-%m-%d}{state}"
    elif row["silent_sign"] is not None:
        yield "never complained", f"{row['silent_sign']}: ask whether all is well"


def _contacts(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row["last_contact"] is not None:
        yield "contacted", f"last on {row['last_contact']:%Y-%m-%d}, {row['contacts_365']:,} times in 365 days"
    if row["last_inbound"] is not None:
        yield "wrote or called", f"last on {row['last_inbound']:%Y-%m-%d}"
    if row["silence_alarm"]:
        yield "silence", "a good customer who is leaving, and nobody wrote or called: get in touch"


def _costs(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row["acquisition_cost"] is not None:
        back = {True: "; earned back", False: "; not earned back yet", None: ""}[row["earned_back"]]
        yield "cost to win", f"{row['acquisition_cost']:,.2f}{back}"


def _leads(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row["lead_day"] is not None:
        waited = row["days_to_first_order"]
        after = "after the first order" if waited is None else f"{waited:,.0f} days before the first order"
        yield "lead", f"since {row['lead_day']:%Y-%m-%d}, {after}"


def _referrals(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row["referred"]:
        value = "" if row["referred_value"] is None else f", who have spent {row['referred_value']:,.2f}"
        yield "recommended to", f"{row['referred']:,} customers{value}"
    if row["last_asked"] is not None:
        yield "asked to recommend", f"last on {row['last_asked']:%Y-%m-%d}"
    if row["ask_next"]:
        yield "ask to recommend", "yes: an advocate in good health, not asked lately"


LINES = {
    SURVEYS: _surveys,
    COMPLAINTS: _complaints,
    CONTACTS: _contacts,
    COSTS: _costs,
    LEADS: _leads,
    REFERRALS: _referrals,
}
