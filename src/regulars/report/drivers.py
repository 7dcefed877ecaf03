"""What goes with loyalty, as the page says it: what is clear first, all else folded."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from regulars.loyalty.associations.driver import SHARE, comparisons
from regulars.report.words import number

MOST_TOLD = 6  # sentences that stand open
MOST_OF_ONE = 2  # of them on one question, such as products of the last order


@dataclass(frozen=True)
class DriversShown:
    """Findings in sentences.

    Parameters
    ----------
    title : str
        How many comparisons show a clear difference.
    told, folded : tuple of str
        What stands open, and all else.
    """

    title: str
    told: tuple[str, ...]
    folded: tuple[str, ...]


def drivers_shown(found: pd.DataFrame | None) -> DriversShown | None:
    """The sentences of `rg.drivers`; None where there are none.

    Clear comparisons stand open, those that are adjusted in place of those that are not, then shares.
    """
    if found is None or found.empty:
        return None
    counts = comparisons(found)
    clear = found[found["is_clear"] & counts]
    open_ones = pd.concat([clear, found[found["measure"] == SHARE]])
    open_ones = open_ones[open_ones.groupby("driver").cumcount() < MOST_OF_ONE].head(MOST_TOLD)
    rest = found[~found.index.isin(open_ones.index)]
    title = f"{number(len(clear))} of {number(int(counts.sum()))} comparisons show a clear difference"
    if not counts.any():
        title = "How far sales rest on discounts"
    return DriversShown(title, tuple(open_ones["meaning"]), tuple(rest["meaning"]))
