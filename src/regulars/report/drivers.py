"""What goes with loyalty, as the page says it: what is clear first, all else folded."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from regulars.loyalty.associations.driver import SHARE, comparisons
from regulars.report.words import number

MOST_TOLD = 6  # sentences that stand open
MOST_OF_ONE = 2  # of them on one question, such as products of the last order
ASSOCIATION = " An association, not a cause."  # the page says it once
SIGNS = (
    "ordering_later",
    "spending_less",
    "buying_narrower",
    "last_category",
    "last_product",
)  # after what a shop can change
OF_DISCOUNTS, OF_PRICES = "discount", "price_response"
ENDS = (" with equal ", " (95 %")  # of the finding, before what it rests on


@dataclass(frozen=True)
class DriversShown:
    """Findings in sentences.

    Parameters
    ----------
    title : str
        The first clear difference, or that there is none.
    counted : str
        How many comparisons show a clear difference.
    told, folded : tuple of str
        What stands open, and all else.
    knows_discounts : bool
        Whether the log told anything about discounts.
    knows_prices : bool
        Whether it told what a lower price does.
    """

    title: str
    counted: str
    told: tuple[str, ...]
    folded: tuple[str, ...]
    knows_discounts: bool
    knows_prices: bool


def drivers_shown(found: pd.DataFrame | None) -> DriversShown | None:
    """The sentences of `rg.drivers`; None where there are none.

    Clear comparisons stand open, those that are adjusted in place of those that are not, what a shop can change before
    signs of leaving, and then shares.
    """
    if found is None or found.empty:
        return None
    counts = comparisons(found)
    clear = found[found["is_clear"] & counts].sort_values("driver", key=lambda name: name.isin(SIGNS), kind="stable")
    open_ones = pd.concat([clear, found[found["measure"] == SHARE]])
    open_ones = open_ones[open_ones.groupby("driver").cumcount() < MOST_OF_ONE].head(MOST_TOLD)
    rest = found[~found.index.isin(open_ones.index)]
    told = [meaning.removesuffix(ASSOCIATION) for meaning in open_ones["meaning"]]
    return DriversShown(
        _in_short(told[0]) if len(told) else "Nothing shows a clear difference",
        f"{number(len(clear))} of {number(int(counts.sum()))} comparisons show a clear difference; one in twenty would "
        "by chance alone.",
        tuple(told),
        tuple(meaning.removesuffix(ASSOCIATION) for meaning in rest["meaning"]),
        bool(found["driver"].str.contains(OF_DISCOUNTS).any()),
        bool((found["driver"] == OF_PRICES).any()),
    )


def _in_short(meaning: str) -> str:
    """The finding alone, for a title.

    Examples
    --------
    >>> _in_short("Of some, 32 % left: 4.4 points more than of others, with equal orders (95 % interval 1.0 to 7.9).")
    'Of some, 32 % left: 4.4 points more than of others'
    >>> _in_short("Some ordered 29 % more in 180 days than others with equal orders (95 % interval 25 % to 32 % more).")
    'Some ordered 29 % more in 180 days than others'
    """
    return min((meaning.partition(end)[0] for end in ENDS), key=len).rstrip(".,")
