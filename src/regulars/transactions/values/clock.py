"""The shop's clock: which calendar day a moment is there, and which day the run is on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Self

import duckdb

from regulars.errors import ParamsError, nearest
from regulars.transactions.sql import literal
from regulars.windows import RunDay

UTC = "UTC"
FIRST_ZONE, LAST_ZONE = "Etc/GMT-14", "Etc/GMT+12"  # where a day begins first, and where it ends last


@dataclass(frozen=True)
class Clock:
    """The time zone of a shop, None where nobody named it, and the day of the run there."""

    timezone: str | None
    run_day: RunDay

    @classmethod
    def of(
        cls, connection: duckdb.DuckDBPyConnection, timezone: str | None, today: str | dt.date | None = None
    ) -> Self:
        """Make the clock of a shop.

        Parameters
        ----------
        connection : duckdb.DuckDBPyConnection
            Which knows the time zones; nothing of the system is asked for them.
        timezone : str, optional
            A name such as Europe/Berlin.
        today : day, optional
            The day of the run. Without it: the day that it is now, in the time zone, or anywhere where none is named.

        Raises
        ------
        ParamsError
            If the time zone is unknown.

        Examples
        --------
        >>> connection = duckdb.connect()
        >>> Clock.of(connection, "Europe/Berlin", "2024-03-01").run_day.latest
        datetime.date(2024, 3, 1)
        >>> Clock.of(connection, "Europe/Berlim")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        regulars.errors.ParamsError: transactions.timezone is 'Europe/Berlim' (did you mean 'Europe/Berlin'?). ...
        """
        if timezone is not None:
            _check(connection, timezone)
        if today is not None:
            return cls(timezone, RunDay.on(today))
        return cls(timezone, RunDay(_now(connection, timezone or LAST_ZONE), _now(connection, timezone or FIRST_ZONE)))

    @property
    def name(self) -> str:
        """The time zone as messages name it."""
        return self.timezone or UTC

    def day_sql(self, moment: str) -> str:
        """SQL expression: the day on which a TIMESTAMPTZ lies, in the shop's time zone."""
        return f"CAST(timezone({literal(self.name)}, {moment}) AS DATE)"


def _check(connection: duckdb.DuckDBPyConnection, timezone: str) -> None:
    known = [name for (name,) in connection.execute("SELECT name FROM pg_timezone_names() ORDER BY name").fetchall()]
    if timezone not in known:
        raise ParamsError(
            f"transactions.timezone is {timezone!r}{nearest(str(timezone), known)}. It should be the name of a time "
            "zone, such as Europe/Berlin or America/New_York, or null for UTC."
        )


def _now(connection: duckdb.DuckDBPyConnection, timezone: str) -> dt.date:
    day: dt.date = connection.execute(f"SELECT CAST(timezone({literal(timezone)}, now()) AS DATE)").fetchall()[0][0]
    return day
