"""The forecast as the next point of a line: totals of whole windows, past forecasts against what became of them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from regulars.report.canvas import INK, MUTED, OURS, RIVAL, THOUSANDS, Picture, draw
from regulars.report.tiles import change_in_words
from regulars.report.words import Money, number, rough
from regulars.scorer.forecast import Forecast
from regulars.scorer.like_for_like import LikeForLike
from regulars.windows import Windows, as_day

Write = Callable[[float], str]

LEAST_POINTS = 3
WIDE = (10.6, 3.5)


@dataclass(frozen=True)
class Ranged:
    """A forecast of one window, with its range, and what became of it where that is known."""

    ends: dt.date
    expected: float
    low: float | None
    high: float | None
    actual: float | None = None

    @property
    def at(self) -> float:
        """Its end, as a place on the axis of days."""
        return days_of(self.ends)

    @property
    def is_inside(self) -> bool:
        """Whether the actual total lies in the range."""
        known = self.actual is not None and self.low is not None and self.high is not None
        return known and self.low <= self.actual <= self.high  # type: ignore[operator]


def days_of(day: dt.date) -> float:
    """A day as a place on the axis of days."""
    return float(np.datetime64(day, "D").astype(int))


def past_forecasts(backtest: Mapping[str, Any] | None, outcome: str, windows: Windows) -> list[Ranged]:
    """Totals that were forecast at past cutoffs, earliest first.

    Parameters
    ----------
    backtest : mapping, optional
        `Backtest.summary()`.
    outcome : str
        `spend` or `purchases`.
    windows : Windows
        For the horizon.
    """
    rows = [row for row in (backtest or {}).get("totals", []) if row["outcome"] == outcome]
    return sorted(
        (
            Ranged(
                windows.moved_to(as_day(str(row["origin"]))).last_day,
                row["expected"],
                row["low"],
                row["high"],
                row["actual"],
            )
            for row in rows
        ),
        key=lambda found: found.ends,
    )


def forecast_course(
    past: LikeForLike | None, forecast: Forecast | None, backtest: Mapping[str, Any] | None, money: Money
) -> Picture | None:
    """The totals of past windows, the forecast with its range, and past forecasts; None where the log is too short."""
    if past is None or forecast is None or len(past.course) < LEAST_POINTS:
        return None
    has_money = forecast.spend is not None and not math.isnan(past.course[-1].money)
    total, outcome = (forecast.spend, "spend") if has_money else (forecast.purchases, "purchases")
    assert total is not None
    values = [each.money if has_money else float(each.order_days) for each in past.course]
    ends = [days_of(each.windows.last_day) for each in past.course]
    coming = Ranged(past.windows.last_day, total.expected, total.low, total.high)
    before = past_forecasts(backtest, outcome, past.windows)
    write, what = (money, "revenue") if has_money else (number, "order days")
    days = number(past.windows.horizon_days)

    def paint(figure: Figure) -> None:
        figure.set_size_inches(*WIDE)
        axes = figure.subplots()
        axes.xaxis_date()
        axes.plot(ends, values, color=INK, label="actual")
        axes.plot([ends[-1], coming.at], [values[-1], coming.expected], color=OURS, linestyle=(0, (2, 2)))
        _ranges(axes, before, MUTED, "past forecast, 90 % range")
        _ranges(axes, [coming], OURS, "forecast, 90 % range")
        axes.annotate(
            rough(coming.expected, write),
            (coming.at, coming.expected),
            textcoords="offset points",
            xytext=(9, 0),
            va="center",
            color=OURS,
        )
        axes.set_ylim(bottom=0)
        axes.margins(x=0.1)
        axes.yaxis.set_major_formatter(THOUSANDS)
        of_what = f"{what} in {money.currency}" if has_money and money.currency else what
        axes.set_title(f"{of_what} of the {days} days that end here, by customers known at their beginning")
        places = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(places)
        concise = ConciseDateFormatter(places, show_offset=False)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(concise)
        axes.legend(loc="lower left", ncols=3)

    shows = f"Total {what} of {days} days over time, with the forecast and past forecasts."
    year = past.year_before
    earlier = (year.money if has_money else float(year.order_days)) if year else None
    beside = _beside(coming.expected, values[-1], earlier, past.windows.horizon_days)
    told = f"About {rough(coming.expected, write)} in the next {days} days{beside}.{_held(before, past.windows)}"
    return draw("forecast_course", shows, told, paint)


def _ranges(axes: Axes, found: Sequence[Ranged], colour: str, label: str) -> None:
    ranged = [each for each in found if each.low is not None and each.high is not None]
    if ranged:
        places = [each.at for each in ranged]
        lows, highs = [each.low for each in ranged], [each.high for each in ranged]
        axes.vlines(places, lows, highs, color=colour, linewidth=5, alpha=0.45, label=label)  # type: ignore[arg-type]
    axes.plot([each.at for each in found], [each.expected for each in found], "o", color=colour, markersize=6)
    missed = [each for each in ranged if each.actual is not None and not each.is_inside]
    if missed:
        axes.plot(
            [each.at for each in missed],
            [float(each.actual or 0) for each in missed],
            "x",
            color=RIVAL,
            markersize=8,
            label="actual, outside",
        )


def _beside(expected: float, last: float, year_before: float | None, days: int) -> str:
    """How the forecast differs from the last window, and from the same days of the year before: a season is no loss."""
    parts = [(change_in_words(expected, last), f"the last {number(days)} days")]
    parts += [(change_in_words(expected, year_before), "the same days last year")] if year_before else []
    told = [
        f"{change} than in {when}" if change != "the same" else f"as much as in {when}"
        for change, when in parts
        if change
    ]
    return f", {' and '.join(told)}" if told else ""


def _held(before: Sequence[Ranged], windows: Windows) -> str:
    """How many past forecasts held; nothing where none had a range."""
    ranged = [each for each in before if each.low is not None]
    if not ranged:
        return ""
    held, tried = sum(each.is_inside for each in ranged), len(ranged)
    overlap = any(later.at - earlier.at < windows.horizon_days for earlier, later in pairwise(ranged))
    all_of_them = {1: "The one past forecast", 2: "Both past forecasts"}.get(tried, f"All {tried} past forecasts")
    told = all_of_them if held == tried else f"{held} of {tried} past forecasts"
    return f" {told} held{' (their windows overlap)' if overlap else ''}."
