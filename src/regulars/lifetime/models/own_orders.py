"""How much a customer's own orders say about the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import at_equal_steps
from regulars.lifetime.models.gammagamma import GammaGamma

WEIGHTS = 2.0 ** np.arange(-2.0, 8.5, 0.5)  # that are tried, 1/4 to 256
ONE = 4  # where the weight of 1 stands among them
FEWEST = 20  # customers with two later orders or more, to compare with
SAMPLE = 20_000  # customers whose last orders are compared where there are more


@dataclass(frozen=True)
class OwnOrders:
    """What each order of a customer's own counts for beside the mean of all customers.

    Gamma-Gamma is fitted on the customers' means. Where these are spread wider than a Gamma allows, as at a wholesaler
    with small and large buyers, its p says that order days are far more erratic than they are, and a customer of many
    small orders is expected to spend like the average. The last order of each customer, told from those before it,
    shows how far own orders can be relied on.

    Parameters
    ----------
    weight : float
        As how many orders each of them counts; 1 is Gamma-Gamma as it was fitted.

    Notes
    -----
    With the weight w the parameters p, q, γ become p w, q, γ / w: the mean of all customers and how far they differ
    stay the same, and x order days count as w x. The weight that tells last orders best by the deviance of the Gamma
    (McCullagh & Nelder 1989, "Generalized Linear Models", Section 8.3.2) is moved towards 1 as long as it tells them as
    well within one standard error of the difference (Breiman et al. 1984, "Classification and Regression Trees",
    Section 3.4.3).

    Examples
    --------
    Of a shop whose mean is 22,000, a customer with 28 orders of 423 on average:

    >>> spend = GammaGamma.from_params({"p": 0.09, "q": 1.4, "gamma": 98_000.0})
    >>> customer = pd.DataFrame({"frequency": [28.0], "monetary_value": [423.0]})
    >>> [round(OwnOrders(weight).applied(spend).expected_spend(customer).item()) for weight in (1.0, 45.0)]
    [3386, 499]
    """

    weight: float = 1.0

    @classmethod
    def fit(cls, spend: GammaGamma, repeats: pd.DataFrame, last: Floats) -> Self:
        """Compare the last order of each customer with what is expected after the later orders before it.

        Parameters
        ----------
        spend, repeats : as in `FirstOrder.fit`
        last : ndarray of shape (customers,)
            Money of the last order day; customers with 0 or less there, or NaN, are not compared.
        """
        x, z = (repeats[name].to_numpy(np.float64) for name in ("frequency", "monetary_value"))
        before = x * z - last
        compared = np.flatnonzero((x > 1) & (last > 0) & (before > 0))
        if len(compared) < FEWEST:
            return cls()
        sample, _ = at_equal_steps(np.ones(len(compared)), min(SAMPLE, len(compared)))
        seen = compared[sample]
        days, mean = x[seen] - 1, before[seen] / (x[seen] - 1)
        expected = [cls(weight).applied(spend).posterior(days, mean).mean() for weight in WEIGHTS]
        return cls(float(WEIGHTS[_nearest_to_fitted(_deviance(last[seen], np.stack(expected)))]))

    def applied(self, spend: GammaGamma) -> GammaGamma:
        """The spend model with own orders counting so much."""
        p, q, gamma = (spend.params_[name] for name in ("p", "q", "gamma"))
        return GammaGamma.from_params({"p": p * self.weight, "q": q, "gamma": gamma / self.weight})

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return {"weight": self.weight}

    @classmethod
    def from_dict(cls, values: Mapping[str, float]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(values["weight"])


def _deviance(actual: Floats, expected: Floats) -> Floats:
    """Half the unit deviance of a Gamma: relative errors, of which the mean is the best forecast."""
    ratio = actual / expected
    return np.asarray(ratio - np.log(ratio) - 1)


def _nearest_to_fitted(deviances: Floats) -> int:
    """The weight nearest to 1 that is as good as the best within a standard error; a row of deviances each."""
    best = int(deviances.mean(axis=1).argmin())
    worse = deviances - deviances[best]
    as_good = worse.mean(axis=1) <= worse.std(axis=1, ddof=1) / np.sqrt(worse.shape[1])
    chosen, step = best, int(np.sign(ONE - best))
    while chosen != ONE and as_good[chosen + step]:
        chosen += step
    return chosen


AS_FITTED = OwnOrders()
