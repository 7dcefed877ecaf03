"""How a row of the log can end, and why."""

from __future__ import annotations

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
    RETURN_DROPPED = 6
    DUPLICATE = 7
    NO_DATE = 8
    NO_AMOUNT = 9
    NO_CUSTOMER = 10

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
    Verdict.RETURN_DROPPED: (EXCLUDED, "return (returns: drop)"),
    Verdict.DUPLICATE: (EXCLUDED, "exact duplicate"),
    Verdict.NO_DATE: (EXCLUDED, "missing date"),
    Verdict.NO_AMOUNT: (EXCLUDED, "missing amount"),
    Verdict.NO_CUSTOMER: (EXCLUDED, "missing customer"),
}


def verdicts(outcome: str) -> str:
    """SQL list of the verdicts of an outcome."""
    return "(" + ", ".join(str(int(verdict)) for verdict in Verdict if verdict.outcome == outcome) + ")"
