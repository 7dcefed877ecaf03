"""The season: how much customers buy on each day of the year, and the clock that follows from it.

In **operational time** a day counts as much as its factor: a day of a week in which everybody buys twice as often as
usual counts as two days. Customers who follow a season buy at a steady pace in operational time, so models that know
no season hold there. The factors are 1 on average over a year, so a year is about as long on both clocks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from regulars.arrays import Floats
from regulars.columns import numbers
from regulars.errors import Faults, InputError, ParamsError
from regulars.windows import as_day

CUTOFF = "cutoff"
DAYS, WEEKS = 365, 52
DAYS_A_WEEK = 7
LEAP_DAY = 59  # 29 February, as the days of a leap year are counted from 0
FARTHEST = 36_525  # days from the cutoff, beyond which every day counts as one
ROUNDING = 1e-6  # how far from 1 a mean may be that is called 1


@dataclass(frozen=True)
class Season:
    """How much customers buy on each day of the year, relative to the average day.

    Parameters
    ----------
    factors : tuple of float
        52, one a week of the year (the first is 1 to 7 January, the last is 24 to 31 December), or 365, one a day (29
        February has the factor of the 28th). More than 0, with a mean of 1 over the days of a year: see `of`.

    Examples
    --------
    >>> season = Season.of([2.0 if week >= 47 else 1.0 for week in range(52)])
    >>> round(season.factors[0], 3), round(season.factors[51], 3)
    (0.91, 1.82)
    >>> clock = season.clock("2024-12-31")
    >>> clock.ahead(7.0).round(2).item(), clock.days_ahead(clock.ahead(7.0)).round(9).item()
    (7.28, 7.0)
    """

    factors: tuple[float, ...]

    def __post_init__(self) -> None:
        values, faults = np.asarray(self.factors, dtype=np.float64), Faults("The season cannot be used")
        if values.shape not in {(WEEKS,), (DAYS,)}:
            faults.add(f"it has {len(self.factors)} factors; expected {WEEKS}, one a week, or {DAYS}, one a day")
        bad = ~(np.isfinite(values) & (values > 0))
        if bad.any():
            shown = f"first: {values[bad][0]} at place {bad.argmax()}"
            faults.add(f"{bad.sum()} of {len(values)} factors are not positive numbers ({shown})")
        faults.raise_if_any(InputError)
        if abs(self.daily.mean() - 1) > ROUNDING:
            raise InputError(
                f"The factors of the season have a mean of {self.daily.mean():.6g} over the days of a year; expected "
                "1. Season.of divides them by their mean."
            )

    @classmethod
    def of(cls, factors: ArrayLike) -> Self:
        """Make a season of numbers in proportion to its factors: divide them by their mean over a year."""
        faults = Faults("The season cannot be used")
        values = numbers(np.ravel(np.asarray(factors)), "the list of factors", faults)
        faults.raise_if_any(InputError)
        if values is None or len(values) not in {WEEKS, DAYS} or not (np.isfinite(values) & (values > 0)).all():
            return cls(tuple(np.ravel(np.asarray(factors)).tolist()))  # it names what is wrong
        return cls(tuple((values / _daily(values).mean()).tolist()))

    @cached_property
    def daily(self) -> Floats:
        """One factor a day of a year of 365 days."""
        return _daily(np.asarray(self.factors, dtype=np.float64))

    @property
    def is_flat(self) -> bool:
        """Whether all days are alike: then both clocks are the same."""
        return bool((self.daily == 1.0).all())

    def on(self, days: Any) -> Floats:
        """The factors of calendar days, an array of datetime64."""
        each = np.asarray(days, dtype="datetime64[D]")
        years = each.astype("datetime64[Y]")
        place = (each - years.astype("datetime64[D]")).astype(np.int64)
        length = ((years + 1).astype("datetime64[D]") - years.astype("datetime64[D]")).astype(np.int64)
        return np.asarray(self.daily[place - ((length > DAYS) & (place >= LEAP_DAY))])

    def clock(self, cutoff: str | dt.date) -> Clock:
        """The clock of this season as it is read from a cutoff, a calendar day."""
        return Clock(self, as_day(cutoff))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"factors": list(self.factors)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(tuple(values["factors"]))


@dataclass(frozen=True)
class Clock:
    """Operational time before and after a cutoff.

    Parameters
    ----------
    season : Season
    cutoff : date
    """

    season: Season
    cutoff: dt.date

    def ago(self, days: ArrayLike) -> Floats:
        """Operational time of `[cutoff - days, cutoff)`."""
        return _read(np.asarray(days, dtype=np.float64), self._past)

    def ahead(self, days: ArrayLike) -> Floats:
        """Operational time of `[cutoff, cutoff + days)`."""
        return _read(np.asarray(days, dtype=np.float64), self._future)

    def days_ago(self, time: ArrayLike) -> Floats:
        """Days before the cutoff, from operational time: `ago` the other way round."""
        return _read_back(np.asarray(time, dtype=np.float64), self._past)

    def days_ahead(self, time: ArrayLike) -> Floats:
        """Days after the cutoff, from operational time: `ahead` the other way round."""
        return _read_back(np.asarray(time, dtype=np.float64), self._future)

    def _past(self, size: int) -> Floats:
        days = np.datetime64(self.cutoff, "D") - np.arange(1, size + 1)
        return np.concatenate([[0.0], np.cumsum(self.season.on(days))])

    def _future(self, size: int) -> Floats:
        days = np.datetime64(self.cutoff, "D") + np.arange(size)
        return np.concatenate([[0.0], np.cumsum(self.season.on(days))])


def checked_season(value: object) -> Season | None:
    """The season; None where all days are alike, which changes nothing."""
    if value is not None and not isinstance(value, Season):
        raise InputError(f"seasonality is {value!r}; expected a Season, or None.")
    return None if value is None or value.is_flat else value


def cutoff_of(summary: pd.DataFrame) -> dt.date:
    """The one cutoff of a summary, from its column `cutoff`.

    Raises
    ------
    InputError
        If there is no such column, or it does not hold one calendar day.
    """
    needed = "A model with a season has to know at which calendar day the summary was made"
    if CUTOFF not in summary:
        raise InputError(f"{needed}: add it as a column, summary.assign(cutoff='1998-01-01').")
    found = pd.unique(summary[CUTOFF])
    if len(found) != 1:
        raise InputError(f"{needed}: the column `cutoff` holds {len(found)} different values; expected one.")
    try:
        return as_day(found[0])
    except ParamsError as error:
        raise InputError(f"{needed}: {error}") from None


def _daily(factors: Floats) -> Floats:
    if len(factors) != WEEKS:
        return factors
    return factors[np.minimum(np.arange(DAYS) // DAYS_A_WEEK, WEEKS - 1)]


def _read(days: Floats, table: Callable[[int], Floats]) -> Floats:
    """Operational time of so many days, by a table of whole days."""
    near = np.minimum(days, FARTHEST)
    whole = np.floor(near).astype(np.int64)
    sums = table(int(whole.max(initial=0)) + 1)
    return np.asarray(sums[whole] + (near - whole) * (sums[whole + 1] - sums[whole]) + (days - near))


def _read_back(time: Floats, table: Callable[[int], Floats]) -> Floats:
    sums = table(FARTHEST)
    near = np.minimum(time, sums[-1])
    return np.asarray(np.interp(near, sums, np.arange(len(sums), dtype=np.float64)) + (time - near))
