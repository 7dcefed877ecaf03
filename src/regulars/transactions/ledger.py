"""The ledger: every row of the log ends as used, netted or excluded, and rows, customers and money add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

USED, NETTED, EXCLUDED = "used", "netted", "excluded"
OUTCOMES = (USED, NETTED, EXCLUDED)


@dataclass(frozen=True)
class Entry:
    """Rows that ended the same way for the same reason; money as read, None where the log carries none."""

    outcome: str
    reason: str
    rows: int
    customers: int
    money: Decimal | None


@dataclass(frozen=True)
class Adjustment:
    """Money that is booked otherwise than it was read: how many rows, and by how much in total."""

    what: str
    rows: int
    money: Decimal


@dataclass(frozen=True)
class Ledger:
    """Where every row of the log went.

    Parameters
    ----------
    entries : tuple of Entry
        By outcome (used, netted, excluded) and reason. A customer is counted once, at the first entry with a row of theirs.
    adjustments : tuple of Adjustment
        Why booked money differs from money as read.
    rows, customers, money
        What the log held.
    booked : Decimal or None
        Sum of the money in `lines`.

    Raises
    ------
    ArithmeticError
        If the entries do not add up to what the log held, or the adjustments do not explain what is booked.
    """

    entries: tuple[Entry, ...]
    adjustments: tuple[Adjustment, ...]
    rows: int
    customers: int
    money: Decimal | None
    booked: Decimal | None

    def __post_init__(self) -> None:
        if sum(e.rows for e in self.entries) != self.rows:
            raise ArithmeticError(f"The ledger's rows do not add up to {self.rows}: {self.entries}")
        if sum(e.customers for e in self.entries) != self.customers:
            raise ArithmeticError(f"The ledger's customers do not add up to {self.customers}: {self.entries}")
        if self.money is None or self.booked is None:
            return
        if _total(self.entries) != self.money:
            raise ArithmeticError(f"The ledger's money does not add up to {self.money}: {self.entries}")
        kept = _total(e for e in self.entries if e.outcome != EXCLUDED)
        if kept + _total(self.adjustments) != self.booked:
            raise ArithmeticError(f"Booked {self.booked}, kept {kept}: not explained by {self.adjustments}")

    @property
    def frame(self) -> pd.DataFrame:
        """One row an outcome and reason: outcome, reason, rows, customers, money (as read)."""
        return pd.DataFrame(
            [(e.outcome, e.reason, e.rows, e.customers, _plain(e.money)) for e in self.entries],
            columns=["outcome", "reason", "rows", "customers", "money"],
        ).astype({"money": "float64"})

    @property
    def totals(self) -> pd.DataFrame:
        """One row for what came in and one an outcome: rows, customers, money (as read)."""
        sums = self.frame.groupby("outcome")[["rows", "customers"]].sum().reindex(OUTCOMES, fill_value=0)
        sums["money"] = [
            _plain(_total(e for e in self.entries if e.outcome == outcome)) if self.money is not None else None
            for outcome in OUTCOMES
        ]
        sums.loc["in"] = [self.rows, self.customers, _plain(self.money)]
        return sums.loc[["in", *OUTCOMES]].astype({"rows": "int64", "customers": "int64", "money": "float64"})

    def to_dict(self) -> dict[str, Any]:
        """Return the ledger as plain values, without any id."""
        return {
            "in": {"rows": self.rows, "customers": self.customers, "money": _plain(self.money)},
            "entries": [{**vars(e), "money": _plain(e.money)} for e in self.entries],
            "adjustments": [{**vars(a), "money": _plain(a.money)} for a in self.adjustments],
            "booked": _plain(self.booked),
        }


def _total(parts: Iterable[Entry | Adjustment]) -> Decimal:
    return sum((part.money or Decimal(0) for part in parts), Decimal(0))


def _plain(money: Decimal | None) -> float | None:
    return None if money is None else round(float(money), 4)
