"""A work list in words: what it adds up to, and its first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.cli.layout import Lines, grid, number
from regulars.tables import TREAT

if TYPE_CHECKING:
    import pandas as pd

    from regulars.pipelines.retain import Targeted

SHOWN = 10
FIRST_LOOK = 30  # rows among which one-time buyers are counted


def work_list(made: Targeted) -> list[str]:
    """What the list adds up to, what it can show, how silent its customers are, and how sure its rates."""
    targets = made.targets
    if not targets.contacted:
        return [targets.in_words]
    return [
        targets.in_words,
        made.power.in_words,
        *silences(targets.frame),
        *(made.rates.in_words if made.rates else ()),
    ]


def silences(frame: pd.DataFrame) -> list[str]:
    """How long the customers on the list, those held out too, have been silent, by kind."""
    treated = frame[frame["group"] == TREAT]
    days = (frame["cutoff"] - frame["last_order"]).dt.days
    told = [
        f"{kind}: {len(silent):,} with those held out; last order {silent.median():,.0f} days before (median), "
        f"{silent.max():,.0f} at most"
        for kind, silent in days.groupby(frame["kind"])
    ]
    once = int((treated["orders"].head(FIRST_LOOK) == 1).sum())
    return [*told, f"Of the first {min(FIRST_LOOK, len(treated))} to contact, {once} have ordered on one day only."]


def first_rows(frame: pd.DataFrame) -> Lines:
    """The first customers to contact."""
    rows = [
        [
            str(row["customer_id"]),
            f"{row['contact_on']:%Y-%m-%d}",
            row["kind"],
            f"{row['expected_profit']:,.2f}",
            f"{row['last_order']:%Y-%m-%d}",
            number(row["orders"]),
            f"{row['spend_so_far']:,.2f}",
            f"{row['p_churn']:.2f}",
            f"{row['p_lost']:.2f}",
        ]
        for row in frame[frame["group"] == TREAT].head(SHOWN).to_dict("records")
    ]
    head = ["customer", "contact on", "kind", "profit", "last order", "orders", "spent", "p_churn", "p_lost"]
    return iter(grid(head, rows) if rows else ())
