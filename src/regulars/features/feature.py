"""What a feature declares of itself."""

from __future__ import annotations

from dataclasses import dataclass

TRAILING_DAYS = (7, 30, 90, 180, 365)
SEASON_DAYS = 90  # a quarter of a year: what "lately", "a year ago" and "at first" look at

# Other columns of the tables in which features and attributes stand, and how columns of the models begin.
NO_ATTRIBUTES = ("cutoff", "bias", "expected_order_days", "shop_order_value", "newcomer_order_rate")
OURS = ("lifetime_", "offset_")
TEXT = "text"  # unit of a feature that is a category


@dataclass(frozen=True)
class Feature:
    """One column of the feature table.

    Parameters
    ----------
    name : str
        Column name.
    expression : str
        NumPy over the names of measures, arrays of doubles; NaN where one is not known. A category is one measure.
    unit : str
        days, orders, money, ratio, share or count; text for a category, as only a log's own columns give.
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
