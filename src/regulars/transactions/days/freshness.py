"""How old a log is: the days since its last line, against what usually lies between days with sales."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Self

from regulars.errors import InputError
from regulars.progress import note
from regulars.transactions.log import Transactions
from regulars.transactions.sql import connect
from regulars.transactions.values.clock import Clock
from regulars.windows import RunDay, Windows

USUAL = 0.9  # share of the gaps between days with sales that are no longer than the usual one
STALE = 3  # usual gaps
WEEKS = 8  # that a last day is compared with
CHANCE = 4.0  # standard deviations of a count that are no chance any more


@dataclass(frozen=True)
class Freshness:
    """The age of a log at a cutoff.

    Parameters
    ----------
    cutoff : datetime.date
        The cutoff.
    last_line : datetime.date
        Day of the last line before it.
    age_days : int
        The cutoff less that day: 1 where the log goes up to the day before.
    usual_gap_days : int or None
        Nine in ten gaps between days with sales are no longer; None with fewer than two such days.
    is_partial : bool
        Whether the last day has far fewer orders than the same weekday in the 8 weeks before it.
    follows_run : bool
        Whether the cutoff was asked for as `latest`: then the age counts up to the day of the run as well.
    run_day : RunDay
        The day of the run.
    """

    cutoff: dt.date
    last_line: dt.date
    age_days: int
    usual_gap_days: int | None
    is_partial: bool
    follows_run: bool
    run_day: RunDay

    @classmethod
    def of(cls, tx: Transactions, windows: Windows, *, follows_run: bool) -> Self:
        """Look how old a log is at a cutoff.

        Parameters
        ----------
        tx : Transactions
            A log from `read_transactions`.
        windows : Windows
            Whose cutoff the age is counted to.
        follows_run : bool
            Whether the cutoff is the day of the run, as no day was given.

        Returns
        -------
        Freshness
        """
        known = tx.history_sql(windows)
        sales = tx.connection.execute(f"""
            SELECT day, count(DISTINCT customer_id) FROM lines WHERE is_purchase AND {known}
            GROUP BY day ORDER BY day""").fetchall()
        last_line = tx.connection.execute(f"SELECT max(day) FROM lines WHERE {known}").fetchall()[0][0] or tx.first_day
        gaps = [(later - day).days for (day, _), (later, _) in pairwise(sales)]
        age, partial = windows.history_days(last_line), _is_partial(dict(sales), last_line)
        return cls(windows.cutoff, last_line, age, _usual(gaps), partial, follows_run, tx.run_day)

    @classmethod
    def of_manifest(cls, log: Mapping[str, Any], run_day: RunDay) -> Self:
        """Read what `to_dict` wrote.

        Parameters
        ----------
        log : mapping
            The entry of a manifest on the log.
        run_day : RunDay
            The day of this run.

        Returns
        -------
        Freshness
        """
        days = {name: dt.date.fromisoformat(log[name]) for name in ("cutoff", "last_line")}
        return cls(**{**log, **days}, run_day=run_day)

    @property
    def counted_days(self) -> int:
        """The age that warnings and the limit go by."""
        return max(self.age_days, self.run_day.days_since(self.last_line) if self.follows_run else 0)

    @property
    def is_stale(self) -> bool:
        """Whether the log is older than three usual gaps."""
        return self.usual_gap_days is not None and self.counted_days > STALE * self.usual_gap_days

    @property
    def in_words(self) -> str:
        """The age in a sentence; where the log is old, counted up to the day of the run as well."""
        told = f"The last line before the cutoff {self.cutoff} is of {self.last_line}, {_days(self.age_days)} earlier"
        return f"{told}, {self._before}." if self.is_stale and self.counted_days > self.age_days else f"{told}."

    def sentences(self) -> Iterator[str]:
        """The age, and what to beware of; each fact once."""
        if not self.is_stale:
            yield self.in_words
        yield from self.warnings()

    def warnings(self) -> Iterator[str]:
        """Say what to beware of."""
        if self.is_stale and self.usual_gap_days is not None:
            passes = "passes" if self.usual_gap_days == 1 else "pass"
            yield (
                f"The last line of the log is of {self.last_line}, {self._before}. Usually no more than "
                f"{_days(self.usual_gap_days)} {passes} between days with sales. If there are newer orders, export "
                "again; else find out why nobody has ordered since."
            )
        if not self.run_day.is_over(self.last_line):
            yield (
                f"The last day of the log, {self.last_line}, may not be over yet, and counts as a whole one. Use the "
                f"cutoff {self.last_line} to leave it out."
            )
        elif self.is_partial:
            yield (
                f"The last day of the log, {self.last_line}, has less than half of the customers of any same weekday "
                f"in the {WEEKS} weeks before it, and may not be complete. If so, use the cutoff {self.last_line}."
            )

    def check(self, max_age_days: int | None) -> None:
        """Refuse a log that is older than its limit; note what to beware of.

        Parameters
        ----------
        max_age_days : int or None
            The limit; None for any age.

        Raises
        ------
        InputError
            With the age and the limit.
        """
        if max_age_days is not None and self.counted_days > max_age_days:
            raise InputError(
                f"The log is too old: its last line is of {self.last_line}, {self._before}; transactions.max_age_days "
                f"allows {_days(max_age_days)}. Bring the log up to date, or raise transactions.max_age_days."
            )
        for warning in self.warnings():
            note(warning)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that do not depend on the day of the run."""
        values = {name: value for name, value in asdict(self).items() if name != "run_day"}
        return {**values, "cutoff": str(self.cutoff), "last_line": str(self.last_line)}

    @property
    def _before(self) -> str:
        if self.counted_days > self.age_days:
            return f"{_days(self.counted_days)} before the day of this run"
        return f"{_days(self.age_days)} before the cutoff {self.cutoff}"


def run_day(timezone: str | None, today: str | dt.date | None = None) -> RunDay:
    """Return the day of the run in a time zone.

    Parameters
    ----------
    timezone : str or None
        Name of a time zone, such as Europe/Berlin; None for that of the machine.
    today : str or date, optional
        The day itself, where it is not to be that of the clock.

    Returns
    -------
    RunDay
    """
    return Clock.of(connect(), timezone, today).run_day


def _usual(gaps: Sequence[int]) -> int | None:
    return sorted(gaps)[math.ceil(USUAL * len(gaps)) - 1] if gaps else None


def _is_partial(customers: Mapping[dt.date, int], last_line: dt.date) -> bool:
    """Tell whether a day has far fewer customers than any same weekday of the weeks before it had."""
    before = [customers.get(last_line - dt.timedelta(weeks=week), 0) for week in range(1, WEEKS + 1)]
    least = min(before)
    lacking = least - customers.get(last_line, 0)
    return 2 * lacking > least and lacking > CHANCE * math.sqrt(least)


def _days(count: int) -> str:
    return f"{count:,} day{'' if count == 1 else 's'}"
