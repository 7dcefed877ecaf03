"""What a randomised campaign tells, for the terminal: effects, rankings, and rules side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.cli.layout import Lines, grid

if TYPE_CHECKING:
    from regulars.retention.uplift import Judgement
    from regulars.retention.uplift.arm_judgement import ArmJudgement
    from regulars.retention.uplift.rankings import Difference


def campaign(found: Judgement) -> Lines:
    """Who was compared, and what to beware of."""
    yield found.design
    yield from found.notes


def arm(found: ArmJudgement) -> Lines:
    """One outcome and kind of contact: words, then the rules side by side."""
    yield from found.sentences()
    yield ""
    digits = 5 if found.is_binary else 4
    head = ["rule", "contacted", "for each customer", "more than nobody (95 %)", "more than response (95 %)"]
    rows = [
        [
            policy.name,
            f"{100 * policy.contacted:.0f} %",
            f"{policy.value:.{digits}f}",
            _difference(policy.gain, digits),
            _difference(policy.against_response, digits),
        ]
        for policy in found.policies
    ]
    yield from (f"  {line}" for line in grid(head, rows))
    unit = "profit" if found.terms.is_money else found.outcome
    yield f"  In {unit}, by AIPW."


def _difference(found: Difference, digits: int) -> str:
    if found.value == found.low == found.high == 0:
        return "-"
    return f"{found.value:+.{digits}f} ({found.low:+.{digits}f} to {found.high:+.{digits}f})"
