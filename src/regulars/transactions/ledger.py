"""The ledger: every row of the log ends as used, netted or excluded, and rows, customers and money add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

from regulars.transactions.clean import BOOKED
from regulars.transactions.row_outcome import EXCLUDED, OUTCOMES, RowOutcome, sql_list


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
    """Where every row of the log went: used + netted + excluded = in, for rows, customers and money.

    Parameters
    ----------
    entries : tuple of Entry
        By outcome (used, netted, excluded) and reason. A customer is counted once, at the first entry that has a row
        of theirs; rows without a customer count none.
    adjustments : tuple of Adjustment
        What leads from the money as read, of used and netted rows, to the money as booked.
    rows, customers, money
        What the log held.
    booked : Decimal or None
        Sum of the money in `lines`.
    duplicates_kept : int
        Rows of `lines` that equal an earlier row in every column of the source, kept for want of an order id.

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
    duplicates_kept: int = 0

    def __post_init__(self) -> None:
        self._check("rows", self.rows, sum(entry.rows for entry in self.entries))
        self._check("customers", self.customers, sum(entry.customers for entry in self.entries))
        if self.money is not None:
            self._check("money", self.money, _total(self.entries))
            kept = _total(entry for entry in self.entries if entry.outcome != EXCLUDED)
            self._check("booked money", self.booked, kept + _total(self.adjustments))

    def _check(self, what: str, expected: Decimal | int | None, found: Decimal | int) -> None:
        if expected != found:
            raise ArithmeticError(
                f"The ledger does not reconcile: {what} should be {expected}, its lines add up to {found}."
            )

    def ended_as(self, verdict: RowOutcome) -> tuple[int, Decimal]:
        """Rows that ended with a verdict, and their money as read (0 where the log carries none)."""
        entries = [entry for entry in self.entries if entry.reason == verdict.reason]
        return sum(entry.rows for entry in entries), _total(entries)

    @property
    def frame(self) -> pd.DataFrame:
        """One row an outcome and reason: outcome, reason, rows, customers, money (as read; NaN without money)."""
        rows = [{**vars(entry), "money": _plain(entry.money)} for entry in self.entries]
        return pd.DataFrame(rows).astype({"money": "float64"})

    @property
    def totals(self) -> pd.DataFrame:
        """One row for what was read, and one an outcome: rows, customers, money (as read; NaN without money)."""
        sums = self.frame.groupby("outcome")[["rows", "customers"]].sum().reindex(list(OUTCOMES), fill_value=0)
        sums["money"] = [
            _plain(None if self.money is None else _total(entry for entry in self.entries if entry.outcome == outcome))
            for outcome in OUTCOMES
        ]
        came = pd.DataFrame({"rows": self.rows, "customers": self.customers, "money": _plain(self.money)}, index=["in"])
        return pd.concat([came.astype({"money": "float64"}), sums.astype({"money": "float64"})])

    def to_dict(self) -> dict[str, Any]:
        """Return the ledger as plain values, without any id."""
        return {
            "in": {"rows": self.rows, "customers": self.customers, "money": _plain(self.money)},
            "entries": [{**vars(entry), "money": _plain(entry.money)} for entry in self.entries],
            "adjustments": [{**vars(adjustment), "money": _plain(adjustment.money)} for adjustment in self.adjustments],
            "booked": _plain(self.booked),
            "duplicates_kept": self.duplicates_kept,
        }


def account(connection: duckdb.DuckDBPyConnection, *, has_money: bool) -> Ledger:
    """Write the ledger of the table `judged`."""
    groups = connection.execute("""
        SELECT verdict, count(*), coalesce(sum(amount), 0) + coalesce(sum(excess), 0)
        FROM judged GROUP BY verdict ORDER BY verdict""").fetchall()
    customers = dict(
        connection.execute("""
        SELECT first, count(*)
        FROM (SELECT min(verdict) AS first FROM judged WHERE customer_id IS NOT NULL GROUP BY customer_id)
        GROUP BY first""").fetchall()
    )
    # What was read is summed separately from the groups, so that reconciling them proves something.
    (rows, ids, money) = connection.execute("""
        SELECT count(*), count(DISTINCT customer_id), coalesce(sum(amount), 0) + coalesce(sum(excess), 0)
        FROM judged""").fetchall()[0]
    (booked, kept_twice) = connection.execute(f"""
        SELECT coalesce(sum({BOOKED}), 0), count(*) FILTER (repeated)
        FROM judged WHERE verdict NOT IN {sql_list(EXCLUDED)}""").fetchall()[0]
    entries = tuple(
        Entry(RowOutcome(v).outcome, RowOutcome(v).reason, count, customers.get(v, 0), part if has_money else None)
        for v, count, part in groups
    )
    adjustments = _adjustments(connection) if has_money else ()
    money, booked = (money, booked) if has_money else (None, None)
    return Ledger(entries, adjustments, rows, ids, money, booked, kept_twice)


def _adjustments(connection: duckdb.DuckDBPyConnection) -> tuple[Adjustment, ...]:
    flips, flipped, rounds, rounded, refunds, refunded = connection.execute(f"""
        SELECT count(*) FILTER (flipped), coalesce(sum(-2 * (amount + coalesce(excess, 0))) FILTER (flipped), 0),
               count(*) FILTER (excess <> 0), coalesce(sum(CASE WHEN flipped THEN excess ELSE -excess END), 0),
               count(*) FILTER (refunded <> 0), coalesce(sum(-refunded), 0)
        FROM judged WHERE verdict NOT IN {sql_list(EXCLUDED)}""").fetchall()[0]
    made = (
        Adjustment("returns with a positive amount are booked as negative", flips, flipped),
        Adjustment("amounts are rounded to 4 digits", rounds, rounded),
        Adjustment("refunds that stand beside their order are taken off it", refunds, refunded),
    )
    return tuple(adjustment for adjustment in made if adjustment.rows)


def _total(parts: Iterable[Entry | Adjustment]) -> Decimal:
    return sum((part.money for part in parts if part.money is not None), Decimal(0))


def _plain(money: Decimal | None) -> float | None:
    return None if money is None else round(float(money), 4)
