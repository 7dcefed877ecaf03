"""The forecast as the next point of a line: totals of whole windows, past forecasts against what became of them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
from regulars.scorer.window_sums import WindowTotal
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


@dataclass(frozen=True)
class _Course:
    """Totals of one outcome: the actual ones of past windows, and what was and is forecast."""

    outcome: str
    unit: str | None
    write: Write
    windows: Windows
    actual: Sequence[tuple[float, float]]  # the end of a window, as a place on the axis of days, and its total
    year_before: float | None
    coming: Ranged
    before: Sequence[Ranged]

    @classmethod
    def of(cls, past: LikeForLike, forecast: Forecast, backtest: Mapping[str, Any] | None, money: Money) -> _Course:
        """That of money, where there is any, else that of order days."""
        has_money = forecast.spend is not None and not math.isnan(past.course[-1].money)
        total = forecast.spend if has_money and forecast.spend else forecast.purchases

        def value(window: WindowTotal) -> float:
            return window.money if has_money else float(window.order_days)

        return cls(
            outcome="revenue" if has_money else "order days",
            unit=money.currency if has_money else None,
            write=money if has_money else number,
            windows=past.windows,
            actual=[(days_of(window.windows.last_day), value(window)) for window in past.course],
            year_before=value(past.year_before) if past.year_before else None,
            coming=Ranged(past.windows.last_day, total.expected, total.low, total.high),
            before=past_forecasts(backtest, "spend" if has_money else "purchases", past.windows),
        )

    @property
    def days(self) -> str:
        """Length of the windows."""
        return number(self.windows.horizon_days)

    @property
    def expected(self) -> str:
        """The forecast total."""
        return rough(self.coming.expected, self.write)

    @property
    def in_words(self) -> str:
        """The forecast, how it differs from the past, and how past forecasts held."""
        last = self.actual[-1][1]
        change = _change(self.coming.expected, last, self.year_before, self.days)
        return f"About {self.expected} in the next {self.days} days{change}.{_held(self.before, self.windows)}"


def forecast_course(
    past: LikeForLike | None, forecast: Forecast | None, backtest: Mapping[str, Any] | None, money: Money
) -> Picture | None:
    """The totals of past windows, the forecast with its range, and past forecasts; None where the log is too short."""
    if past is None or forecast is None or len(past.course) < LEAST_POINTS:
        return None
    course = _Course.of(past, forecast, backtest, money)
    shows = f"Total {course.outcome} of {course.days} days over time, with the forecast and past forecasts."
    return draw("forecast_course", shows, course.in_words, partial(_paint, course))


def _paint(course: _Course, figure: Figure) -> None:
    figure.set_size_inches(*WIDE)
    axes = figure.subplots()
    axes.xaxis_date()
    ends, totals = zip(*course.actual, strict=True)
    coming = course.coming
    axes.plot(ends, totals, color=INK, label="actual")
    axes.plot([ends[-1], coming.at], [totals[-1], coming.expected], color=OURS, linestyle=(0, (2, 2)))
    _ranges(axes, course.before, MUTED, "past forecast, 90 % range")
    _ranges(axes, [coming], OURS, "forecast, 90 % range")
    axes.annotate(
        course.expected,
        (coming.at, coming.expected),
        textcoords="offset points",
        xytext=(9, 0),
        va="center",
        color=OURS,
    )
    axes.set_ylim(bottom=0)
    axes.margins(x=0.1)
    axes.yaxis.set_major_formatter(THOUSANDS)
    of_what = f"{course.outcome} in {course.unit}" if course.unit else course.outcome
    axes.set_title(f"{of_what} of the {course.days} days that end here, by customers known at their beginning")
    places = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(places)
    concise = ConciseDateFormatter(places, show_offset=False)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(concise)
    axes.legend(loc="lower left", ncols=3)


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


def _change(expected: float, last: float, year_before: float | None, days: str) -> str:
    """How the forecast differs from the last window, and from the same days of the year before: a season is no loss."""
    parts = [(change_in_words(expected, last), f"the last {days} days")]
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
