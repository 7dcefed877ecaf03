"""How much a first order says about the later ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import gammaln

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import at_equal_steps
from regulars.lifetime.models.gammagamma import GammaGamma, MeanSpend

WEIGHTS = np.linspace(0.0, 1.0, 21)  # that are tried
USUAL = 0.99  # share of the first orders of repeat customers; a larger one counts as the largest of these
ALIKE = 20  # repeat customers whose first order is taken to be like the later ones, beside those of the log
SAMPLE = 20_000  # customers whose first and later orders are compared where there are more


@dataclass(frozen=True)
class FirstOrder:
    """What the first order of a customer counts for in the spend model, which is fitted on the orders after it.

    Parameters
    ----------
    weight : float
        As how much of a later order the first one counts, 0 to 1.
    ratio : float
        What later orders bring for each unit of money of first ones.
    most : float
        Money of a first order that is still usual. Of a customer with no later one, what is beyond it counts for
        nothing: hardly anybody's later orders show what it is worth.

    Notes
    -----
    A power prior (Ibrahim & Chen 2000, Statistical Science 15(1)): the likelihood of the first order, raised to the
    weight, goes into the Gamma-Gamma's prior of each customer. The weight is the mean of its posterior, all weights
    from 0 to 1 being equally likely beforehand, given the mean of the later orders of repeat customers.

    Examples
    --------
    A customer with one order of 100, one who has ordered for 40 twice since, and one whose first order was free:

    >>> repeats = pd.DataFrame({"frequency": [0.0, 2.0, 0.0], "monetary_value": [0.0, 40.0, 0.0]})
    >>> model = GammaGamma.from_params({"p": 6.25, "q": 3.74, "gamma": 15.44})
    >>> FirstOrder(0.5, 0.9, 500.0).posterior(model, repeats, np.array([100.0, 100.0, 0.0])).mean().round(2)
    array([64.41, 47.79, 35.22])
    """

    weight: float = 0.0
    ratio: float = 1.0
    most: float = 0.0

    @classmethod
    def fit(cls, spend: GammaGamma, repeats: pd.DataFrame, first: Floats) -> Self:
        """Compare first and later orders of the customers who have both.

        Parameters
        ----------
        spend : GammaGamma
            Fitted on `repeats`.
        repeats : DataFrame
            Order days after the first that brought money: `frequency`, and `monetary_value`, their mean.
        first : ndarray of shape (customers,)
            Money of the first order day; nothing is known of a first order of 0 or less, or NaN.
        """
        x, z = (repeats[name].to_numpy(np.float64) for name in ("frequency", "monetary_value"))
        both = np.flatnonzero((x > 0) & (z > 0) & (first > 0))
        if not len(both):
            return cls()
        most = float(np.quantile(first[both], USUAL))
        first, alike = np.minimum(first, most), ALIKE * z[both].mean()
        later = np.minimum(z[both], np.quantile(z[both], USUAL))
        ratio = float((later.sum() + alike) / (first[both].sum() + alike))
        sample, each = at_equal_steps(np.ones(len(both)), min(SAMPLE, len(both)))
        seen = both[sample]
        support = np.array(
            [(each * _log_likelihood(spend, x[seen], z[seen], weight, ratio * first[seen])).sum() for weight in WEIGHTS]
        )
        posterior = np.exp(support - support.max())
        return cls(float((posterior * WEIGHTS).sum() / posterior.sum()), ratio, most)

    def posterior(self, spend: GammaGamma, repeats: pd.DataFrame, first: Floats) -> MeanSpend:
        """What is known of each customer's mean spend after the later orders, and so much of the first."""
        x = repeats["frequency"].to_numpy(np.float64)
        first = np.where(x > 0, first, np.minimum(first, self.most))
        share = np.where(first > 0, self.weight, 0.0)
        days = x + share
        money = x * repeats["monetary_value"].to_numpy(np.float64)
        money += np.where(first > 0, share * self.ratio * first, 0.0)
        return spend.posterior(days, np.divide(money, days, out=np.zeros_like(money), where=days > 0))

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return {"weight": self.weight, "ratio": self.ratio, "most": self.most}

    @classmethod
    def from_dict(cls, values: Mapping[str, float]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(values["weight"], values["ratio"], values["most"])


def _log_likelihood(spend: GammaGamma, x: Floats, z: Floats, weight: float, first: Floats) -> Floats:
    """Of the mean z of x later orders, given the first one, but for what does not depend on it."""
    p, q, gamma = (spend.params_[name] for name in ("p", "q", "gamma"))
    shape, rate = q + p * weight, gamma + weight * first
    likelihood: Floats = gammaln(p * x + shape) - gammaln(shape) + shape * np.log(rate)
    return likelihood - (p * x + shape) * np.log(rate + x * z)


UNLIKE = FirstOrder()
