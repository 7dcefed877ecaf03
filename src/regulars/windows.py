"""Time: one frozen value that owns every comparison of dates.

The **cutoff** is the instant (a calendar day's midnight) from which nothing is known. History
is `[.., cutoff)`; the label window is `[cutoff, cutoff + horizon_days)`. Everything is
half-open. No other module compares dates: it asks `Windows`, or takes its SQL.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import TYPE_CHECKING

from regulars.errors import InsufficientHistoryError, ParamsError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LATEST = "latest"
DAY = r"(\d{4}-\d\d-\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?"  # programs write a day as its midnight
EPOCH = dt.date(1970, 1, 1)
FIRST_YEAR, LAST_YEAR = 1900, 2100
SATURDAY = 5  # as Python counts weekdays
WEEKS_OF_A_YEAR = 52  # whole weeks, so that every weekday counts the same
LEAST_HORIZON = 7  # that is advised
YEAR_DAYS = 7 * WEEKS_OF_A_YEAR


def as_day(value: str | dt.date | dt.datetime | np.datetime64) -> dt.date:
    """Read a calendar day: a date, a timestamp of midnight, or a text as YYYY-MM-DD (with a time: midnight alone).

    Examples
    --------
    >>> as_day("1998-01-01")
    datetime.date(1998, 1, 1)
    >>> as_day("01/02/1998")
    Traceback (most recent call last):
        ...
    regulars.errors.ParamsError: '01/02/1998' is not a calendar day. Write it as YYYY-MM-DD.
    """
    day = _read_day(value)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ParamsError(f"{day} is out of reach. Days are taken from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def cutoff_day(cutoff: str | dt.date, last_day: dt.date) -> dt.date:
    """Read a cutoff: a calendar day, or "latest" for the day after the last order day.

    Examples
    --------
    >>> cutoff_day("latest", dt.date(1998, 6, 30))
    datetime.date(1998, 7, 1)
    """
    return last_day + dt.timedelta(days=1) if isinstance(cutoff, str) and cutoff == LATEST else as_day(cutoff)


def _read_day(value: object) -> dt.date:
    if hasattr(value, "astype"):  # numpy.datetime64
        value = value.astype("datetime64[us]").item()
    if isinstance(value, dt.datetime):  # pandas.Timestamp is one too
        if value != value.replace(hour=0, minute=0, second=0, microsecond=0):
            raise ParamsError(f"{value} is not a calendar day. Write it as YYYY-MM-DD, without a time of day.")
        return value.date()
    if isinstance(value, dt.date):
        return value
    written = re.fullmatch(DAY, value) if isinstance(value, str) else None
    try:
        return dt.date.fromisoformat(written[1] if written else "")
    except ValueError:
        raise ParamsError(f"{value!r} is not a calendar day. Write it as YYYY-MM-DD.") from None


def last_close(windows: Sequence[Windows]) -> dt.date:
    """First day on which all the label windows have ended; the first of all days where there are none.

    Examples
    --------
    >>> last_close([Windows.at("1998-01-01", 31), Windows.at("1997-12-01", 31)])
    datetime.date(1998, 2, 1)
    """
    return max((each.closes for each in windows), default=dt.date.min)


@dataclass(frozen=True)
class RunDay:
    """The day of the run; two days where nobody knows which time zone the shop is in.

    Parameters
    ----------
    earliest, latest : datetime.date
        The day that it is where days end last, and where they begin first; the same for a known time zone.

    Examples
    --------
    >>> run = RunDay.on("2024-03-01")
    >>> run.after_sql("day")
    "day > DATE '2024-03-01'"
    >>> run.is_over(dt.date(2024, 2, 29)), run.is_over(dt.date(2024, 3, 1)), run.days_since(dt.date(2024, 2, 27))
    (True, False, 3)
    """

    earliest: dt.date
    latest: dt.date

    @classmethod
    def on(cls, day: str | dt.date) -> RunDay:
        """Make the day of a run that is known."""
        return cls(as_day(day), as_day(day))

    def after_sql(self, day: str) -> str:
        """SQL condition: `day` has not begun anywhere."""
        return f"{day} > DATE '{self.latest}'"

    def is_future(self, day: dt.date) -> bool:
        """Tell whether a day has not begun anywhere."""
        return day > self.latest

    def is_over(self, day: dt.date) -> bool:
        """Tell whether a day has ended everywhere."""
        return day < self.earliest

    def days_since(self, day: dt.date) -> int:
        """Days from a day to the run, 0 or more."""
        return max(0, (self.earliest - day).days)


@dataclass(frozen=True, order=True)
class Windows:
    """A cutoff and the label window that follows it.

    Parameters
    ----------
    cutoff : datetime.date
        The day from whose midnight on nothing is known.
    horizon_days : int
        Length of the label window `[cutoff, cutoff + horizon_days)`, in days; at least 1. Held as an int, whatever
        whole number it was, such as one of numpy.

    Examples
    --------
    >>> w = Windows.at("1998-01-01", 180)
    >>> w.closes
    datetime.date(1998, 6, 30)
    >>> w.history_sql("day")
    "day < DATE '1998-01-01'"
    """

    cutoff: dt.date
    horizon_days: int

    def __post_init__(self) -> None:
        if not isinstance(self.horizon_days, Integral) or self.horizon_days < 1:
            raise ParamsError(f"horizon_days is {self.horizon_days!r}. It should be a whole number of days, 1 or more.")
        object.__setattr__(self, "horizon_days", int(self.horizon_days))  # timedelta takes no integer of numpy

    @classmethod
    def at(cls, cutoff: str | dt.date, horizon_days: int) -> Windows:
        """Make windows from a day in words or as a date."""
        return cls(as_day(cutoff), horizon_days)

    @classmethod
    def up_to(cls, cutoff: dt.date) -> Windows:
        """Make windows for what asks for the history alone; their label window is one day, and not looked at."""
        return cls(cutoff, 1)

    @classmethod
    def resolve(cls, cutoff: str | dt.date, horizon_days: int, *, first_day: dt.date, last_day: dt.date) -> Windows:
        """Make windows for a log whose order days span `first_day` to `last_day`.

        `cutoff` "latest" means the day after the last order day.

        Raises
        ------
        InsufficientHistoryError
            If nothing lies before the cutoff, or it lies more than a horizon after the log's end.
        """
        one_day = dt.timedelta(days=1)
        made = cls(cutoff_day(cutoff, last_day), horizon_days)
        span = f"the order days span {first_day} to {last_day}"
        if made.cutoff <= first_day:
            raise InsufficientHistoryError(
                f"The cutoff {made.cutoff} has no history before it: {span}. "
                f"Choose a cutoff from {first_day + one_day} to {last_day + one_day}."
            )
        stale = last_day + one_day + dt.timedelta(days=made.horizon_days)
        if made.cutoff > stale:
            raise InsufficientHistoryError(
                f"The cutoff {made.cutoff} lies more than one horizon ({horizon_days} days) after the end of the log: "
                f"{span}. Choose a cutoff up to {last_day + one_day}, or bring the log up to date."
            )
        return made

    @property
    def closes(self) -> dt.date:
        """First day after the label window."""
        return self.cutoff + dt.timedelta(days=self.horizon_days)

    @property
    def last_day(self) -> dt.date:
        """Last day of the label window."""
        return self.closes - dt.timedelta(days=1)

    def shifted(self, days: int) -> Windows:
        """Return the same horizon with the cutoff moved by `days` (negative: earlier)."""
        return replace(self, cutoff=self.cutoff + dt.timedelta(days=days))

    def moved_to(self, cutoff: str | dt.date) -> Windows:
        """Return the same horizon at another cutoff."""
        return replace(self, cutoff=as_day(cutoff))

    def doubled(self) -> Windows:
        """Return the window of the same cutoff that is two horizons long."""
        return replace(self, horizon_days=2 * self.horizon_days)

    def before_cutoff(self) -> Windows:
        """Return the horizon before the cutoff, `[cutoff - horizon_days, cutoff)`, as a window."""
        return self.shifted(-self.horizon_days)

    def with_horizon(self, horizon_days: int) -> Windows:
        """Return the same cutoff with another horizon."""
        return replace(self, horizon_days=horizon_days)

    def years_before(self, years: int) -> list[Windows]:
        """Return the same weeks of the years before, latest first."""
        return [self.shifted(-YEAR_DAYS * k) for k in range(1, years + 1)]

    def within(self, last_day: dt.date) -> Windows:
        """Return the same horizon at the end of the log, `last_day` included, where that is earlier than the cutoff."""
        return self.moved_to(min(self.cutoff, last_day + dt.timedelta(days=1)))

    def month_begun(self) -> Windows:
        """Return the same horizon at the first day of the cutoff's month: whole months alone lie before it."""
        return self.moved_to(self.cutoff.replace(day=1))

    def monthly(self, first_day: dt.date, *, horizons: int, at_most: int) -> list[Windows]:
        """Return this cutoff and the months' first days before it, latest last, with so many horizons of history each.

        Examples
        --------
        >>> w = Windows.at("1998-01-15", 30)
        >>> [str(each.cutoff) for each in w.monthly(dt.date(1997, 10, 2), horizons=2, at_most=9)]
        ['1997-12-01', '1998-01-01', '1998-01-15']
        """
        found, each = [self], self.shifted(-1).month_begun()
        while len(found) < at_most:
            found.append(each)
            each = each.shifted(-1).month_begun()
        needed = horizons * self.horizon_days
        return [window for window in reversed(found) if window.history_days(first_day) >= needed]

    def year_before(self, first_day: dt.date) -> Windows:
        """Return the 52 weeks before the cutoff, or what a log from `first_day` on has of them, as a window."""
        days = min(7 * WEEKS_OF_A_YEAR, self.history_days(first_day))
        return Windows(self.cutoff - dt.timedelta(days=days), days)

    def shared_days(self, other: Windows) -> int:
        """Days that lie in both label windows."""
        return max(0, (min(self.closes, other.closes) - max(self.cutoff, other.cutoff)).days)

    def counts(self, day: dt.date) -> bool:
        """Tell whether a day lies in the label window."""
        return self.cutoff <= day < self.closes

    def closed_by(self, day: dt.date) -> bool:
        """Tell whether the label window has ended when `day` begins."""
        return self.closes <= day

    def history_days(self, first_day: dt.date) -> int:
        """Days of history from `first_day` up to the cutoff."""
        return (self.cutoff - first_day).days

    def before(self, other: Windows) -> bool:
        """Tell whether this cutoff lies before the other."""
        return self.cutoff < other.cutoff

    def ages(self, days: NDArray[np.int32]) -> NDArray[np.int32]:
        """Days from each day (counted from 1970-01-01) to the cutoff: 1 or more in the history."""
        return (self.cutoff - EPOCH).days - days

    def is_in_label(self, days: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Tell which days (counted from 1970-01-01) lie in the label window."""
        ages = self.ages(days)
        return (ages <= 0) & (ages > -self.horizon_days)

    def history_sql(self, day: str) -> str:
        """SQL condition: `day` lies in the history."""
        return f"{day} < DATE '{self.cutoff}'"

    def known_sql(self, ingested_at: str) -> str:
        """SQL condition: a line recorded on the day `ingested_at` is known at the cutoff; where null, at once."""
        return f"coalesce({ingested_at} < DATE '{self.cutoff}', true)"

    def past_sql(self, day: str) -> str:
        """SQL condition: `day` lies in the horizon before the cutoff, `[cutoff - horizon_days, cutoff)`."""
        return self.shifted(-self.horizon_days).label_sql(day)

    def label_sql(self, day: str) -> str:
        """SQL condition: `day` lies in the label window."""
        return f"{day} >= DATE '{self.cutoff}' AND {day} < DATE '{self.closes}'"

    def wait_sql(self, day: str) -> str:
        """SQL expression: days from the cutoff to `day`, 0 for the cutoff itself."""
        return f"({day} - DATE '{self.cutoff}')"

    def training_slices(self, first_day: dt.date, last_day: dt.date, *, step_days: int, at_most: int) -> list[Windows]:
        """Past cutoffs whose labels closed by this cutoff, latest first.

        The latest slice closes at the cutoff, or at the end of the log where that is earlier
        (a window that the log does not cover has no labels). Each has at least half a horizon
        of history behind it.

        Examples
        --------
        >>> w = Windows.at("1998-01-01", 60)
        >>> log = dt.date(1997, 8, 1), dt.date(1998, 3, 1)
        >>> [str(s.cutoff) for s in w.training_slices(*log, step_days=30, at_most=9)]
        ['1997-11-02', '1997-10-03', '1997-09-03']
        """
        latest = self.within(last_day).shifted(-self.horizon_days)
        slices = (latest.shifted(-step_days * k) for k in range(at_most))
        return [s for s in slices if s.history_days(first_day) >= max(1, self.horizon_days // 2)]

    def test_windows(
        self, first_day: dt.date, last_day: dt.date, *, step_days: int, history_days: int, years: int
    ) -> list[Windows]:
        """Past windows whose outcomes are known at the cutoff, latest first, on a grid that all cutoffs share.

        The grid counts from 1970-01-01, so that what is computed for one cutoff serves the next. Each window has at
        least `history_days` behind it and begins within `years` of the cutoff.

        Examples
        --------
        >>> log = dt.date(1997, 8, 1), dt.date(1998, 3, 1)
        >>> w = Windows.at("1998-01-01", 60)
        >>> [str(s.cutoff) for s in w.test_windows(*log, step_days=28, history_days=30, years=1)]
        ['1997-10-30', '1997-10-02', '1997-09-04']
        """
        latest = self.within(last_day).shifted(-self.horizon_days)
        latest = latest.shifted(-((latest.cutoff - EPOCH).days % step_days))
        room = min(latest.history_days(first_day) - history_days, years * YEAR_DAYS)
        return [latest.shifted(-step_days * k) for k in range(room // step_days + 1)]

    def backtest_origins(
        self, origins: int | Sequence[str | dt.date], first_day: dt.date, last_day: dt.date, *, step_days: int
    ) -> tuple[list[Windows], list[str]]:
        """Origins at which the past can be scored and checked, and those skipped, with the reason.

        A number asks for that many, the latest of which closes at the cutoff (or at the end of
        the log where that is earlier), each `step_days` before the next. An origin wants one
        and a half horizons of history: a training slice that closed before it, and what that
        slice itself looks back on.
        """
        end = self.within(last_day).cutoff
        if isinstance(origins, int):
            latest = self.moved_to(end).shifted(-self.horizon_days)
            asked = [latest.shifted(-step_days * k) for k in range(origins)]
        else:
            asked = [self.moved_to(day) for day in origins]
        needed = self._history_needed
        kept, skipped = [], []
        for origin in sorted(set(asked)):
            if not origin.closed_by(end):
                skipped.append(f"{origin.cutoff}: its outcomes close on {origin.closes}, after {end}")
            elif origin.history_days(first_day) < needed:
                days = max(0, origin.history_days(first_day))
                skipped.append(f"{origin.cutoff}: {days} days of history, {needed} needed (one and a half horizons)")
            else:
                kept.append(origin)
        return kept, skipped

    def earlier_origins(self, first_day: dt.date, *, step_days: int) -> list[Windows]:
        """Origins before this one, `step_days` apart and latest first, as far back as the log has history for them.

        Examples
        --------
        >>> origin = Windows.at("1998-01-01", 60)
        >>> [str(o.cutoff) for o in origin.earlier_origins(dt.date(1997, 8, 1), step_days=30)]
        ['1997-12-02', '1997-11-02']
        """
        room = self.history_days(first_day) - self._history_needed
        return [self.shifted(-step_days * k) for k in range(1, room // step_days + 1)]

    def horizon_that_fits(self, first_day: dt.date) -> int | None:
        """The longest horizon, in tens of days, that leaves an origin for a backtest; None where this one does.

        None, too, where no horizon of a week would: below ten days it is counted in days.

        Examples
        --------
        >>> w = Windows.at("2024-06-21", 180)
        >>> w.horizon_that_fits(dt.date(2024, 1, 3)), w.horizon_that_fits(dt.date(2022, 1, 3))
        (60, None)
        """
        fits = 2 * self.history_days(first_day) // 5  # one and a half horizons of history, and one of outcomes
        fits -= fits % 10 if fits >= 10 else 0
        return fits if LEAST_HORIZON <= fits < self.horizon_days else None

    @property
    def _history_needed(self) -> int:
        return self.horizon_days + max(1, self.horizon_days // 2)


def working_days(start: dt.date, count: int) -> list[dt.date]:
    """The first `count` days from Monday to Friday, from `start` on.

    Examples
    --------
    >>> [f"{day:%a %d}" for day in working_days(dt.date(2011, 12, 9), 3)]
    ['Fri 09', 'Mon 12', 'Tue 13']
    """
    days = (start + dt.timedelta(days=k) for k in range(2 * count + 2))
    return [day for day in days if day.weekday() < SATURDAY][:count]
