"""The margin of each customer: its own where the log knows what goods cost, else that of the shop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.retention.ids import IdIndex


@dataclass(frozen=True, eq=False)
class Margins:
    """Margins as shares of revenue.

    Parameters
    ----------
    of_shop : float
        For customers whose own is not known.
    known : ndarray of float64, optional
        Margins of customers.
    customers : IdIndex, optional
        Whose they are.

    Examples
    --------
    >>> known = pd.Series([0.7, -0.2, None], index=[1, 2, 3])
    >>> Margins.read(known, 0.5).of(pd.Series([1, 2, 3, 4])).tolist()
    [0.7, 0.0, 0.5, 0.5]
    """

    of_shop: float
    known: Floats | None = None
    customers: IdIndex | None = None

    @classmethod
    def read(cls, margins: pd.Series | None, of_shop: float) -> Margins:
        """From a series whose index is `customer_id`."""
        if margins is None:
            return cls(float(of_shop))
        known = margins.to_numpy(dtype=np.float64, na_value=np.nan)
        return cls(float(of_shop), known, IdIndex.of(margins.index.to_series()))

    def of(self, ids: pd.Series) -> Floats:
        """The margin of each of these customers, within [0, 1]; that of the shop where it is not known."""
        if self.known is None or self.customers is None or not len(self.known):
            return np.full(len(ids), self.of_shop)
        places = self.customers.places_of(ids)
        own = np.where(places >= 0, self.known[places], np.nan)
        return np.where(np.isfinite(own), np.clip(own, 0.0, 1.0), self.of_shop)
