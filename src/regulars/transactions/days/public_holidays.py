"""Public holidays of a country, or of a part of it, as days known ahead."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Self

import pandas as pd

from regulars.errors import InputError, nearest
from regulars.transactions.days.known_days import DAY, NAME, VALUE, KnownDays

LANGUAGE = "en_US"  # of the names, where the package knows them in it; otherwise the country's own
SHOWN = 12  # parts of a country in a message


@dataclass(frozen=True)
class Place:
    """A country, or a part of it, whose public holidays are known.

    Parameters
    ----------
    country : str
        ISO 3166 code, as "DE".
    part : str or None
        Code of the part, as "BY"; None for the days that the whole country has.

    Examples
    --------
    >>> place = Place.read("DE-BY")
    >>> place
    Place(country='DE', part='BY')
    >>> place.holidays(2024, 2024).table.head(2)
             day            name  value
    0 2024-01-01  New Year's Day    1.0
    1 2024-01-06        Epiphany    1.0
    >>> Place.read("Germany")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: calendar.country is 'Germany', ... (did you mean 'DE'?); expected a code ...
    """

    country: str
    part: str | None

    @classmethod
    def read(cls, code: str) -> Self:
        """Read a code, in capitals or not.

        Raises
        ------
        InputError
            If no such country, or no such part of it, is known; with the nearest one.
        """
        import holidays

        parts = holidays.list_supported_countries()
        country, _, part = code.strip().partition("-")
        if (capitals := country.upper()) not in parts:
            raise InputError(
                f"calendar.country is {code!r}, a country whose holidays are not known{_meant(country, parts)}; "
                "expected a code of ISO 3166, as DE, or one with a part of the country, as DE-BY"
            )
        by_folded = {name.casefold(): name for name in parts[capitals]}
        if part and part.casefold() not in by_folded:
            raise InputError(
                f"calendar.country is {code!r}, but no part {part!r} of {capitals} is known"
                f"{nearest(part, by_folded.values())}; expected {capitals}{_with_parts(list(by_folded.values()))}"
            )
        return cls(capitals, by_folded[part.casefold()] if part else None)

    def holidays(self, first_year: int, last_year: int) -> KnownDays:
        """Public holidays of these years and those between.

        A holiday that is kept on another day, because it falls on a weekend, has a name of its own for that day.
        """
        import holidays

        years = range(first_year, last_year + 1)
        known = holidays.country_holidays(self.country, subdiv=self.part, years=years, language=LANGUAGE)
        rows = sorted({(day, name) for day in known for name in known.get_list(day)})
        table = pd.DataFrame(rows, columns=[DAY, NAME])
        table[DAY], table[VALUE] = table[DAY].astype("datetime64[us]"), 1.0
        return KnownDays(table)


def _with_parts(known: list[str]) -> str:
    shown = ", ".join(known[:SHOWN]) + (f" and {len(known) - SHOWN} more" if len(known) > SHOWN else "")
    return f", or it with one of the parts {shown}" if known else ""


def _meant(name: str, parts: dict[str, list[str]]) -> str:
    """Return " (did you mean 'DE'?)" for a country's name, or a code that is nearly one; or nothing."""
    from holidays.registry import COUNTRIES

    codes = {names[0].casefold(): names[1] for names in COUNTRIES.values()} | {code.casefold(): code for code in parts}
    close = difflib.get_close_matches(name.replace(" ", "").casefold(), codes, n=1)
    return f" (did you mean {codes[close[0]]!r}?)" if close else ""
