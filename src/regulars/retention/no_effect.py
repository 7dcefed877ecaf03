"""How likely it is that an offer changes nothing, whatever was stated for it."""

from __future__ import annotations

import math

import numpy as np

from regulars.arrays import Floats

NO_EFFECT = 0.02  # probability, before any campaign, that an offer changes nothing


def chance_of_no_effect(centre: Floats, spread: Floats, prior_centre: Floats, prior_spread: Floats) -> float:
    """Probability that all these rates are 0, by their Normal laws after and before the campaigns.

    Parameters
    ----------
    centre, prior_centre : ndarray of shape (k,)
    spread, prior_spread : ndarray of shape (k, k)
        Covariances.

    Notes
    -----
    The campaigns make "no effect" more likely by the density at 0 of the law after them, over that of the law before
    (Savage–Dickey ratio: Dickey 1971, Annals of Mathematical Statistics 42).

    Examples
    --------
    >>> before = np.array([0.3]), np.array([[0.01]])
    >>> round(chance_of_no_effect(np.array([0.02]), np.array([[0.001]]), *before), 2)
    0.83
    >>> round(chance_of_no_effect(np.array([0.25]), np.array([[0.001]]), *before), 2)
    0.0
    """
    odds = math.log(NO_EFFECT / (1.0 - NO_EFFECT))
    odds += _log_density_at_0(centre, spread) - _log_density_at_0(prior_centre, prior_spread)
    return 1.0 / (1.0 + math.exp(-min(max(odds, -700.0), 700.0)))


def _log_density_at_0(centre: Floats, spread: Floats) -> float:
    """Logarithm of a Normal density at 0, up to a constant."""
    _, log_volume = np.linalg.slogdet(spread)
    return float(-0.5 * (log_volume + centre @ np.linalg.solve(spread, centre)))
