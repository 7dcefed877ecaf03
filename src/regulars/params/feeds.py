"""The contracts of feeds: what a shop may know of its customers beside their orders, and what each column holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from regulars.errors import nearest

Kind = Literal["id", "day", "score", "money", "direction", "text"]
DAY = "day"
INBOUND, OUTBOUND = "inbound", "outbound"


@dataclass(frozen=True)
class FeedColumn:
    """A column of a feed.

    Parameters
    ----------
    name : str
        What it is called here.
    kind : str
        What it holds: an id, a calendar day, a score (a whole number from 0 to 10), money (0 or more), a direction
        (inbound or outbound), or a text.
    meaning : str
        What it says, and what an empty value means.
    is_required : bool
        Whether the feed cannot be read without it.
    in_every_row : bool
        Whether a row without a value is left out.
    known_from : str
        The column with the day on which the value became known: a cutoff up to that day does not know it.
    """

    name: str
    kind: Kind
    meaning: str
    is_required: bool = False
    in_every_row: bool = False
    known_from: str = DAY


@dataclass(frozen=True)
class FeedContract:
    """A feed: its columns, and which rows count.

    Parameters
    ----------
    name, meaning : str
    columns : tuple of FeedColumn
    of_customers : bool
        Whether rows of people without orders are left out.
    gives : mapping
        The columns that it adds to the states of customers: unit and meaning of each.
    may_repeat : bool
        Whether a row may equal another one and count twice.
    """

    name: str
    meaning: str
    columns: tuple[FeedColumn, ...]
    gives: Mapping[str, tuple[str, str]]
    of_customers: bool = True
    may_repeat: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        return tuple(column.name for column in self.columns)

    def of_kind(self, kind: Kind) -> list[str]:
        """Names of the columns of a kind."""
        return [column.name for column in self.columns if column.kind == kind]


def _who(meaning: str) -> FeedColumn:
    return FeedColumn("customer_id", "id", meaning, is_required=True, in_every_row=True)


def _when(meaning: str) -> FeedColumn:
    return FeedColumn(DAY, "day", meaning, is_required=True, in_every_row=True)


SURVEYS, COMPLAINTS, CONTACTS = "surveys", "complaints", "contacts"
COSTS, LEADS, REFERRALS = "costs", "leads", "referrals"

FEEDS = {
    feed.name: feed
    for feed in (
        FeedContract(
            SURVEYS,
            "a row a customer who was asked how likely they are to recommend the shop",
            (
                _who("Who was asked"),
                _when("The day of the answer; without one, the day of the question"),
                FeedColumn("score", "score", "From 0 to 10; empty: asked, and did not answer", is_required=True),
            ),
            gives={
                "survey_day": ("date", "Day of the last answer; without one, of the last question"),
                "survey_score": ("0 to 10", "The last answer; null who did not answer"),
                "survey_group": ("text", "promoter (9, 10), passive (7, 8), detractor (0 to 6), or no answer"),
            },
        ),
        FeedContract(
            COMPLAINTS,
            "a row a complaint",
            (
                _who("Who complained"),
                _when("The day of the complaint"),
                FeedColumn(
                    "resolved_on", "day", "The day on which it was resolved; empty: open", known_from="resolved_on"
                ),
                FeedColumn("compensation", "money", "What was given for it; empty: nothing", known_from="resolved_on"),
                FeedColumn(
                    "followed_up_on",
                    "day",
                    "The day on which somebody asked whether all is well; empty: nobody did",
                    known_from="followed_up_on",
                ),
            ),
            gives={
                "complaints": ("count", "Complaints so far"),
                "last_complaint": ("date", "The day of the last one"),
                "open_complaints": ("count", "Those that are not resolved; only where `resolved_on` is mapped"),
                "silent_sign": (
                    "text",
                    "Of customers who never complained: gave something back (in the last horizon), or poor health",
                ),
            },
        ),
        FeedContract(
            CONTACTS,
            "a row a contact, of a campaign or not",
            (
                _who("Whom it was with"),
                _when("The day of the contact"),
                FeedColumn("direction", "direction", "inbound: from the customer; outbound, or empty: from the shop"),
                FeedColumn("channel", "text", "By which channel"),
                FeedColumn("opening", "text", "The opening that was used: the next campaign takes another one"),
            ),
            gives={
                "last_contact": ("date", "The last day on which the shop wrote or called"),
                "last_inbound": ("date", "The last day on which the customer wrote or called"),
                "contacts_365": ("count", "Contacts by the shop in the last 365 days"),
                "silence_alarm": (
                    "yes/no",
                    "A good customer is leaving, and the shop was silent for 90 days (`loyalty.no_contact_days`)",
                ),
            },
        ),
        FeedContract(
            COSTS,
            "a row an amount that was spent on winning customers",
            (
                _when("The day, or any day of the month, that the amount belongs to"),
                FeedColumn("amount", "money", "What was spent", is_required=True, in_every_row=True),
                FeedColumn("customer_id", "id", "Whom it won; empty: shared by all new customers of the month"),
                FeedColumn("channel", "text", "The channel of the first order that it was spent on; empty: on all"),
            ),
            gives={
                "acquisition_cost": (
                    "money",
                    "What winning the customer cost: own costs, and a part of those of the first order's month",
                ),
                "earned_back": ("yes/no", "Whether the margin so far has covered it; null where the cost is"),
            },
            may_repeat=True,
        ),
        FeedContract(
            LEADS,
            "a row a person who may become a customer",
            (
                _who("The person, by the id that the log has once they order"),
                _when("The day on which they became known: from then on a suspect"),
                FeedColumn(
                    "qualified_on",
                    "day",
                    "The day on which they showed interest: from then on a prospect; empty: not yet",
                    known_from="qualified_on",
                ),
                FeedColumn("channel", "text", "Where they came from"),
            ),
            gives={
                "lead_day": ("date", "The day on which the customer became known as a lead"),
                "days_to_first_order": ("days", "From then to the first order; null where that was earlier"),
            },
            of_customers=False,
        ),
        FeedContract(
            REFERRALS,
            "a row a customer who was asked to recommend the shop, or did",
            (
                _who("Who was asked, or recommended"),
                _when("The day on which they were asked, or recommended"),
                FeedColumn(
                    "referred_id", "id", "Whom they recommended the shop to; empty: asked, and nobody was named"
                ),
            ),
            gives={
                "referred": ("count", "Customers who ordered first after being recommended by this one"),
                "referred_value": ("money", "Their net spend so far; null where the log has no money"),
                "last_asked": ("date", "The last day on which the customer was asked, or recommended"),
                "ask_next": (
                    "yes/no",
                    "An advocate in good health who was not asked for 180 days (`loyalty.ask_again_days`)",
                ),
            },
        ),
    )
}


def unknown_feeds(names: Collection[str]) -> Iterator[str]:
    """Faults of feeds that there are not, with the nearest known one."""
    for name in names:
        if name not in FEEDS:
            yield f"unknown feed {name!r}{nearest(str(name), FEEDS)}; known: {', '.join(FEEDS)}"


def unfit_columns(feed: FeedContract, mapped: Collection[str]) -> Iterator[str]:
    """Faults of a mapping: columns that the feed does not have, or that need another one."""
    for name in mapped:
        if name not in feed.names:
            meant, known = nearest(str(name), feed.names), ", ".join(feed.names)
            yield f"unknown column {name!r} of {feed.name}{meant}; known: {known}"
