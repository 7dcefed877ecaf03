"""Columns of made-up customers, of the shapes that features have."""

from __future__ import annotations

import numpy as np


def column(rng: np.random.Generator, shape: int, n: int) -> np.ndarray:
    """Draw n values: bell, counts, long tail with missing values, a rare flag, days."""
    if shape % 5 == 0:
        return rng.normal(size=n)
    if shape % 5 == 1:
        return rng.poisson(1.2, n).astype(float)
    if shape % 5 == 2:
        return np.where(rng.random(n) < 0.3, np.nan, rng.lognormal(2, 1.5, n))
    if shape % 5 == 3:
        return (rng.random(n) < 0.05).astype(float)
    return np.floor(rng.exponential(90, n))
