"""What feeds tell, as the report and the page of a customer say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.loyalty import FromFeed
from regulars.params import COMPLAINTS, SURVEYS
from regulars.redact import redact

TITLES = {SURVEYS: "Surveys", COMPLAINTS: "Complaints"}
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
    return FeedShown(TITLES[name], told, folded, redact(found.ledger.in_words))


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


LINES = {SURVEYS: _surveys, COMPLAINTS: _complaints}
