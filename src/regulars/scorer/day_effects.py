"""What days known ahead do to the order days of a shop, learned from those before the cutoff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.notes import Note
from regulars.scorer.history import History
from regulars.transactions import returning_by_day
from regulars.transactions.days.known_days import KnownDays
from regulars.windows import Windows

LEAST_OCCURRENCES = 2  # before the cutoff; days on end are one
AROUND_WEEKS = 4  # in which the same weekday shows what is usual
LEAST_USUAL = 3  # of these weekdays, for one day to tell anything
HALF = 0.5  # an order, added to those of a day and to those that are usual
PRIOR = 0.7  # standard deviation of an effect, as a logarithm, before any occurrence
DAY_CHANCE = 0.15  # and of what a day brings by itself, beside its few orders
SHOWN = 4  # names in a note


@dataclass(frozen=True)
class DayEffects:
    """Effects by name, as the logarithm of actual over usual order days at a value of 1.

    Parameters
    ----------
    known : KnownDays
    effects : mapping of str to float
        Of names with at least two occurrences before the cutoff.
    unsupported : tuple of str
        Names of days in the window that fewer occurrences support.
    usual : float
        Mean factor of the days before the cutoff.
    """

    known: KnownDays
    effects: dict[str, float]
    unsupported: tuple[str, ...]
    usual: float

    @classmethod
    def fit(cls, history: History, windows: Windows, known: KnownDays) -> Self:
        """Learn from the days before the cutoff how the same days of the future will be.

        Notes
        -----
        What is usual on a day is the mean of the same weekday in the four weeks before and after, of days that are in
        no calendar and before the cutoff. The effect of a name is the regression of the logarithms of actual over usual
        on the values, with a normal prior around 0, a day weighing the less the fewer orders are usual.
        """
        log = windows.within(history.last_day(windows))
        past = Windows(history.first_day(windows), max(log.history_days(history.first_day(windows)), 1))
        counts = returning_by_day(history.tx, past).astype(np.float64)
        begin = pd.Timestamp(past.cutoff)
        table = known.table.assign(place=(known.table["day"] - begin).dt.days)
        seen = table[table["place"].between(0, len(counts) - 1)]
        usual = _usual(counts, seen["place"].to_numpy())
        effects = {}
        for name, rows in seen.groupby("name"):
            told = rows[np.isfinite(usual[rows["place"]])]
            if _occurrences(told["place"].to_numpy()) >= LEAST_OCCURRENCES:
                place = told["place"].to_numpy()
                effects[str(name)] = _effect(counts[place], usual[place], told["value"].to_numpy())
        ahead = table[[windows.counts(day.date()) for day in table["day"]]]
        unsupported = tuple(sorted(set(ahead["name"]) - set(effects)))
        made = cls(known, effects, unsupported, usual=1.0)
        return replace(made, usual=made._mean_factor(past))

    def multiplier(self, windows: Windows) -> float:
        """Order days of a window over those without its days in the calendar, relative to the log so far.

        The lifetime model knows the calendar's mean effect on the log: what is left is that of this window beside it.
        """
        return self._mean_factor(windows) / self.usual

    def weeks_before(self, windows: Windows, weeks: int) -> Floats:
        """The same of each of the weeks before a cutoff, latest last."""
        if not weeks:
            return np.zeros(0)
        days = Windows(windows.shifted(-7 * weeks).cutoff, 7 * weeks)
        return np.asarray(self._factors(days).reshape(weeks, 7).mean(axis=1) / self.usual)

    def _mean_factor(self, windows: Windows) -> float:
        return float(self._factors(windows).mean())

    def _factors(self, windows: Windows) -> Floats:
        """What the days in the calendar make of each day of a window."""
        place = (self.known.table["day"] - pd.Timestamp(windows.cutoff)).dt.days.to_numpy()
        strength = self.known.table["name"].map(self.effects).fillna(0.0).to_numpy() * self.known.table["value"]
        inside = (place >= 0) & (place < windows.horizon_days)
        return np.exp(np.bincount(place[inside], strength[inside], windows.horizon_days))

    def notes(self, windows: Windows) -> Iterator[Note]:
        """What the calendar does to the forecast, in words."""
        if self.effects:
            largest = sorted(self.effects.items(), key=lambda item: (-abs(item[1]), item[0]))[:SHOWN]
            shown = ", ".join(f"{name} {100 * np.expm1(effect):+.0f} %" for name, effect in largest)
            yield Note(
                "calendar",
                f"days known ahead change the forecast totals of order days and money by "
                f"{100 * (self.multiplier(windows) - 1):+.1f} % (order days of a day: {shown})",
            )
        if self.unsupported:
            yield Note(
                "calendar",
                f"days known ahead that change nothing, as fewer than {LEAST_OCCURRENCES} occurrences before "
                f"{windows.cutoff} show an effect: {', '.join(self.unsupported)}",
            )


def _usual(counts: Floats, special: np.ndarray) -> Floats:
    """What is usual on each day; NaN where too few ordinary days lie around it."""
    ordinary = counts.copy()
    ordinary[special] = np.nan
    steps = [7 * week for week in range(-AROUND_WEEKS, AROUND_WEEKS + 1) if week]
    padded = np.pad(ordinary, 7 * AROUND_WEEKS, constant_values=np.nan)
    around = np.array([padded[7 * AROUND_WEEKS + step :][: len(counts)] for step in steps])
    known = np.isfinite(around)
    mean = np.where(known, around, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.asarray(np.where(known.sum(axis=0) >= LEAST_USUAL, mean, np.nan))


def _occurrences(places: np.ndarray) -> int:
    """Runs of days on end."""
    return int((np.diff(np.sort(places), prepend=-2) > 1).sum())


def _effect(actual: Floats, usual: Floats, value: Floats) -> float:
    logs = np.log((actual + HALF) / (usual + HALF))
    weight = 1.0 / (DAY_CHANCE**2 + 1.0 / (usual + HALF))
    return float((weight * value * logs).sum() / ((weight * value**2).sum() + 1.0 / PRIOR**2))
