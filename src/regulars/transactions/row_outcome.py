"""How a row of the log can end, and why."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

USED, NETTED, EXCLUDED = "used", "netted", "excluded"
OUTCOMES = (USED, NETTED, EXCLUDED)


class RowOutcome(IntEnum):
    """How a row ends. A customer is counted once, at the lowest outcome among their rows."""

    PURCHASE = 0
    FURTHER_LINE = 1
    RETURN_KEPT = 2
    RETURN_FLAGGED = 3
    QUANTITY_NEGATIVE = 4
    QUANTITY_ZERO = 5
    AMOUNT_NEGATIVE = 6
    RETURN_MATCHED = 7
    RETURN_MATCHED_IN_PART = 8
    RETURN_UNMATCHED = 9
    RETURN_DROPPED = 10
    CANCELLED = 11
    UNPAID = 12
    TEST = 13
    NO_SALE = 14
    DUPLICATE = 15
    FUTURE = 16
    NO_DATE = 17
    NO_AMOUNT = 18
    NO_CUSTOMER = 19
    FORGOTTEN = 20

    @property
    def outcome(self) -> str:
        """One of `used`, `netted`, `excluded`."""
        return _MEANING[self][0]

    @property
    def reason(self) -> str:
        """Why, in words."""
        return _MEANING[self][1]


_MEANING = {
    RowOutcome.PURCHASE: (USED, "purchase"),
    RowOutcome.FURTHER_LINE: (USED, "further line of an order, whose amount stands on its first"),
    RowOutcome.RETURN_KEPT: (USED, "return counted as a purchase (returns: keep)"),
    RowOutcome.RETURN_FLAGGED: (NETTED, "flagged as a return"),
    RowOutcome.QUANTITY_NEGATIVE: (NETTED, "quantity below zero"),
    RowOutcome.QUANTITY_ZERO: (NETTED, "quantity of zero"),
    RowOutcome.AMOUNT_NEGATIVE: (NETTED, "amount below zero"),
    RowOutcome.RETURN_MATCHED: (NETTED, "return matched to its purchase"),
    RowOutcome.RETURN_MATCHED_IN_PART: (NETTED, "return matched to a purchase in part"),
    RowOutcome.RETURN_UNMATCHED: (NETTED, "return without a purchase in the log"),
    RowOutcome.RETURN_DROPPED: (EXCLUDED, "return (returns: drop)"),
    RowOutcome.CANCELLED: (EXCLUDED, "cancelled or voided order"),
    RowOutcome.UNPAID: (EXCLUDED, "order that was not paid for"),
    RowOutcome.TEST: (EXCLUDED, "test order"),
    RowOutcome.NO_SALE: (EXCLUDED, "no sale, but another movement of money"),
    RowOutcome.DUPLICATE: (EXCLUDED, "exact duplicate"),
    RowOutcome.FUTURE: (EXCLUDED, "future date"),
    RowOutcome.NO_DATE: (EXCLUDED, "missing date"),
    RowOutcome.NO_AMOUNT: (EXCLUDED, "missing amount"),
    RowOutcome.NO_CUSTOMER: (EXCLUDED, "missing customer"),
    RowOutcome.FORGOTTEN: (EXCLUDED, "forgotten customer"),
}

RETURNS = (RowOutcome.RETURN_FLAGGED, RowOutcome.QUANTITY_NEGATIVE, RowOutcome.AMOUNT_NEGATIVE)


def sql_list(outcome: str) -> str:
    """SQL list of the ways to end with this outcome."""
    return listed(end for end in RowOutcome if end.outcome == outcome)


def listed(some: Iterable[RowOutcome]) -> str:
    """SQL list of ways to end."""
    return "(" + ", ".join(str(int(end)) for end in some) + ")"
