"""Intervals for what all customers do together: how far past forecast totals were off, beyond chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import stdtrit

from regulars.arrays import Floats
from regulars.value.intervals import COVERAGE

USUAL_ERROR = 0.1  # what a level is off by, before anything is known of this log
USUAL_WINDOWS = 4  # test windows that this counts as


@dataclass(frozen=True)
class TotalInterval:
    """How far a total strays from the sum of what is expected of each customer.

    Parameters
    ----------
    scale : float
        Of the logarithm of what comes over what is expected.
    windows : float
        Test windows that it rests on, 1 or more; those that overlap count as what they cover together.

    Notes
    -----
    How much everybody buys together is one fact a window, whatever the number of customers: their chances cancel,
    their common deviation does not. Log errors m of earlier totals are taken as normal around 0, with a scaled inverse
    χ² prior for their variance (Gelman et al. 2013, "Bayesian Data Analysis", §2.6): the logarithm of the total then
    follows Student's t with 4 + n degrees of freedom around that of the sum, and

    scale² = (4 (0.1² + chance²) + n mean(m²)) / (4 + n),

    n the windows, and chance the customers' own share in an error: √Σ (actual − expected)² / Σ expected.
    """

    scale: float
    windows: float

    @classmethod
    def fit(cls, errors: Sequence[float], windows: float, chance: float) -> Self | None:
        """Learn from the log errors of test windows; nothing where there is none.

        Examples
        --------
        >>> calm = TotalInterval.fit([0.03, -0.02, 0.01, 0.02], windows=2, chance=0.01)
        >>> [round(bound) for bound in calm.around(1000.0)]
        [851, 1175]
        """
        if not errors:
            return None
        usual = USUAL_WINDOWS * (USUAL_ERROR**2 + chance**2)
        seen = windows * float(np.mean(np.square(errors)))
        return cls(float(np.sqrt((usual + seen) / (USUAL_WINDOWS + windows))), windows)

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


def chance_in(expected: Floats, came: Floats) -> float:
    """How far a sum would stray if customers strayed each for themselves, as a share of it."""
    return float(np.sqrt(np.sum((came - expected) ** 2)) / expected.sum())
