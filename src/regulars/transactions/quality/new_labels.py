"""Labels (categories, channels) that a log did not have before a window."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from regulars.transactions.lines import Lines
from regulars.transactions.sql import identifier
from regulars.windows import Windows

SHOWN = 3


@dataclass(frozen=True)
class NewLabels:
    """Lines of a window whose label was never there before it.

    Parameters
    ----------
    column : str
        `category` or `channel`.
    since : datetime.date
        First day of the window.
    lines, new : int
        Lines of purchases in the window that have a label, and those of them whose label is new.
    examples : tuple of str
        The most frequent new labels.
    """

    column: str
    since: dt.date
    lines: int
    new: int
    examples: tuple[str, ...]

    @property
    def share(self) -> float:
        """New ones among the lines."""
        return self.new / self.lines if self.lines else 0.0


def new_labels(tx: Lines, column: str, window: Windows) -> NewLabels:
    """Count the lines of purchases in `[cutoff, closes)` whose label no earlier line has.

    Parameters
    ----------
    tx : Lines
        A log in which the column is mapped.
    column : {"category", "channel"}
    window : Windows
    """
    label, bought = identifier(column), f"is_purchase AND {identifier(column)} IS NOT NULL"
    inside = f"count(*) FILTER ({window.label_sql('day')})"
    before = f"count(*) FILTER ({window.history_sql('day')})"
    counted = tx.connection.execute(
        f"""SELECT label, inside, before = 0 FROM (
                SELECT {label} AS label, {inside} AS inside, {before} AS before
                FROM lines WHERE {bought} GROUP BY label)
            WHERE inside > 0 ORDER BY inside DESC, label"""
    ).fetchall()
    unseen = [(name, count) for name, count, is_new in counted if is_new]
    return NewLabels(
        column,
        window.cutoff,
        sum(count for _, count, _ in counted),
        sum(count for _, count in unseen),
        tuple(name for name, _ in unseen[:SHOWN]),
    )
