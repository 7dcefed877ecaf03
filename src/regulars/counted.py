"""Counts with their nouns."""

from __future__ import annotations


def counted(count: float, noun: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "customer"), counted(1_200, "row")
    ('1 customer', '1,200 rows')
    """
    return f"{count:,.0f} {noun}{'' if count == 1 else 's'}"
