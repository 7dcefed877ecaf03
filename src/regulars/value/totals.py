"""Intervals for what all customers do together: how far past forecast totals were off, beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from regulars.value.intervals import COVERAGE

USUAL_WINDOWS = 2  # test windows that the usual error counts as


@dataclass(frozen=True)
class TotalInterval:
    """How far a total strays from the sum of what is expected of each customer.

    Parameters
    ----------
    scale : float
        Of the logarithm of the actual total over the forecast one.
    windows : float
        Test windows that it is based on, 1 or more; those that overlap count as what they cover together.

    Notes
    -----
    How much everybody buys together is one fact a window, whatever the number of customers: their chances cancel,
    their common deviation does not. Log errors m of earlier forecasts of the total are taken as normal around 0, with
    a scaled inverse χ² prior for their variance (Gelman et al. 2013, "Bayesian Data Analysis", §2.6): the logarithm of
    the total then follows Student's t with 2 + n degrees of freedom around that of the forecast, and

    scale² = (2 (usual² + chance²) + n mean(m²)) / (2 + n),

    n the windows, and chance the customers' own share in an error: √Σ (actual − expected)² / Σ expected.
    """

    scale: float
    windows: float

    @classmethod
    def fit(cls, errors: ArrayLike, weights: ArrayLike, chance: float, usual: float) -> Self:
        """Learn from the log errors of test windows.

        Parameters
        ----------
        errors, weights : array-like of shape (n,)
            The weights add up to the number of test windows that they count as; 1 at least.
        chance : float
            The customers' own share in an error.
        usual : float
            The usual error, before any test window.

        Examples
        --------
        >>> calm = TotalInterval.fit([0.03, -0.02, 0.01, 0.02], [0.5] * 4, chance=0.01, usual=0.1)
        >>> [round(bound) for bound in calm.around(1000.0)]
        [857, 1167]
        """
        counted = np.asarray(weights, dtype=np.float64)
        windows = max(1.0, float(counted.sum()))
        mean = float(np.average(np.square(errors), weights=counted))
        prior = USUAL_WINDOWS * (usual**2 + chance**2)
        return cls(float(np.sqrt((prior + windows * mean) / (USUAL_WINDOWS + windows))), round(windows, 4))

    def around(self, total: float) -> tuple[float, float]:
        """Where nine in ten such totals end."""
        reach = float(stdtrit(USUAL_WINDOWS + self.windows, (1 + COVERAGE) / 2)) * self.scale
        return total * float(np.exp(-reach)), total * float(np.exp(reach))

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return {"scale": self.scale, "windows": self.windows}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(values["scale"], values["windows"])
