"""How likely an order day brings money at all: some are free, some are returned in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import betaln

from regulars.arrays import Floats

WEAKEST, STRONGEST = 1.0, 1e4  # order days that the shop's share counts as, beside a customer's own


@dataclass(frozen=True)
class PaidShare:
    """The share of a customer's order days that bring money.

    Parameters
    ----------
    share : float
        Of all order days of the shop.
    strength : float
        How many order days of a customer's own the shop's share counts as.

    Notes
    -----
    Beta-binomial: k of n order days bring money, each with the customer's own probability, which is
    Beta(share · strength, (1 − share) · strength) distributed. The expectation given k and n is
    (k + share · strength) / (n + strength).

    Examples
    --------
    >>> PaidShare(share=0.9, strength=2.0).expected(np.array([0.0, 8.0]), np.array([1.0, 8.0])).round(2)
    array([0.6 , 0.98])
    """

    share: float = 1.0
    strength: float = STRONGEST

    @classmethod
    def fit(cls, paid: Floats, days: Floats) -> Self:
        """The share of all, and by maximum likelihood how far customers differ."""
        share = float(paid.sum() / days.sum())
        if not 0 < share < 1:
            return cls(share)
        cells = pd.DataFrame({"paid": paid, "days": days}).value_counts().sort_index()
        k, n = (cells.index.get_level_values(name).to_numpy(np.float64) for name in ("paid", "days"))
        many = cells.to_numpy(np.float64)

        def loss(log_strength: float) -> float:
            a, b = share * np.exp(log_strength), (1 - share) * np.exp(log_strength)
            return float(-(many * (betaln(a + k, b + n - k) - betaln(a, b))).sum())

        bounds = (np.log(WEAKEST), np.log(STRONGEST))
        found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6})
        return cls(share, float(np.exp(found.x)))

    def expected(self, paid: Floats, days: Floats) -> Floats:
        """The probability that the next order day of each customer brings money."""
        return np.asarray((paid + self.share * self.strength) / (days + self.strength))

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return {"share": self.share, "strength": self.strength}

    @classmethod
    def from_dict(cls, values: Mapping[str, float]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(values["share"], values["strength"])


ALL_PAID = PaidShare()
