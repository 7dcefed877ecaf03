"""New customers: how many come back, and how those of the last 90 days are doing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from regulars.loyalty import Dynamics, Segmented
from regulars.loyalty.watches import BEHIND, FIRST_DAYS
from regulars.report.canvas import MUTED, OURS, PALE, PERCENT, Picture, draw
from regulars.report.words import number, percent

YEAR = 365
LONGEST = 180  # days of the picture


@dataclass(frozen=True, eq=False)
class Newcomers:
    """Customers in their first 90 days, and how customers come back.

    Parameters
    ----------
    customers, ordered_again, behind : int
        In their first 90 days; of them with a second order day, and later than the norm.
    norm_days : float or None
        Days by which the second order is normal.
    second : tuple of float
        Share with a second order day within 90 days of the first, and its 95 % interval.
    usual_days : float
        Days by which half of those who come back have done so.
    habit : float
        Share with a fourth order day within a year, or as far as is known.
    followed : int
        Customers whom these shares count.
    who : str
        Whom these shares count, and who is left out.
    picture : Picture or None
    """

    customers: int
    ordered_again: int
    behind: int
    norm_days: float | None
    second: tuple[float, float, float]
    usual_days: float
    habit: float
    followed: int
    who: str
    picture: Picture | None


def newcomers(states: Segmented | None, dynamics: Dynamics | None) -> Newcomers | None:
    """What is known of new customers; None without states."""
    if states is None or dynamics is None:
        return None
    frame = states.frame
    known = (np.datetime64(states.cutoff) - frame["first_order"].to_numpy("datetime64[D]")).astype(int)
    new = frame[known <= FIRST_DAYS]
    return Newcomers(
        len(new),
        int((new["orders"] > 1).sum()),
        int(new["first_90_days"].fillna("").str.startswith(BEHIND).sum()),
        states.norm_days,
        dynamics.second.within(FIRST_DAYS),
        dynamics.second.usual_days,
        dynamics.habit.within(YEAR)[0],
        dynamics.second.customers,
        dynamics.second.who,
        second_orders(dynamics, states.norm_days) if dynamics.second.share[-1:].any() else None,
    )


def second_orders(dynamics: Dynamics, norm_days: float | None) -> Picture:
    """The share of customers with a second order day, by days since the first."""
    second = dynamics.second
    last = min(LONGEST, len(second.share) - 1)
    days = np.arange(last + 1)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.fill_between(days, second.low[: last + 1], second.high[: last + 1], color=PALE, linewidth=0)
        axes.plot(days, second.share[: last + 1], color=OURS)
        if norm_days is not None:
            axes.axvline(norm_days, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
            axes.text(norm_days, 0, f" later than day {norm_days:.0f} is late", color=MUTED, va="bottom")
        axes.set_ylim(0, 1.15 * float(second.high[: last + 1].max()))
        axes.yaxis.set_major_formatter(PERCENT)
        axes.set_xlim(0, last)
        axes.set_xlabel("days since the first order")
        axes.set_title("customers with a second order")

    share, low, high = second.within(min(FIRST_DAYS, last))
    finding = (
        f"{percent(share)} of customers order again within {number(min(FIRST_DAYS, last))} days "
        f"(95 % interval {percent(low)} to {percent(high)})."
    )
    return draw("second_orders", "Share of customers with a second order, by days since the first.", finding, paint)
