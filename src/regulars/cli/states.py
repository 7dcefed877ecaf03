"""The states of customers in words: segments, moves between stages, tiers, and who needs somebody first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.cli.layout import Lines, grid, money, number
from regulars.counted import counted

if TYPE_CHECKING:
    from regulars.loyalty import Segmented

SHOWN = 10  # customers by name


def segments(found: Segmented) -> Lines:
    """How many customers are in each segment, their health, and what they bring."""
    from regulars.loyalty import SEGMENTS

    frame = found.frame
    yield f"{number(len(frame))} customers at {found.cutoff}"
    spend, whole = frame.groupby("segment")["spend_so_far"].sum(min_count=1), frame["spend_so_far"].sum()
    health = frame.groupby(["segment", "health"]).size()
    counts = frame["segment"].value_counts()
    yield from grid(
        ["segment", "customers", "share %", "spend so far", "of all %", "health good", "average", "poor"],
        [
            [
                name,
                number(count),
                f"{100 * count / len(frame):.0f}",
                money(None if spend[name] != spend[name] else spend[name]),
                "-" if not whole else f"{100 * spend[name] / whole:.0f}",
                *(number(health.get((name, level), 0)) for level in ("good", "average", "poor")),
            ]
            for name in SEGMENTS
            if (count := counts.get(name, 0))
        ],
    )


def moves(found: Segmented) -> Lines:
    """Moves between stages since the earlier cutoff."""
    counted = found.moves
    if counted is None:
        return
    yield f"stages, from {found.compared_with} (rows) to {found.cutoff} (columns)"
    yield from grid(["", *counted.columns], [[str(name), *map(number, row)] for name, *row in counted.itertuples()])


def tiers(found: Segmented) -> Lines:
    """What each tier takes."""
    if found.tiers:
        least = ", ".join(f"{name} from {amount:,.2f}" for name, amount in found.tiers.items())
        yield f"Tiers: {least}."


def watched(found: Segmented) -> Lines:
    """What to look at now."""
    frame = found.frame
    behind = int(frame["first_90_days"].str.startswith("behind").sum())
    new = int(frame["first_90_days"].notna().sum())
    if found.norm_days is not None and new:
        yield (
            f"{number(behind)} of {counted(new, 'customer')} in their first 90 days "
            f"{'is' if behind == 1 else 'are'} behind: four in five of those who "
            f"order again do so within {found.norm_days:.0f} days."
        )
    if earned := int(frame["thanks"].notna().sum()):
        have = "has" if earned == 1 else "have"
        yield f"{counted(earned, 'customer')} {have} earned thanks since {found.compared_with}."


def best(found: Segmented) -> Lines:
    """The best customers, those who spent most first."""
    yield from _by_name(found, "best", "the best: they order often, spend most, and ordered lately")


def falling_off(found: Segmented) -> Lines:
    """The customers who fall off, those who spent most first."""
    yield from _by_name(found, "falling_off", "falling off")


def _by_name(found: Segmented, state: str, what: str) -> Lines:
    chosen = found.frame[found.frame[state]]
    if chosen.empty:
        return
    top = chosen.sort_values(["spend_so_far", "orders", "customer_id"], ascending=[False, False, True]).head(SHOWN)
    are = "is" if len(chosen) == 1 else "are"
    yield f"{counted(len(chosen), 'customer')} {are} {what}; the first {number(len(top))} by spend:"
    yield from grid(
        ["customer", "last order", "orders", "spend so far", "why", "do"],
        [
            [
                str(row["customer_id"]),
                f"{row['last_order']:%Y-%m-%d}",
                number(row["orders"]),
                money(None if row["spend_so_far"] != row["spend_so_far"] else row["spend_so_far"]),
                row["health_reason"],
                row["action"],
            ]
            for row in top.to_dict("records")
        ],
    )
