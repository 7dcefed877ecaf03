from __future__ import annotations

import pytest

from regulars.monitoring.findings import Finding, Severity, Verdict


def verdict(*found: tuple[str, Severity], newly: bool = False) -> Verdict:
    return Verdict(tuple(Finding(code, severity, "…") for code, severity in found), new_labels=newly)


def test_the_most_serious_finding_decides() -> None:
    assert verdict().severity == 0
    assert verdict(("scores", Severity.LOOK)).severity == 3
    assert verdict(("scores", Severity.LOOK), ("history", Severity.STOP)).to_dict()["exit_code"] == 4


@pytest.mark.parametrize(
    ("codes", "advice"),
    [
        ([], "There is no reason to train again."),
        (
            ["features", "scores"],
            "Train again: the customers are no longer those that the model learned from (features",
        ),
        (["history", "features"], "Explain the log first (history)"),
        (["campaign"], "There is no reason to train again."),
    ],
)
def test_the_advice_names_its_reason(codes: list[str], advice: str) -> None:
    assert verdict(*((code, Severity.LOOK) for code in codes)).advice.startswith(advice)


def test_a_log_whose_pace_changed_may_have_no_fault() -> None:
    assert verdict(("activity", Severity.LOOK)).advice.endswith("If the shop itself has changed, train again.")


def test_a_window_that_has_closed_since_is_more_to_learn_from() -> None:
    assert "there is more to learn from" in verdict(newly=True).advice
