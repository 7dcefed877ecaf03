"""What has changed since the earlier cutoff: moves between segments, and the largest customers who moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.counted import counted
from regulars.loyalty import SEGMENTS, Segmented
from regulars.loyalty.transitions import NOT_YET, transitions

LARGEST = 10

# From the best to the worst: what a move up or down is.
RANKED = (
    "champions",
    "loyal",
    "potential",
    "new",
    "needs_attention",
    "occasional",
    "at_risk",
    "slipping",
    "cannot_lose",
    "hibernating",
)


@dataclass(frozen=True)
class SegmentRow:
    """One segment: customers then and now, what they have spent, and the largest ways in and out."""

    name: str
    before: int
    now: int
    spend: float
    came_from: str
    went_to: str

    @property
    def change(self) -> int:
        """Customers more, or fewer."""
        return self.now - self.before


@dataclass(frozen=True, eq=False)
class Changes:
    """Moves since an earlier cutoff.

    Parameters
    ----------
    since : date
        The earlier cutoff.
    rows : list of SegmentRow
        Segments that hold, or held, somebody.
    moved : int
        Customers who are in another segment than then.
    up, down : int
        How many of these are in a better or a worse one.
    new : int
        Customers who were none then.
    largest : list of dict
        Those who moved and have spent most, with `up`.
    """

    since: Any
    rows: list[SegmentRow]
    moved: int
    up: int
    down: int
    new: int
    largest: list[dict[str, Any]]


def changes(states: Segmented | None) -> Changes | None:
    """Compare the segments of two cutoffs; None where there is no earlier one."""
    if states is None or states.earlier is None:
        return None
    now = states.frame.set_index("customer_id")
    then = states.earlier["segment"]
    counts = transitions(then, now["segment"], SEGMENTS)
    spend = now.groupby("segment")["spend_so_far"].sum()
    rows = [_row(name, counts, float(spend.get(name, float("nan")))) for name in SEGMENTS]
    known = then.reindex(now.index)
    moved = now[known.notna() & (known != now["segment"])].assign(segment_before=known)
    place = {name: k for k, name in enumerate(RANKED)}
    up = moved["segment"].map(place).to_numpy() < moved["segment_before"].map(place).to_numpy()
    by = ["spend_so_far", "orders"]
    largest = moved.assign(up=up).sort_values(by, ascending=False, kind="stable").head(LARGEST)
    return Changes(
        states.compared_with,
        [row for row in rows if row.before or row.now],
        len(moved),
        int(up.sum()),
        len(moved) - int(up.sum()),
        int(known.isna().sum()),
        largest.reset_index().to_dict("records"),  # type: ignore[arg-type]
    )


def _row(name: str, counts: pd.DataFrame, spend: float) -> SegmentRow:
    row: pd.Series = counts.T[name]
    into, out = counts[name].drop(name), row.drop(name)
    return SegmentRow(name, int(row.sum()), int(counts[name].sum()), spend, _largest(into, "from"), _largest(out, "to"))


def _largest(found: pd.Series, way: str) -> str:
    """The largest of some moves in words; empty where there is none."""
    if not found.max() > 0:
        return ""
    name = str(found.idxmax())
    return f"{found.max():,} {'are new' if name == NOT_YET else f'{way} {plain_segment(name)}'}"


def plain_segment(name: str) -> str:
    """A segment as people write it.

    Examples
    --------
    >>> plain_segment("cannot_lose")
    'cannot lose'
    """
    return name.replace("_", " ")


def title_of_changes(found: Changes) -> str:
    """The largest fact in a sentence."""
    if not found.moved and not found.new:
        return "Nobody has moved to another segment"
    worse = f"{counted(found.down, 'customer')} moved to a worse segment, {found.up:,} to a better one"
    are = "is" if found.new == 1 else "are"
    return f"{worse}{f'; {found.new:,} {are} new' if found.new else ''}"
