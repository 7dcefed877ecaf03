"""How concentrated money is: Lorenz curve, Gini coefficient, and what the top customers bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.arrays import Floats

TOP_SHARE = 0.2  # of the customers: the rule of thumb that they bring 80 %
TOPS = (0.01, 0.05, 0.1, TOP_SHARE, 0.5)
MOST = 0.8  # of the money


@dataclass(frozen=True)
class Concentration:
    """How unevenly an amount is spread over customers; amounts below 0 count as 0.

    Parameters
    ----------
    customers : int
        All of them, those without an amount as well.
    gini : float
        From 0, all bring the same, to nearly 1, one brings all; NaN where there is no amount.
    tops : dict of float to float
        Share of the amount that each share of the customers with most brings.
    share_for_most : float
        The smallest share of the customers who bring 80 %.
    """

    customers: int
    gini: float
    tops: dict[float, float]
    share_for_most: float

    @classmethod
    def of(cls, values: npt.ArrayLike) -> Concentration:
        """Measure an amount for each customer.

        Examples
        --------
        >>> found = Concentration.of([1.0, 1.0, 1.0, 1.0, 6.0])
        >>> found.gini, found.tops[0.2].__round__(3), found.share_for_most
        (0.4, 0.6, 0.6)
        """
        customers, held = lorenz(values)
        count = len(held) - 1
        if not count or not held[-1]:
            return cls(count, float("nan"), dict.fromkeys(TOPS, float("nan")), float("nan"))
        gini = 1 - float(np.sum(held[1:] + held[:-1])) / count
        needed = int(np.searchsorted(1 - held[::-1], MOST * (1 - 1e-12)))
        tops = {top: 1 - float(np.interp(1 - top, customers, held)) for top in TOPS}
        return cls(count, round(gini, 12), tops, needed / count)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        tops = {f"{100 * top:g} %": share for top, share in self.tops.items()}
        return {
            "customers": self.customers,
            "gini": self.gini,
            "top": tops,
            "share_for_80_percent": self.share_for_most,
        }


def lorenz(values: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Share of the total held by the customers who hold least.

    Returns
    -------
    tuple of float arrays
        Shares of customers, least valuable first, and of the total that they hold; both from 0 to 1.

    Notes
    -----
    Lorenz 1905, Publ. Am. Stat. Assoc. 9. Amounts below 0 count as 0.

    Examples
    --------
    >>> customers, held = lorenz([0.0, 1.0, 3.0])
    >>> held.round(2)
    array([0.  , 0.  , 0.25, 1.  ])
    """
    ordered = np.sort(np.maximum(np.nan_to_num(np.asarray(values, dtype=np.float64)), 0))
    held = np.concatenate([[0.0], np.cumsum(ordered)])
    return np.linspace(0, 1, len(held)), held / held[-1] if held[-1] else held


def share_of_top(values: npt.ArrayLike, top: float = TOP_SHARE) -> float:
    """Share of the total that the `top` share of customers holds.

    Examples
    --------
    >>> round(share_of_top([1.0, 1.0, 1.0, 1.0, 6.0]), 3)
    0.6
    """
    return 1 - float(np.interp(1 - top, *lorenz(values)))
