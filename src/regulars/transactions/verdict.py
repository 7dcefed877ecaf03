"""How a row of the log can end, and why."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

USED, NETTED, EXCLUDED = "used", "netted", "excluded"
OUTCOMES = (USED, NETTED, EXCLUDED)


class Verdict(IntEnum):
    """How a row ends. A customer is counted once, at the lowest verdict among their rows."""

    PURCHASE = 0
    RETURN_KEPT = 1
    RETURN_FLAGGED = 2
    QUANTITY_NEGATIVE = 3
    QUANTITY_ZERO = 4
    AMOUNT_NEGATIVE = 5
    RETURN_MATCHED = 6
    RETURN_MATCHED_IN_PART = 7
    RETURN_UNMATCHED = 8
    RETURN_DROPPED = 9
    DUPLICATE = 10
    FUTURE = 11
    NO_DATE = 12
    NO_AMOUNT = 13
    NO_CUSTOMER = 14

    @property
    def outcome(self) -> str:
        """One of `used`, `netted`, `excluded`."""
        return _MEANING[self][0]

    @property
    def reason(self) -> str:
        """Why, in words."""
        return _MEANING[self][1]


_MEANING = {
    Verdict.PURCHASE: (USED, "purchase"),
    Verdict.RETURN_KEPT: (USED, "return counted as a purchase (returns: keep)"),
    Verdict.RETURN_FLAGGED: (NETTED, "flagged as a return"),
    Verdict.QUANTITY_NEGATIVE: (NETTED, "quantity below zero"),
    Verdict.QUANTITY_ZERO: (NETTED, "quantity of zero"),
    Verdict.AMOUNT_NEGATIVE: (NETTED, "amount below zero"),
    Verdict.RETURN_MATCHED: (NETTED, "return matched to its purchase"),
    Verdict.RETURN_MATCHED_IN_PART: (NETTED, "return matched to a purchase in part"),
    Verdict.RETURN_UNMATCHED: (NETTED, "return without a purchase in the log"),
    Verdict.RETURN_DROPPED: (EXCLUDED, "return (returns: drop)"),
    Verdict.DUPLICATE: (EXCLUDED, "exact duplicate"),
    Verdict.FUTURE: (EXCLUDED, "future date"),
    Verdict.NO_DATE: (EXCLUDED, "missing date"),
    Verdict.NO_AMOUNT: (EXCLUDED, "missing amount"),
    Verdict.NO_CUSTOMER: (EXCLUDED, "missing customer"),
}

RETURNS = (Verdict.RETURN_FLAGGED, Verdict.QUANTITY_NEGATIVE, Verdict.AMOUNT_NEGATIVE)


def verdicts(outcome: str) -> str:
    """SQL list of the verdicts of an outcome."""
    return listed(verdict for verdict in Verdict if verdict.outcome == outcome)


def listed(some: Iterable[Verdict]) -> str:
    """SQL list of verdicts."""
    return "(" + ", ".join(str(int(verdict)) for verdict in some) + ")"
