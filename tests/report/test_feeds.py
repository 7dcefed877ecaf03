"""What feeds tell, on the report and on the page of a customer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from regulars.loyalty.feeds.from_feed import CUSTOMERS
from regulars.report.feeds import LINES, MOST_TOLD, TITLES, feed_lines, feeds_shown

DAY = pd.Timestamp("2024-03-01")


def told(*findings: tuple[str, bool]) -> Any:
    frame = pd.DataFrame(findings, columns=["driver", "is_clear"])
    return SimpleNamespace(
        findings=frame.assign(meaning=[f"{name} {k}" for k, name in enumerate(frame["driver"])]),
        ledger=SimpleNamespace(rows_in_words="3 rows."),
    )


def test_one_sentence_on_each_question_and_what_is_clear_stand_open() -> None:
    (shown,) = feeds_shown(
        {"surveys": told(("nps", False), ("by", False), ("by", False), ("by", True), ("more", False))}
    )
    assert shown.title == "Surveys"
    assert shown.told == ("nps 0", "by 1", "by 3", "more 4")
    assert (shown.folded, shown.rows) == (("by 2",), "3 rows.")
    (long,) = feeds_shown({"surveys": told(*[(f"d{k}", True) for k in range(MOST_TOLD + 2)])})
    assert (len(long.told), len(long.folded)) == (MOST_TOLD, 2)


def test_a_feed_without_findings_leaves_no_part() -> None:
    assert feeds_shown({"surveys": told()}) == ()
    assert feeds_shown({}) == ()


def test_every_feed_has_a_title_and_lines() -> None:
    assert TITLES.keys() == LINES.keys() == CUSTOMERS.keys()


@pytest.mark.parametrize(
    ("feed", "row", "expected"),
    [
        (
            "surveys",
            {"survey_day": DAY, "survey_score": 9.0, "survey_group": "promoter"},
            [("survey", "9 of 10 on 2024-03-01: promoter")],
        ),
        (
            "surveys",
            {"survey_day": DAY, "survey_score": float("nan"), "survey_group": "no answer"},
            [("survey", "asked on 2024-03-01, no answer")],
        ),
        ("surveys", {"survey_day": pd.NaT, "survey_score": float("nan"), "survey_group": None}, []),
        (
            "complaints",
            {"complaints": 2, "last_complaint": DAY, "open_complaints": 1, "silent_sign": None},
            [("complaints", "2, the last on 2024-03-01; 1 open")],
        ),
        (
            "complaints",
            {"complaints": 1, "last_complaint": DAY, "open_complaints": 0, "silent_sign": None},
            [("complaints", "1, the last on 2024-03-01; all resolved")],
        ),
        (
            "complaints",
            {"complaints": 0, "last_complaint": pd.NaT, "silent_sign": "poor health"},
            [("never complained", "poor health: ask whether all is well")],
        ),
        ("complaints", {"complaints": 0, "last_complaint": pd.NaT, "silent_sign": float("nan")}, []),
        (
            "contacts",
            {"last_contact": DAY, "last_inbound": DAY, "contacts_365": 3, "silence_alarm": True},
            [
                ("contacted", "last on 2024-03-01, 3 times in 365 days"),
                ("wrote or called", "last on 2024-03-01"),
                ("silence", "a good customer who is leaving, and nobody wrote or called: get in touch"),
            ],
        ),
        (
            "contacts",
            {"last_contact": pd.NaT, "last_inbound": pd.NaT, "contacts_365": 0, "silence_alarm": False},
            [],
        ),
        ("costs", {"acquisition_cost": 12.5, "earned_back": True}, [("cost to win", "12.50; earned back")]),
        ("costs", {"acquisition_cost": 12.5, "earned_back": pd.NA}, [("cost to win", "12.50")]),
        ("costs", {"acquisition_cost": float("nan"), "earned_back": pd.NA}, []),
        (
            "leads",
            {"lead_day": DAY, "days_to_first_order": 30.0},
            [("lead", "since 2024-03-01, 30 days before the first order")],
        ),
        (
            "leads",
            {"lead_day": DAY, "days_to_first_order": float("nan")},
            [("lead", "since 2024-03-01, after the first order")],
        ),
        (
            "referrals",
            {"referred": 2, "referred_value": 80.0, "last_asked": DAY, "ask_next": False},
            [
                ("recommended to", "2 customers, who have spent 80.00"),
                ("asked to recommend", "last on 2024-03-01"),
            ],
        ),
        (
            "referrals",
            {"referred": 0, "referred_value": float("nan"), "last_asked": pd.NaT, "ask_next": True},
            [("ask to recommend", "yes: an advocate in good health, not asked lately")],
        ),
    ],
)
def test_what_is_said_of_one_customer(feed: str, row: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert list(feed_lines({feed: row})) == expected
