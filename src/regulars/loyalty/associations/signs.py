"""Signs of customers who are satisfied but not loyal: their last orders came later, were smaller, or narrower."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from regulars.loyalty.associations.at_start import AtStart
from regulars.loyalty.associations.driver import POINTS, Driver, enough, interval, leaves_out, percent, points, sentence
from regulars.loyalty.associations.estimates import LEVEL, Estimate, difference_of_shares

CHANGED = 0.25  # of what was usual before
STEADY = "customers without this sign"
SIGNS = {
    "ordering_later": ("gap", 1 + CHANGED, "customers whose last two gaps were longer than usual by a quarter or more"),
    "spending_less": (
        "money",
        1 - CHANGED,
        "customers whose last two orders were smaller than usual by a quarter or more",
    ),
    "buying_narrower": (
        *("things", 1 - CHANGED),
        "customers whose last two orders held a quarter fewer things than usual, or still fewer",
    ),
}


def signs(found: AtStart) -> Iterator[Driver]:
    """Compare who stays away, by what had changed in the last orders before the window."""
    for driver, (measure, limit, group) in SIGNS.items():
        if f"{measure}_now" in found.frame:
            now, then = (found.frame[f"{measure}_{when}"].to_numpy(np.float64) for when in ("now", "then"))
            known = then > 0
            exposed = now >= limit * then if limit > 1 else now <= limit * then
            yield from leaving(found, (driver, group, STEADY), exposed, known)


def leaving(
    found: AtStart,
    names: tuple[str, str, str],
    exposed: NDArray[np.bool_],
    among: NDArray[np.bool_],
    *,
    level: float = LEVEL,
    tested: int = 1,
) -> Iterator[Driver]:
    """Compare the shares of two groups that did not order in the window, where there are enough of both.

    Parameters
    ----------
    found : AtStart
    names : tuple of str
        The driver, the group and the comparison.
    exposed, among : bool arrays, shape (n,)
        The group, and who is compared at all.
    level : float
        Of the interval.
    tested : int
        How many such comparisons are made together, which `level` allows for.
    """
    left, covariates, exposed = found.left[among], found.covariates[among], exposed[among]
    if not enough(exposed, left):
        return
    difference = difference_of_shares(left, exposed, covariates, level=level)
    driver, group, comparison = names
    sizes = int(exposed.sum()), int((~exposed).sum())
    yield Driver(
        *(driver, group, comparison, POINTS, difference, *sizes, found.adjusted_for),
        _sentence(found, group, comparison, difference, float(left[exposed].mean()), tested),
    )


def _sentence(found: AtStart, group: str, comparison: str, difference: Estimate, share: float, tested: int) -> str:
    ends = interval(
        points(difference.low), points(difference.high), f"; allows for {tested} comparisons" if tested > 1 else ""
    )
    text = (
        f"of {group}, {percent(share)} did not order in {found.windows.horizon_days} days: {points(difference.value)} "
        f"than of {comparison}, {found.equal} {ends}."
    )
    return sentence(text, clear=leaves_out(difference, 0.0))
