"""The verdict in words: the weakest marks are the reason, and warnings come gravest first."""

from __future__ import annotations

import dataclasses

import pytest

from regulars.report import ReportContent
from regulars.report.judgement import badge, warnings

FULL = [{"name": name, "points": 2, "sentence": f"{name} is fine"} for name in ("skill", "level")]


def test_the_weakest_marks_are_the_reason() -> None:
    weak = {"name": "calibration", "points": 0, "sentence": "predicted churn lies 9.0 points from the actual rate"}
    found = badge({"letter": "C", "marks": [*FULL, weak]})
    assert found.reason == "Predicted churn lies 9.0 points from the actual rate."
    assert found.look == "mild"
    assert found.marks[0][:2] == ("calibration", 0)


@pytest.mark.parametrize(("letter", "look"), [("A", "good"), ("B", "good"), ("D", "bad"), ("E", "bad")])
def test_a_bad_grade_looks_bad(letter: str, look: str) -> None:
    assert badge({"letter": letter, "marks": FULL}).look == look


@pytest.mark.parametrize(("letter", "points", "said"), [("B", 0, "but do not plan on"), ("B", 1, "and the totals")])
def test_bad_totals_are_not_to_be_used_whatever_the_grade(letter: str, points: int, said: str) -> None:
    level = {"name": "level", "points": points, "sentence": "22 % off"}
    assert said in badge({"letter": letter, "marks": [*FULL[:1], level]}).advice


@pytest.mark.parametrize(("letter", "said"), [("B", "Use the scores and"), ("C", "; the scores are only somewhat")])
def test_without_a_work_list_the_advice_speaks_of_none(letter: str, said: str) -> None:
    advice = badge({"letter": letter, "marks": FULL}, has_list=False).advice
    assert said in advice
    assert "list" not in advice


def test_no_grade_is_no_good_one() -> None:
    assert badge(None).look == "bad"
    assert "No past window could be tested" in badge(None).reason


def test_a_refusal_comes_first(content: ReportContent) -> None:
    checks = [{"passed": False, "blocking": True, "sentence": "It is worse than a rule."}]
    refused = dataclasses.replace(
        content, verdict={"passed": False, "checks": checks}, age=("It is of yesterday.", "The log is old.")
    )
    found = warnings(refused)
    assert found[0] == "This model did not pass the checks for use. It is worse than a rule."
    assert found[1] == "The log is old."
    assert "It is of yesterday." not in found
    tried = {"name": "tried", "passed": False, "blocking": True, "sentence": "Skipped: 2023-09-25: 0 days of history"}
    untried = warnings(dataclasses.replace(content, verdict={"passed": False, "checks": [tried]}))
    assert "Skipped" not in untried[0]
    assert "could not be tried on the past of this log" in untried[0]
