"""What a feature declares of itself."""

from __future__ import annotations

from dataclasses import dataclass

TRAILING_DAYS = (7, 30, 90, 180, 365)
SEASON_DAYS = 90  # a quarter of a year: what "lately", "a year ago" and "at first" look at


@dataclass(frozen=True)
class Feature:
    """One column of the feature table.

    Parameters
    ----------
    name : str
        Column name.
    expression : str
        NumPy over the names in `MEASURES`, arrays of doubles all of them; NaN where one is not known.
    unit : str
        days, orders, money, ratio, share or count.
    meaning : str
        What it says of the customer, in one line; nulls explained.
    family : str
        The question that it helps to answer.
    needs : frozenset of str
        Columns of the validated log without which the feature is absent.
    """

    name: str
    expression: str
    unit: str
    meaning: str
    family: str
    needs: frozenset[str] = frozenset()


def family(name: str, *rows: tuple[str, str, str, str], needs: str = "") -> tuple[Feature, ...]:
    """Features of one family that need the same columns, each told as name, unit, expression and meaning."""
    return tuple(
        Feature(feature, expression, unit, meaning, name, frozenset(needs.split()))
        for feature, unit, expression, meaning in rows
    )
