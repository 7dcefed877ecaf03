"""Rhythms of a shop's calendar: days of the month, weekdays and seasons on which it sells far more, or less.

A forecast learns from windows that hold an average number of such days. A window that holds more or fewer of them
brings more or less than that.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from regulars.arrays import Floats
from regulars.transactions.lines import Lines
from regulars.transactions.quality.data_warnings import Finding
from regulars.windows import Windows

CHANCE = 0.001  # of a log without any rhythm: that one is found in it
MATTERS = 0.10  # share by which a window differs from an average one
LONGEST_CLOSED = 14  # days without a sale that may be a pause
YEAR = 365.25


@dataclass(frozen=True)
class Rhythm:
    """Days that stand apart.

    Parameters
    ----------
    name : str
        Which days, in words: "day 1 of the month", "Saturdays", "2023-07-01 to 2023-08-31".
    share : float
        Of all days of the calendar that are such days.
    held : int
        How many of them the forecast window holds.
    inside, outside : float
        Customers with an order on an average one of them, and on an average other day.
    """

    name: str
    share: float
    held: int
    inside: float
    outside: float

    def effect(self, horizon_days: int) -> float:
        """What the window brings over an average one of its length, less 1."""
        average = self._orders(self.share * horizon_days, horizon_days)
        return self._orders(self.held, horizon_days) / average - 1 if average > 0 else 0.0

    def _orders(self, held: float, days: int) -> float:
        return held * self.inside + (days - held) * self.outside


def rhythm_findings(tx: Lines, windows: Windows) -> Iterator[Finding]:
    """Warn of rhythms that make the forecast window hold far more or fewer orders than an average one."""
    for rhythm in find_rhythms(tx, windows):
        effect = rhythm.effect(windows.horizon_days)
        if abs(effect) >= MATTERS:
            average = rhythm.share * windows.horizon_days
            what = (
                f"The shop has a rhythm, {rhythm.name}: {rhythm.inside:,.1f} customers order on such a day, "
                f"{rhythm.outside:,.1f} on another. The window {windows.cutoff} to {windows.last_day} holds "
                f"{rhythm.held:,} such days, an average window of {windows.horizon_days:,} days {average:,.1f}: that "
                f"alone changes its orders by {100 * effect:+.0f} %"
            )
            yield Finding("warning", what, "Choose a cutoff or a horizon whose window holds the usual number of them.")


def find_rhythms(tx: Lines, windows: Windows) -> list[Rhythm]:
    """Find the rhythms of a log before a cutoff that chance does not explain.

    Notes
    -----
    Days of the month and weekdays: the days of each whole month (week) are ranked by their customers; under chance
    every order of ranks is equally likely, so the sum of a day's ranks over the months has a known distribution,
    whatever the shop's level, growth or scatter (Friedman's ranks). Its tails, exact, are compared with a chance of one
    in a thousand for all days together. A closed season is a stretch without sales that is longer than chance allows at
    the share of days with sales on both of its sides.
    """
    sold = tx.connection.execute(f"""
        SELECT day, count(DISTINCT customer_id) FROM lines WHERE is_purchase AND {tx.history_sql(windows)}
        GROUP BY day ORDER BY day""").fetchall()
    if not sold:
        return []
    first, last = sold[0][0], sold[-1][0]
    days = [first + dt.timedelta(days=k) for k in range((last - first).days + 1)]
    counts = np.zeros(len(days))
    for day, customers in sold:
        counts[(day - first).days] = customers
    ahead = [windows.cutoff + dt.timedelta(days=k) for k in range(windows.horizon_days)]
    found = [_of_month(days, counts, ahead), _of_week(days, counts, ahead), _closed(days, counts, ahead)]
    return [rhythm for rhythm in found if rhythm]


def _of_month(days: list[dt.date], counts: Floats, ahead: list[dt.date]) -> Rhythm | None:
    months = [
        (place, calendar.monthrange(day.year, day.month)[1])
        for place, day in enumerate(days)
        if day.day == 1 and place + calendar.monthrange(day.year, day.month)[1] <= len(days)
    ]
    places = {k: [(start, size) for start, size in months if size >= k] for k in range(1, 32)}
    apart = _apart({k: [(counts[s : s + n], k - 1) for s, n in inside] for k, inside in places.items()})
    if not apart:
        return None
    name = f"day{'s' if len(apart) > 1 else ''} {_listed(map(str, apart))} of the month"
    share = sum(12.0 if k <= 28 else {29: 11.25, 30: 11.0, 31: 7.0}[k] for k in apart) / YEAR
    return _rhythm(name, share, [d.day in apart for d in days], counts, sum(d.day in apart for d in ahead))


def _of_week(days: list[dt.date], counts: Floats, ahead: list[dt.date]) -> Rhythm | None:
    weeks = [s for s, day in enumerate(days) if day.weekday() == 0 and s + 7 <= len(days)]
    apart = _apart({k: [(counts[s : s + 7], k) for s in weeks] for k in range(7)})
    if not apart:
        return None
    name = _listed(f"{calendar.day_name[k]}s" for k in apart)
    held = sum(d.weekday() in apart for d in ahead)
    return _rhythm(name, len(apart) / 7, [d.weekday() in apart for d in days], counts, held)


def _closed(days: list[dt.date], counts: Floats, ahead: list[dt.date]) -> Rhythm | None:
    """The longest stretch without sales, where it came back each year that the log holds its days."""
    sales = np.flatnonzero(counts)
    if len(sales) < 2:
        return None
    gaps = np.diff(sales) - 1
    place = int(np.argmax(gaps))
    start, length = int(sales[place]) + 1, int(gaps[place])
    sides = counts[max(0, start - length) : start], counts[start + length : start + 2 * length]
    open_share = min((np.count_nonzero(side) + 0.5) / (len(side) + 1) for side in sides)
    if length < LONGEST_CLOSED or len(days) * (1 - open_share) ** length > CHANCE:
        return None
    season = [days[start + k] for k in range(length)]
    of_year = {(day.month, day.day) for day in season}
    within = [(day.month, day.day) in of_year for day in days]
    elsewhere = [k for k, is_in in enumerate(within) if is_in and not start <= k < start + length]
    if elsewhere and np.count_nonzero(counts[elsewhere]) > len(elsewhere) / 4:
        return None  # in another year it was open then
    held = sum((day.month, day.day) in of_year for day in ahead)
    return _rhythm(f"no sale from {season[0]} to {season[-1]}", min(1.0, length / YEAR), within, counts, held)


def _rhythm(name: str, share: float, inside: list[bool], counts: Floats, held: int) -> Rhythm:
    mask = np.asarray(inside)
    others = counts[~mask]
    return Rhythm(name, share, held, float(counts[mask].mean()), float(others.mean()) if len(others) else 0.0)


def _apart(blocks: Mapping[int, list[tuple[Floats, int]]]) -> list[int]:
    """Days whose ranks over their blocks are beyond chance on the side of the one that is furthest from it."""
    tails = {key: _tails(inside) for key, inside in blocks.items() if inside}
    if not tails:
        return []
    limit = CHANCE / (2 * len(tails))
    busy = [key for key, (above, _) in tails.items() if above < limit]
    quiet = [key for key, (_, below) in tails.items() if below < limit]
    return min((side for side in (busy, quiet) if side), key=len, default=[])


def _tails(inside: list[tuple[Floats, int]]) -> tuple[float, float]:
    """Chances of a sum of ranks as high, and as low, as that of one place in each block."""
    total, chance = 0, np.ones(1)
    for block, place in inside:
        ranks = np.searchsorted(np.sort(block), block, side="left") + np.searchsorted(
            np.sort(block), block, side="right"
        )
        total += int(ranks[place])
        chance = np.convolve(chance, np.bincount(ranks) / len(block))
    return float(chance[total:].sum()), float(chance[: total + 1].sum())


def _listed(names: Iterable[str]) -> str:
    *some, last = names
    return f"{', '.join(some)} and {last}" if some else last
