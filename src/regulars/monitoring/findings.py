"""What the monitor finds, how serious it is, and the verdict over all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

TRAIN_AGAIN = ("base_rate", "features", "scores", "calibration", "ranking", "no_skill", "totals", "coverage")
MEND_FIRST = ("schema", "history", "facts", "freshness", "ledger", "labels", "activity")


class Severity(IntEnum):
    """How serious a finding is; the value is the exit code of the command."""

    FINE = 0
    LOOK = 3
    STOP = 4


@dataclass(frozen=True)
class Finding:
    """One finding.

    Parameters
    ----------
    code : str
        What it is about, for machines; see `docs/monitoring.md`.
    severity : Severity
    sentence : str
        What was found, beside what was expected.
    """

    code: str
    severity: Severity
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "severity": self.severity.name.lower()}


@dataclass(frozen=True)
class Verdict:
    """All findings, causes before their consequences, and what follows from them.

    Parameters
    ----------
    findings : tuple of Finding
        The log before features, these before scores and outcomes.
    not_judged : tuple of str
        What could not be looked at, with the reason.
    new_labels : bool
        Whether a whole window has closed since the training cutoff, so that there is more to learn from.
    """

    findings: tuple[Finding, ...]
    not_judged: tuple[str, ...] = ()
    new_labels: bool = False

    @property
    def severity(self) -> Severity:
        """The most serious of all findings."""
        return max((finding.severity for finding in self.findings), default=Severity.FINE)

    @property
    def in_words(self) -> str:
        """The verdict in a sentence."""
        first = {
            Severity.FINE: "Fine: nothing differs by more than chance and the usual changes of this log explain.",
            Severity.LOOK: "Look: the scores can be used, but something has changed.",
            Severity.STOP: "Stop: do not use these scores before the first finding is explained.",
        }
        return first[self.severity]

    @property
    def advice(self) -> str:
        """Whether to train again, with the reason."""
        codes = [finding.code for finding in self.findings]
        if mend := _named(codes, MEND_FIRST):
            return (
                f"Explain the log first ({mend}). If it has a fault, mend it and score again: training on it would "
                "learn the fault. If the shop itself has changed, train again."
            )
        if reasons := _named(codes, TRAIN_AGAIN):
            return f"Train again: the customers are no longer those that the model learned from ({reasons})."
        if self.new_labels:
            return "Training again is optional: a whole window has closed since, so there is more to learn from."
        return "There is no reason to train again."

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "verdict": self.severity.name.lower(),
            "exit_code": int(self.severity),
            "in_words": self.in_words,
            "advice": self.advice,
            "findings": [finding.to_dict() for finding in self.findings],
            "not_judged": list(self.not_judged),
        }


def _named(codes: Sequence[str], among: Sequence[str]) -> str:
    return ", ".join(code.replace("_", " ") for code in dict.fromkeys(codes) if code in among)
